// WebSockets against the server of the package ws, and TCP of a page through
// the real websockify.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { closedPort, websockify } from '../lib/websockify.mjs';
import { hosts, run } from '../lib/weft.mjs';

/** @type {WebSocketServer} */
let server;
let url = '';
/** @type {unknown[]} */
let closed = [];
/** What has come as text. @type {string[]} */
const texts = [];

before(async () => {
  server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: (offered) => (offered.has('weft.1') ? 'weft.1' : false),
  });
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  url = `ws://127.0.0.1:${port}/`;
  server.on('connection', (socket) => {
    let bytes = 0;
    socket.on('close', (code, reason) => (closed = [code, String(reason)]));
    socket.on('message', (data, isBinary) => {
      const text = String(data);
      if (!isBinary) texts.push(text);
      if (text === 'bye') socket.close(3456, 'so long');
      else if (text === 'break') socket.terminate();
      else if (text === 'hold') hold(socket);
      else if (text.startsWith('flood')) flood(socket, text.endsWith('break'));
      else if (text === 'later') setTimeout(() => socket.send('now'), 300);
      else if (/** @type {Buffer} */ (data).length < 1 << 20) {
        socket.send(data, { binary: isBinary });
      } else if ((bytes += 1 << 20) === 20 << 20) socket.send('all');
    });
  });
});
after(() => {
  for (const client of server.clients) client.terminate();
  server.close();
});

/** Takes nothing for a while. @param {import('ws').WebSocket} socket */
function hold(socket) {
  socket.pause();
  setTimeout(() => socket.resume(), 500);
  socket.send('held');
}

/**
 * Sends more than a stream reads ahead, and goes.
 * @param {import('ws').WebSocket} socket
 * @param {boolean} rudely
 */
function flood(socket, rudely) {
  for (let i = 0; i < 100; i++) socket.send('x'.repeat(10_000));
  socket.send('last', () => (rudely ? socket.terminate() : socket.close()));
}

/**
 * @param {import('../lib/weft.mjs').Host} host
 * @param {...string} args
 */
async function talk(host, ...args) {
  const { stdout } = await run('tests/contract/websocket.c', { host, args });
  return stdout.trim().split('\n');
}

for (const host of hosts) {
  if (host === 'wasmtime') {
    test('WASI has no WebSockets, and says so (wasmtime)', async () => {
      const lines = await talk(host, url);
      assert.match(lines[0], /^connect: WEFT_ENOTSUP WASI has no WebSockets/);
    });
    continue;
  }

  test(`text, binary and long messages come back (${host})`, async () => {
    const lines = await talk(
      host,
      ...[url, 'protocol', 'hello', 'grüße', 'binary', 'hold', 'large'],
    );
    assert.deepEqual(lines, [
      'protocol: weft.1',
      'text 5 hello',
      'text 7 grüße',
      'binary 3 a',
      'text 4 held',
      'drain waited: yes',
      'text 3 all',
      'closed: 0',
    ]);
  });

  test(`a byte order mark is a character of a text (${host})`, async () => {
    const lines = await talk(host, url, '\ufeffmark');
    assert.equal(texts.at(-1), '\ufeffmark');
    // Node.js' own WebSocket takes it off what arrives.
    if (host === 'node' && globalThis.WebSocket) return;
    assert.deepEqual(lines, ['text 7 \ufeffmark', 'closed: 0']);
  });

  test(`close codes and reasons, both ways (${host})`, async () => {
    const theirs = await talk(host, url, 'bye', 'end');
    assert.deepEqual(theirs, [
      'receive: end',
      'receive: end',
      'close_code: 3456',
      'close_reason: so long',
      'send: WEFT_ECLOSED',
      'closed: 0',
    ]);
    const ours = await talk(host, url, 'x', 'close');
    assert.deepEqual(ours, ['text 1 x', 'code 1: WEFT_EINVAL', 'closed: 0']);
    while (closed[0] !== 3001) await sleep(5);
    assert.deepEqual(closed, [3001, 'enough']);
  });

  test(`a cancelled receive loses no message (${host})`, async () => {
    const lines = await talk(host, url, 'one', 'cancel', 'two');
    assert.deepEqual(lines, [
      'text 3 one',
      'receive: WEFT_ECANCELED',
      'text 3 two',
      'closed: 0',
    ]);
  });

  test(`a cancelled drain loses no message (${host})`, async () => {
    const lines = await talk(host, url, 'hold', 'hurried');
    assert.deepEqual(lines, [
      'text 4 held',
      'drain: WEFT_ETIMEDOUT',
      'drain: WEFT_OK',
      'text 3 all',
      'closed: 0',
    ]);
  });

  test(`a cancelled connect leaves nothing behind (${host})`, async () => {
    let gone = 0;
    const silent = net.createServer((socket) => {
      socket.on('error', () => {}).on('close', () => gone++);
      socket.resume();
    });
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (silent.address());
    const lines = await talk(host, `ws://127.0.0.1:${port}/`, 'hurry');
    assert.match(lines[0], /^connect: WEFT_ETIMEDOUT/);
    while (!gone) await sleep(10);
    silent.close();
  });

  test(`what came before the end is received first, also before a bad end (${host})`, async () => {
    const [good] = await talk(host, url, 'flood');
    assert.equal(good, '101 messages, 1000004 bytes: WEFT_OK');
    const [bad] = await talk(host, url, 'flood and break');
    assert.equal(bad, '101 messages, 1000004 bytes: WEFT_ECONNRESET');
  });

  test(`a broken connection, nobody there, a URL that makes no sense (${host})`, async () => {
    const broken = await talk(host, url, 'break');
    assert.equal(broken[0], 'receive: WEFT_ECONNRESET');
    const refused = await talk(host, `ws://127.0.0.1:${await closedPort()}/`);
    assert.match(refused[0], /^connect: WEFT_ECONNREFUSED /);
    const nonsense = await talk(host, 'nonsense://x');
    assert.match(nonsense[0], /^connect: WEFT_EINVAL /);
  });
}

if (hosts.includes('node')) {
  test('a peer that closes before it has taken all ends the wait for that (node)', async () => {
    // A WebSocket whose peer closes at the first message, and takes nothing.
    const fake = `
      globalThis.WebSocket = class extends EventTarget {
        readyState = 0;
        bufferedAmount = 0;
        constructor() {
          super();
          setTimeout(() => this.change(1, new Event('open')));
        }
        change(state, event) {
          this.readyState = state;
          this.dispatchEvent(event);
        }
        send({ length }) {
          if (!this.bufferedAmount) setTimeout(() => this.close());
          this.bufferedAmount += length;
        }
        close() {
          const event = Object.assign(new Event('close'), { code: 1000 });
          this.change(3, event);
        }
      };`;
    const { stdout } = await run('tests/contract/websocket.c', {
      host: 'node',
      args: ['ws://nobody/', 'large'],
      env: {
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fake)}`,
      },
    });
    assert.match(stdout, /^drain waited: (yes|no)\nreceive: end\nclosed: 0\n$/);
  });
}

if (hosts.includes('browser')) {
  test('a gateway that closes at the first bytes lets a page go on', async () => {
    const gateway = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(gateway, 'listening');
    gateway.on('connection', (socket) => {
      socket.on('message', () => socket.close(1000));
    });
    const { port } = /** @type {net.AddressInfo} */ (gateway.address());
    try {
      const { stdout } = await run('tests/contract/stream.c', {
        host: 'browser',
        args: 'connect there 80 write hello line close wait'.split(' '),
        env: { WEFT_GATEWAY: `ws://127.0.0.1:${port}/?token={host}:{port}` },
      });
      assert.equal(
        stdout,
        'connect: 0\nwrite: 0\nline: 0 \nclose: 0\nwait: 0\n',
      );
    } finally {
      gateway.close();
    }
  });

  test('TCP of a page goes through websockify', async () => {
    const echo = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        if (String(data) === 'quit\n') socket.end('bye\n');
        else socket.write(data);
      });
    });
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (echo.address());
    const gateway = await websockify();
    try {
      const { stdout, stderr } = await run('tests/contract/stream.c', {
        host: 'browser',
        args: `connect 127.0.0.1 ${port} info peername write hello\\n line fill 300000 drain exactly 300000 eof write quit\\n line line close wait`.split(
          ' ',
        ),
        env: { WEFT_GATEWAY: gateway.template },
      });
      const lines = stdout.trim().split('\n');
      assert.deepEqual(
        lines.map((line) => line.slice(0, 30)),
        [
          'connect: 0',
          `info: ${10 + String(port).length} 127.0.0.1:${port}`,
          'write: 0',
          'line: 6 hello\\n',
          'fill: 0',
          'drain: 0',
          'exactly: 300000 abcdefghijklmn',
          'eof: WEFT_ENOTSUP',
          'write: 0',
          'line: 4 bye\\n',
          'line: 0 ',
          'close: 0',
          'wait: 0',
        ],
        stderr,
      );
    } finally {
      gateway.stop();
      echo.close();
    }
  });

  test('without a gateway a page is told what to do', async () => {
    const { stdout, stderr } = await run('tests/contract/stream.c', {
      host: 'browser',
      args: ['connect', '127.0.0.1', '80'],
    });
    assert.equal(stdout, 'connect: WEFT_ENOTSUP\n');
    assert.match(stderr, /a browser page has no TCP: name a WebSocket gateway/);
  });
}
