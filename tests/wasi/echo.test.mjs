// An echo server on wasmtime with many connections, busy and idle.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { firstLine } from '../lib/server.mjs';
import { commandOf, compile } from '../lib/weft.mjs';

const timeout = 60_000;

/** @param {(port: number, pid: number) => Promise<void>} use */
async function serve(use) {
  const program = await compile('tests/wasi/echo.c', { host: 'wasmtime' });
  const [wasmtime, ...args] = commandOf('wasmtime', program);
  const child = spawn(wasmtime, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await firstLine(child.stdout);
  await use(Number(port), /** @type {number} */ (child.pid));
  child.stdin.end();
  assert.deepEqual(await once(child, 'close'), [0, null]);
}

/**
 * @param {number} port
 * @param {number} count
 */
async function open(port, count) {
  const sockets = Array.from({ length: count }, () =>
    net.connect(port, '127.0.0.1').setNoDelay(),
  );
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  return sockets;
}

/** Seconds of CPU that a process has used. @param {number} pid */
function cpu(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

test('of 1,000 busy connections each has its turn', { timeout }, async () => {
  await serve(async (port) => {
    const sockets = await open(port, 1000);
    const served = sockets.map(() => 0);
    await /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        sockets.forEach((socket, i) => {
          socket.on('data', () => {
            served[i]++;
            if (served[i] === 20 && Math.min(...served) === 20) resolve();
            else socket.write('x');
          });
          socket.write('x');
        });
      })
    );
    const most = Math.max(...served);
    assert(most < 200, `the slowest was served 20 times, the fastest ${most}`);
    for (const socket of sockets) socket.destroy();
  });
});

test('1,000 idle connections cost no CPU', { timeout }, async () => {
  await serve(async (port, pid) => {
    const sockets = await open(port, 1000);
    for (const socket of sockets) socket.write('x');
    await Promise.all(sockets.map((socket) => once(socket, 'data')));
    const before = cpu(pid);
    await sleep(1000);
    const used = cpu(pid) - before;
    assert(used <= 0.02, `${used} s of CPU in an idle second`);
    for (const socket of sockets) socket.destroy();
  });
});
