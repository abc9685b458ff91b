// The server of tests/contract/server.c, and clients for it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import process from 'node:process';
import { commandOf, compile, wasmtimeFlags } from './weft.mjs';

/**
 * Starts a server program; `work` gets its port, and `end` what it has said.
 * @param {import('./weft.mjs').Host} host
 * @param {string[]} args
 * @param {(server: {port: number, pid: number}) => Promise<unknown>} work
 * @param {{descriptors?: number, folder?: string, env?: object}} [options] it
 *   may have so many descriptors open; it may read that folder
 */
export async function serve(
  host,
  args,
  work,
  { descriptors, folder, env } = {},
) {
  const program = await compile('tests/contract/server.c', { host });
  const dir = folder ? ['--dir', folder] : [];
  const flags = { wasmtime: [...wasmtimeFlags(), ...dir] };
  const command = [...commandOf(host, program, flags), ...args];
  const few = `ulimit -n ${descriptors}; exec "$0" "$@"`;
  const limited = descriptors ? ['sh', '-c', few, ...command] : command;
  const child = spawn(limited[0], limited.slice(1), {
    env: { ...process.env, ...env },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = once(child, 'exit');
  try {
    while (!stdout.includes('\n')) {
      await Promise.race([once(child.stdout, 'data'), ended]);
      assert.equal(child.exitCode, null, `${stdout}${stderr}`);
    }
    const port = Number(/^PORT (\d+)/.exec(stdout)?.[1]);
    await work({ port, pid: /** @type {number} */ (child.pid) });
    const [code] = await ended;
    assert.equal(code, 0, stderr);
    return { lines: stdout.trim().split('\n').slice(1), stderr };
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}

/** A client that asks a line and waits for one. */
export class Client {
  #buffer = '';
  #ended = false;
  #wake = () => {};

  /** @param {net.Socket} socket */
  constructor(socket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.on('data', (text) => {
      this.#buffer += text;
      this.#wake();
    });
    for (const end of ['end', 'close']) {
      socket.on(end, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }

  /** @param {number | string} where */
  static async connect(where) {
    const socket =
      typeof where === 'number'
        ? net.connect(where, '127.0.0.1')
        : net.connect(where);
    await once(socket, 'connect');
    return new Client(socket);
  }

  /** The next line, or undefined at the end. */
  async line() {
    let end;
    while (!(end = this.#buffer.indexOf('\n') + 1)) {
      if (this.#ended) return undefined;
      await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
    }
    const line = this.#buffer.slice(0, end);
    this.#buffer = this.#buffer.slice(end);
    return line;
  }

  /** @param {string} text */
  ask(text) {
    this.socket.write(`${text}\n`);
    return this.line();
  }
}
