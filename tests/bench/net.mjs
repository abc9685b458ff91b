// The floor of the network rows on Node.js: the same with `net` alone.
//
//   node net.mjs            a server that echoes; prints "PORT n"
//   node net.mjs PORT COUNT what tests/bench/head.c does

import net from 'node:net';
import process from 'node:process';

const LINES = 11;
const WARM_UP = 20;
const request =
  'HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

/** @param {number} port */
function ask(port) {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    socket
      .setEncoding('latin1')
      .on('connect', () => socket.write(request))
      .on('data', (data) => (text += data))
      .on('error', reject)
      .on('close', () => {
        const lines = text.slice(0, text.indexOf('\r\n\r\n')).split('\r\n');
        if (lines.length === LINES) resolve(undefined);
        else reject(new Error(`${lines.length} lines`));
      });
  });
}

/**
 * @param {number} port
 * @param {number} count
 */
async function askAll(port, count) {
  await Promise.all(Array.from({ length: count }, () => ask(port)));
}

const [port, count] = process.argv.slice(2).map(Number);
if (port) {
  await askAll(port, WARM_UP);
  const start = performance.now();
  await askAll(port, count);
  const value = performance.now() - start;
  console.log(JSON.stringify({ metric: 'head', value, unit: 'ms' }));
} else {
  const server = net.createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 2048 }, () => {
    const { port } = /** @type {net.AddressInfo} */ (server.address());
    console.log(`PORT ${port}`);
  });
}
