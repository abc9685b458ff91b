// Ten thousand connections that a client opens and closes, and thousands that
// speak TLS: what they took is given back.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import tls from 'node:tls';
import { Certificates } from '../lib/certificates.mjs';
import { commandOf, compile, hosts, wasmtimeFlags } from '../lib/weft.mjs';

const made = new Certificates();
after(() => made.remove());

const AT_ONCE = 20;

/** On SIGUSR2 a program of Node.js tells how much of JavaScript's heap lives. */
const tell = `data:text/javascript,process.on('SIGUSR2', () => {
  gc();
  console.error('heap ' + process.memoryUsage().heapUsed);
})`;

/**
 * Starts the client against a server, to open and close so many connections.
 * @param {import('../lib/weft.mjs').Host} host
 * @param {net.Server} server
 * @param {number[]} spans
 * @param {string[]} [options]
 */
async function start(host, server, spans, options = []) {
  server.on('connection', (socket) => socket.on('error', () => {}));
  server.listen(0, '127.0.0.1', 1024);
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  const program = await compile('tests/contract/many.c', { host });
  const command = commandOf(host, program, {
    node: ['--expose-gc', `--import=${tell}`],
    wasmtime: [...wasmtimeFlags(), '--dir', made.folder],
  });
  const args = ['127.0.0.1', `${port}`, `${AT_ONCE}`, ...options];
  return spawn(command[0], [
    ...[...command.slice(1), ...args],
    ...spans.map(String),
  ]);
}

const linesOf = (/** @type {import('node:stream').Readable} */ input) =>
  createInterface({ input })[Symbol.asyncIterator]();

/**
 * Opens and closes connections in spans, and looks after each at what the
 * program holds.
 * @param {import('../lib/weft.mjs').Host} host
 * @param {net.Server} server
 * @param {number[]} spans
 * @param {string[]} [options]
 */
async function measure(host, server, spans, options) {
  const child = await start(host, server, spans, options);
  const pid = /** @type {number} */ (child.pid);
  const [out, err] = [child.stdout, child.stderr].map(linesOf);
  const ended = once(child, 'close');
  const told = [];
  try {
    for (let i = 0; i < spans.length; i++) {
      const line = (await out.next()).value;
      const [, result, memory] = /^(\w+): (\d+)$/.exec(line) ?? [];
      assert.equal(result, 'WEFT_OK', line);
      let heap = 0;
      if (host === 'node') {
        process.kill(pid, 'SIGUSR2');
        const text = (await err.next()).value;
        heap = Number(/^heap (\d+)/.exec(text)?.[1]);
      }
      const files = readdirSync(`/proc/${pid}/fd`).length;
      const status = readFileSync(`/proc/${pid}/status`, 'latin1');
      const resident = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
      told.push({ memory: Number(memory), heap, files, resident });
      child.stdin.write('\n');
    }
    const [code] = await ended;
    assert.equal(code, 0);
    return told;
  } finally {
    child.kill('SIGKILL');
    server.close();
  }
}

/**
 * How many connections overlap is the machine's, and what holds them may grow
 * once more for it; so it is the span that grew least that tells of a leak.
 * @param {{memory: number, heap: number, files: number, resident: number}[]} told
 * @param {number} count of connections in a span
 */
function assertFlat(told, count) {
  const isNode = told[0].heap > 0;
  for (const [what, allowed] of /** @type {const} */ ([
    ['files', 0],
    // The program's, of which any object of a connection takes 16 bytes.
    ['memory', count],
    // The host's: less than any object of a connection takes.
    [isNode ? 'heap' : 'resident', 130 * count],
  ])) {
    const grew = told.slice(1).map((now, i) => now[what] - told[i][what]);
    const text = `${what}: ${told.map((at) => at[what]).join(', ')}`;
    assert(Math.min(...grew) <= allowed, text);
  }
}

const greet = (/** @type {net.Socket} */ socket) => {
  socket.on('data', (bytes) => socket.write(bytes));
};

for (const host of hosts.filter((host) => host !== 'browser')) {
  test(`10,000 connections of a client (${host})`, async () => {
    const server = net.createServer(greet);
    const told = await measure(host, server, [1000, 3000, 3000, 3000]);
    assertFlat(told, 3000);
  });

  test(`thousands of connections of a client that speaks TLS (${host})`, async () => {
    const count = host === 'node' ? 1500 : 600;
    const server = tls.createServer(
      { cert: readFileSync(made.good.cert), key: readFileSync(made.good.key) },
      greet,
    );
    const spans = [200, count, count, count];
    const told = await measure(host, server, spans, ['--ca', made.ca.cert]);
    assertFlat(told, count);
  });
}
