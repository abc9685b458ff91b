// tests/contract/stream.c, the client of streams, against a peer of the test's.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after } from 'node:test';
import { hosts, run } from './weft.mjs';
import { websockify } from './websockify.mjs';

/** @typedef {(socket: net.Socket) => void} Peer */

/** What gives a page TCP. @type {ReturnType<typeof websockify> | undefined} */
let gateway;
after(async () => (await gateway)?.stop());

/**
 * Runs the client against a peer; `PORT` among the words is the peer's.
 * @param {import('./weft.mjs').Host} host
 * @param {Peer} peer
 * @param {string} words
 */
export async function talk(host, peer, words) {
  const sockets = new Set();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    peer(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  const args = words
    .trim()
    .split(/\s+/)
    .map((word) => (word === 'PORT' ? String(port) : word));
  const env =
    host === 'browser'
      ? { WEFT_GATEWAY: (await (gateway ??= websockify())).template }
      : {};
  try {
    const { stdout, stderr, code } = await run('tests/contract/stream.c', {
      host,
      args,
      env,
      timeout: 30_000,
    });
    assert.equal(code, 0, stderr);
    return { lines: stdout.trim().split('\n'), stderr };
  } finally {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
}

/** A page's streams have no halves, and are not told how a peer has gone. */
export const withHalves = hosts.filter((host) => host !== 'browser');

export const echo = (/** @type {net.Socket} */ socket) => socket.pipe(socket);

/** A peer that says this, and no more. @param {string} text */
export const says = (text) => (/** @type {net.Socket} */ socket) => {
  socket.end(text);
};
