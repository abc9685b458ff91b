// Server programs that run while a test talks to them.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { compile, tool } from './weft.mjs';

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
  const command =
    host === 'node'
      ? [tool('NODE'), program]
      : [
          tool('WASMTIME'),
          'run',
          ...tool('WASMTIME_FLAGS').split(' '),
          ...flags,
          program,
        ];
  const child = spawn(command[0], [...command.slice(1), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const [line] = await once(child.stdout, 'data');
  return { port: Number(/\d+/.exec(String(line))?.[0]), stop: kill };
}
