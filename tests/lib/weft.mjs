// What the tests are written with: compile a C program, run it on a host, run
// a native unit test. The tools come from build.sh, so the tests are started
// with `./build.sh test`.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Browser } from './browser.mjs';

/** @typedef {'node' | 'wasmtime' | 'browser'} Host */

/**
 * @typedef {object} Result
 * @property {string} stdout
 * @property {string} stderr
 * @property {number} code exit code; 128 and more: ended by a signal
 * @property {number} ms from the start to the end
 * @property {{text: string, ms: number}[]} lines of stdout, with the time each
 *   arrived after the start
 */

/**
 * @typedef {object} RunOptions
 * @property {Host} [host]
 * @property {string[]} [args]
 * @property {Record<string, string | undefined>} [env] added to ours
 * @property {string} [stdin]
 * @property {boolean} [debug] a debug build
 * @property {number} [timeout] ms after which the run is killed and fails
 * @property {string[]} [wasmtimeFlags] instead of those of `build.sh run`
 */

/** The repository's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The hosts that a contract test runs on; WEFT_HOSTS=node,… picks some. */
export const hosts = /** @type {Host[]} */ (
  (process.env.WEFT_HOSTS ?? 'node,wasmtime,browser').split(',')
);

/**
 * The path of a tool that build.sh found: tool('NODE'), tool('PYTHON') …
 * @param {string} name
 */
export function tool(name) {
  const found = process.env[`WEFT_${name}`];
  assert(found, `WEFT_${name} is not set: run the tests with ./build.sh test`);
  return found;
}

/** @type {Map<string, Promise<string>>} */
const compiled = new Map();

/**
 * Compiles a program once and gives the path of what a host loads.
 * @param {string} file a C file, relative to the repository's root
 * @param {{host?: Host | 'native', debug?: boolean, plain?: boolean}} [options]
 *   plain: free of coroutines
 */
export function compile(file, { host = 'node', debug = false, plain } = {}) {
  const args = ['compile', file, '--host', host, ...(debug ? ['--debug'] : [])];
  const key = [...args, ...(plain ? ['plain'] : [])].join(' ');
  let program = compiled.get(key);
  if (!program) {
    const env = { WEFT_PLAIN: plain ? '1' : '' };
    program = build(args, { env }).then(({ code, stdout, stderr }) => {
      assert.equal(code, 0, `build.sh ${key} failed:\n${stderr}`);
      return stdout.trim();
    });
    compiled.set(key, program);
  }
  return program;
}

/**
 * Runs build.sh.
 * @param {string[]} args
 * @param {{env?: Record<string, string | undefined>, timeout?: number}} [options]
 */
export function build(args, { env, timeout = 300_000 } = {}) {
  return execute([path.join(root, 'build.sh'), ...args], { env, timeout });
}

/** What `build.sh run` gives wasmtime. */
export const wasmtimeFlags = () => tool('WASMTIME_FLAGS').split(' ');

/**
 * The command that runs a compiled program outside of a browser, without the
 * program's arguments.
 * @param {Host} host
 * @param {string} program
 * @param {{node?: string[], wasmtime?: string[]}} [flags] of each host's own
 */
export const commandOf = (
  host,
  program,
  { node = [], wasmtime = wasmtimeFlags() } = {},
) =>
  host === 'node'
    ? [tool('NODE'), ...node, program]
    : [tool('WASMTIME'), 'run', ...wasmtime, program];

/**
 * Compiles a program and runs it to its end on a host.
 * @param {string} file a C file, relative to the repository's root
 * @param {RunOptions} [options]
 * @returns {Promise<Result>}
 */
export async function run(file, options = {}) {
  const { host = 'node', debug, args = [] } = options;
  const program = await compile(file, { host, debug });
  if (host === 'browser') return runInBrowser(program, options);
  const flags = options.wasmtimeFlags ?? wasmtimeFlags();
  const env = Object.entries(options.env ?? {}).flatMap(([name, value]) => [
    '--env',
    `${name}=${value}`,
  ]);
  const command = commandOf(host, program, { wasmtime: [...flags, ...env] });
  return execute([...command, ...args], options);
}

/**
 * Runs tests/unit/NAME.c under the sanitizers and expects it to succeed.
 * @param {string} name
 * @param {{args?: string[], stdin?: string, timeout?: number}} [options]
 */
export async function native(name, { args = [], stdin, timeout } = {}) {
  const program = await compile(`tests/unit/${name}.c`, {
    host: 'native',
    debug: true,
  });
  const result = await execute([program, ...args], { stdin, timeout });
  assert.equal(
    result.code,
    0,
    `${name} failed:\n${result.stdout}${result.stderr}`,
  );
  return result;
}

/**
 * Runs a command to its end; kills it, with its children, when it is late.
 * @param {string[]} command
 * @param {{env?: Record<string, string | undefined>, stdin?: string, timeout?: number}} [options]
 * @returns {Promise<Result>}
 */
export function execute(command, { env, stdin = '', timeout = 30_000 } = {}) {
  return new Promise((resolve, reject) => {
    const output = new Output();
    const child = spawn(command[0], command.slice(1), {
      cwd: root,
      env: { ...process.env, ...env },
      detached: true, // a process group of its own, to kill as a whole
    });
    const kill = () => {
      try {
        process.kill(-(/** @type {number} */ (child.pid)), 'SIGKILL');
      } catch {
        // It has just ended by itself.
      }
    };
    const timer = setTimeout(() => {
      kill();
      reject(output.late(command.join(' '), timeout));
    }, timeout);
    process.once('exit', kill);
    child.stdout.setEncoding('utf8').on('data', (text) => output.stdout(text));
    child.stderr.setEncoding('utf8').on('data', (text) => output.stderr(text));
    child.stdin.on('error', () => {}).end(stdin); // it may not read at all
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      process.off('exit', kill);
      resolve(output.result(code ?? 128 + signalNumber(signal)));
    });
  });
}

/** @type {Promise<Browser> | undefined} */
let browser;

/** The one Chromium of this process. */
export function openBrowser() {
  return (browser ??= Browser.open());
}

/** Closes it, which lets the process end. The test runner does it by itself. */
export async function closeBrowser() {
  await (await browser)?.close();
  browser = undefined;
}
if (process.env.NODE_TEST_CONTEXT) after(closeBrowser);

/**
 * @param {string} program
 * @param {RunOptions} options
 */
async function runInBrowser(program, options) {
  const { args, env, stdin, timeout = 30_000 } = options;
  const chromium = await openBrowser();
  const output = new Output();
  const code = await chromium.run(program, {
    args,
    env,
    stdin,
    timeout,
    stdout: (text) => output.stdout(text),
    stderr: (text) => output.stderr(text),
  });
  if (code === undefined) throw output.late(`${program} in a page`, timeout);
  return output.result(code);
}

/** What a program has printed so far. */
class Output {
  #start = performance.now();
  #stdout = '';
  #stderr = '';
  #line = '';
  /** @type {Result['lines']} */
  #lines = [];

  /** @param {string} text */
  stdout(text) {
    this.#stdout += text;
    const parts = (this.#line + text).split('\n');
    this.#line = /** @type {string} */ (parts.pop());
    for (const part of parts) this.#addLine(part);
  }

  /** @param {string} text */
  stderr(text) {
    this.#stderr += text;
  }

  /**
   * @param {number} code
   * @returns {Result}
   */
  result(code) {
    if (this.#line) this.#addLine(this.#line);
    return {
      stdout: this.#stdout,
      stderr: this.#stderr,
      code,
      ms: performance.now() - this.#start,
      lines: this.#lines,
    };
  }

  /**
   * @param {string} what
   * @param {number} timeout
   */
  late(what, timeout) {
    return new Error(
      `${what} did not end within ${timeout} ms; its output:\n${this.#stdout}${this.#stderr}`,
    );
  }

  /** @param {string} text */
  #addLine(text) {
    this.#lines.push({ text, ms: performance.now() - this.#start });
  }
}

/** @param {NodeJS.Signals | null} signal */
function signalNumber(signal) {
  return signal ? constants.signals[signal] : 0;
}
