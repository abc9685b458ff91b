// The page: pick a program, read it, run it. The address's fragment names the
// program, so a link leads to it.

import hljs from './highlight/core.min.js';
import c from './highlight/c.min.js';
import { choicesOf } from './choices.mjs';
import { panelOf } from './panels.mjs';
import { Screen } from './screen.mjs';
import { Timeline } from './timeline.mjs';

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
const timeline = new Timeline({
  canvas: /** @type {HTMLCanvasElement} */ (element('timeline')),
  tree: element('tree'),
  text: element('events'),
});

/** @type {Program | undefined} The one that is shown. */
let shown;
/** @type {AbortController | undefined} Of the one that runs. */
let running;
/** @type {import('./panels.mjs').Panel | undefined} Of the one that is shown. */
let panel;

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
      // On a phone the list is a row that scrolls.
      const [row] = document.getElementsByTagName('nav');
      row.scrollLeft =
        link.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
    } else {
      link.removeAttribute('aria-current');
    }
  }
  choices.replaceChildren(...choicesOf(program.name).map(inputFor));
  panel = panelOf(program.name, { run: (args) => start(program, args) });
  element('panel').hidden = !panel?.parts.length;
  element('panel-title').textContent = panel?.title ?? '';
  element('panel-body').replaceChildren(...(panel?.parts ?? []));
  element('timeline-section').hidden = !!panel?.unwatched;
  screen.clear();
  timeline.start();
  timeline.stop();
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

/**
 * Runs the program; gives its exit code, or undefined if it was left.
 * @param {Program} program
 * @param {string[]} args
 */
async function start(program, args) {
  const controller = new AbortController();
  const mine = panel;
  running?.abort();
  running = controller;
  screen.clear();
  runButton.disabled = true;
  stopButton.disabled = false;
  say('Running …');
  const watch = timeline.start();
  const write = screen.writer('stdout');
  const decoder = new TextDecoder();
  const begin = performance.now();
  let code;
  let failure;
  try {
    const { run } = await import(`./programs/${program.name}.mjs`);
    mine?.start?.();
    code = await run({
      args,
      name: program.name,
      signal: controller.signal,
      imports: mine?.imports,
      watch: mine?.unwatched ? undefined : watch,
      stdout: (/** @type {Uint8Array} */ bytes) => {
        write(bytes);
        mine?.output?.(decoder.decode(bytes, { stream: true }));
      },
      stderr: screen.writer('stderr'),
    });
  } catch (error) {
    failure = error;
  }
  mine?.stop?.();
  if (running !== controller) return undefined;
  running = undefined;
  timeline.stop();
  stopButton.disabled = true;
  runButton.disabled = false;
  const seconds = ((performance.now() - begin) / 1000).toFixed(2);
  if (failure) say(`It failed: ${failure}`, true);
  else if (controller.signal.aborted) say(`Stopped after ${seconds} s.`);
  else say(`Ended after ${seconds} s with exit code ${code}.`, code !== 0);
  return controller.signal.aborted ? undefined : code;
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
      item.id = name;
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
    const inputs = [...choices.querySelectorAll('input')];
    if (shown) {
      void start(
        shown,
        inputs.map(({ value }) => value),
      );
    }
  });
  stopButton.addEventListener('click', () => running?.abort());
  await showNamed();
}

main().catch((error) => say(`Not loaded: ${error.message}`, true));
