// The page: pick a program, read it, run it. The address's fragment names the
// program, so a link leads to it.

import hljs from './highlight/core.min.js';
import c from './highlight/c.min.js';
import { choicesOf } from './choices.mjs';
import { Screen } from './screen.mjs';

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {string} about what the source's opening comment says
 */

hljs.registerLanguage('c', c);

/** @type {<T extends HTMLElement>(id: string) => T} */
const element = (id) => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element #${id}`);
  return /** @type {any} */ (found);
};
const runButton = /** @type {HTMLButtonElement} */ (element('run'));
const stopButton = /** @type {HTMLButtonElement} */ (element('stop'));
const choices = element('choices');
const status = element('status');
const screen = new Screen(element('output'));

/** @type {Program | undefined} The one that is shown. */
let shown;
/** @type {AbortController | undefined} Of the one that runs. */
let running;

/** @param {string} text @param {boolean} [failed] */
function say(text, failed = false) {
  status.textContent = text;
  status.classList.toggle('error', failed);
}

/** @param {string} path */
async function read(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer;
}

/** @param {Program} program */
async function show(program) {
  shown = program;
  running?.abort();
  document.title = `${program.name} · weft`;
  element('title').textContent = program.name;
  element('about').textContent = program.about;
  for (const link of element('programs').querySelectorAll('a')) {
    if (link.hash === `#${program.name}`) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
  choices.replaceChildren(...choicesOf(program.name).map(inputFor));
  screen.clear();
  const path = `programs/${program.name}.c`;
  const link = /** @type {HTMLAnchorElement} */ (element('source-link'));
  link.href = path;
  link.textContent = `${program.name}.c`;
  runButton.disabled = false;
  say('');
  const source = await (await read(path)).text();
  if (shown !== program) return;
  element('source').innerHTML = hljs.highlight(source, { language: 'c' }).value;
}

/** @param {import('./choices.mjs').Choice} choice */
function inputFor(choice) {
  const label = document.createElement('label');
  const input = document.createElement('input');
  label.append(choice.label, input);
  input.type = choice.min === undefined ? 'text' : 'number';
  input.value = String(choice.value);
  input.required = true;
  if (choice.min === undefined) {
    input.className = 'wide';
  } else {
    input.min = String(choice.min);
    input.max = String(choice.max);
    input.step = choice.step ?? '1';
  }
  return label;
}

/** @param {Program} program */
async function start(program) {
  const args = [...choices.querySelectorAll('input')].map((i) => i.value);
  const controller = new AbortController();
  running = controller;
  screen.clear();
  runButton.disabled = true;
  stopButton.disabled = false;
  say('Running …');
  const begin = performance.now();
  try {
    const { run } = await import(`./programs/${program.name}.mjs`);
    const code = await run({
      args,
      name: program.name,
      signal: controller.signal,
      stdout: screen.writer('stdout'),
      stderr: screen.writer('stderr'),
    });
    const seconds = ((performance.now() - begin) / 1000).toFixed(2);
    if (running === controller) {
      say(`Ended after ${seconds} s with exit code ${code}.`, code !== 0);
    }
  } catch (error) {
    if (running === controller) say(`It failed: ${error}`, true);
  } finally {
    if (running === controller) {
      running = undefined;
      stopButton.disabled = true;
      runButton.disabled = false;
    }
  }
}

function chooseTheme() {
  const button = element('theme');
  const system = matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;
  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;
  const label = () => (button.textContent = isDark() ? 'Light' : 'Dark');
  button.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    label();
  });
  system.addEventListener('change', label);
  label();
}

async function main() {
  chooseTheme();
  /** @type {Program[]} */
  const programs = await (await read('programs.json')).json();
  element('programs').append(
    ...programs.map(({ name }) => {
      const item = document.createElement('li');
      const link = document.createElement('a');
      link.href = `#${name}`;
      link.textContent = name;
      item.append(link);
      return item;
    }),
  );
  const showNamed = () =>
    show(
      programs.find(({ name }) => `#${name}` === location.hash) ?? programs[0],
    ).catch((error) => say(`Not loaded: ${error.message}`, true));
  addEventListener('hashchange', showNamed);
  element('controls').addEventListener('submit', (event) => {
    event.preventDefault();
    if (shown) start(shown);
  });
  stopButton.addEventListener('click', () => running?.abort());
  await showNamed();
}

main().catch((error) => say(`Not loaded: ${error.message}`, true));
