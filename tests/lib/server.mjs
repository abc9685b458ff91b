// Server programs that run while a test talks to them.

import { spawn } from 'node:child_process';
import process from 'node:process';
import { commandOf, compile, wasmtimeFlags } from './weft.mjs';

/**
 * Reads what a child prints until its first line has come.
 * @param {import('node:stream').Readable} output
 */
export async function firstLine(output) {
  let text = '';
  for await (const piece of output.iterator({ destroyOnReturn: false })) {
    text += piece;
    if (text.includes('\n')) return text;
  }
  throw new Error(`the child ended before it printed a line: '${text}'`);
}

/**
 * Starts a server program, which prints the port that it listens on.
 * @param {import('./weft.mjs').Host} host
 * @param {string} file
 * @param {{args?: string[], flags?: string[]}} [options] flags: of wasmtime,
 *   beside those of `build.sh run`
 * @returns {Promise<{port: number, stop: () => void}>}
 */
export async function start(host, file, { args = [], flags = [] } = {}) {
  const program = await compile(file, { host });
  const command = commandOf(host, program, {
    wasmtime: [...wasmtimeFlags(), ...flags],
  });
  const child = spawn(command[0], [...command.slice(1), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const line = await firstLine(child.stdout);
  return { port: Number(/\d+/.exec(line)?.[0]), stop: kill };
}
