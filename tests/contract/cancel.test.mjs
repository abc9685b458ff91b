// What is cancelled leaves a stream that can be used or is dead, as its header
// says, loses no byte, and holds nothing of the host any more. (Reads, drains,
// datagrams and messages in order are with their kind: stream.test.mjs,
// tls.test.mjs, websocket.test.mjs, udp.test.mjs, standard.test.mjs.)

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Certificates } from '../lib/certificates.mjs';
import { Client, serve } from '../lib/serve.mjs';
import { hosts, root, run, tool, wasmtimeFlags } from '../lib/weft.mjs';

const made = new Certificates();
const folder = mkdtempSync(path.join(tmpdir(), 'weft-cancel-'));
const names = path.join(folder, 'names.so');
before(() => {
  const source = path.join(root, 'tests/lib/names.c');
  execFileSync(tool('CC'), ['-shared', '-fPIC', source, '-o', names, '-ldl']);
});
after(() => {
  made.remove();
  rmSync(folder, { recursive: true });
});

/** A name that takes a second to be looked up. */
const slowly = {
  LD_PRELOAD: names,
  WEFT_ADDRESSES: '127.0.0.1',
  WEFT_LOOKUP_MS: '1000',
};

/**
 * Runs the client against a server; PORT among the words is its.
 * @param {import('../lib/weft.mjs').Host} host
 * @param {net.Server} server
 * @param {string} words
 * @param {Record<string, string>} [env]
 * @param {Promise<unknown>} [heard] what the server still has to hear
 */
async function talk(host, server, words, env, heard) {
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  try {
    const { stdout, stderr, code } = await run('tests/contract/stream.c', {
      host,
      args: words.replaceAll('PORT', String(port)).split(' '),
      env,
      wasmtimeFlags: [...wasmtimeFlags(), '--dir', made.folder],
    });
    assert.equal(code, 0, stderr);
    await heard;
    return stdout.trim().split('\n');
  } finally {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
}

/** Answers what a client asks of an HTTP server. */
class Pages {
  /** Requests whose client has gone before their answer was whole. */
  abandoned = 0;
  #rest = () => {};

  server = http.createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.on('close', () => {
      if (!response.writableFinished) this.abandoned++;
    });
    switch (request.url) {
      case '/hello':
        response.end('hello\n');
        break;
      case '/half': // its second half comes when /go-on is asked for
        response.write('first ');
        this.#rest = () => response.end('second');
        break;
      case '/go-on':
        this.#rest();
        response.end();
        break;
      case '/moved':
        response.writeHead(302, { Location: '/silent' }).end();
        break;
      default: // takes all, and answers nothing
        request.on('error', () => {}).resume();
    }
  });
}

for (const host of hosts) {
  test(`a request: in a redirect it is aborted (${host})`, async () => {
    const pages = new Pages();
    const lines = await talk(
      host,
      pages.server,
      'within 0.5 fetch http://127.0.0.1:PORT/moved fetch http://127.0.0.1:PORT/hello line',
    );
    assert.deepEqual(lines, [
      'fetch: WEFT_ECANCELED',
      'within: expired',
      'fetch: 200',
      'line: 6 hello\\n',
    ]);
    while (pages.abandoned < 1) await sleep(10);
  });

  test(`a response: its reads lose no byte (${host})`, async () => {
    const lines = await talk(
      host,
      new Pages().server,
      'fetch http://127.0.0.1:PORT/half within 0.3 exactly 12 within 0.3 all 100 beside http://127.0.0.1:PORT/go-on all 100 close wait',
    );
    assert.deepEqual(lines, [
      'fetch: 200',
      ...['exactly: WEFT_ECANCELED', 'within: expired'],
      ...['all: WEFT_ECANCELED', 'within: expired'],
      'beside: 200',
      'all: 12 first second',
      'close: 0',
      'wait: 0',
    ]);
  });
}

for (const host of hosts.filter((host) => host !== 'browser')) {
  test(`a request whose body is being sent is aborted (${host})`, async () => {
    const pages = new Pages();
    const body = net.createServer((socket) => void socket.write('no end'));
    body.listen(0, '127.0.0.1');
    await once(body, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (body.address());
    const lines = await talk(
      host,
      pages.server,
      `connect 127.0.0.1 ${port} within 0.5 send http://127.0.0.1:PORT/sink fetch http://127.0.0.1:PORT/hello line`,
    );
    assert.deepEqual(lines, [
      'connect: 0',
      'fetch: WEFT_ECANCELED',
      'within: expired',
      'fetch: 200',
      'line: 6 hello\\n',
    ]);
    while (pages.abandoned < 1) await sleep(10);
    body.close();
  });

  test(`a connection whose name is looked up: nothing follows (${host})`, async () => {
    let connections = 0;
    const server = net.createServer((socket) => {
      connections++;
      socket.end('hello\n');
    });
    const lines = await talk(
      host,
      server,
      'within 0.2 connect two.test PORT sleep 1.2 connect 127.0.0.1 PORT line',
      slowly,
    );
    assert.deepEqual(lines, [
      'connect: WEFT_ECANCELED',
      'within: expired',
      'connect: 0',
      'line: 6 hello\\n',
    ]);
    assert.equal(connections, 1);
  });

  test(`a TLS handshake: the connection is gone (${host})`, async () => {
    let gone = 0;
    const silent = net.createServer((socket) => {
      socket.resume().on('close', () => gone++);
    });
    const lines = await talk(
      host,
      silent,
      `ca ${made.ca.cert} tls within 0.3 connect 127.0.0.1 PORT sleep 0.3`,
    );
    assert.deepEqual(lines, [
      'tls: 0',
      'connect: WEFT_ECANCELED',
      'within: expired',
    ]);
    assert.equal(gone, 1);
  });

  test(`start_tls: the stream is dead (${host})`, async () => {
    const silent = net.createServer((socket) => void socket.resume());
    const lines = await talk(
      host,
      silent,
      `connect 127.0.0.1 PORT ca ${made.ca.cert} tls within 0.3 start_tls localhost write x read 1 wait`,
    );
    assert.deepEqual(lines.slice(2), [
      'start_tls: WEFT_ECANCELED',
      'within: expired',
      'write: WEFT_ECLOSED',
      'read: WEFT_ECLOSED',
      'wait: WEFT_ECLOSED',
    ]);
  });

  test(`a cancelled readall or peek loses no byte (${host})`, async () => {
    const lines = await talk(
      host,
      net.createServer({ allowHalfOpen: true }, (socket) => {
        socket.once('data', () => {
          socket.write('abc');
          socket.once('data', () => socket.end('def'));
        });
      }),
      'connect 127.0.0.1 PORT within 0.1 peek write x within 0.3 all 100 within 0.1 all 100 write x all 100 close wait',
    );
    assert.deepEqual(lines, [
      'connect: 0',
      'peek: WEFT_ECANCELED',
      'within: expired',
      'write: 0',
      ...['all: WEFT_ECANCELED', 'within: expired'],
      ...['all: WEFT_ECANCELED', 'within: expired'],
      'write: 0',
      'all: 6 abcdef',
      'close: 0',
      'wait: 0',
    ]);
  });

  test(`a cancelled wait_closed: it goes on to close, and sends all (${host})`, async () => {
    let total = 0;
    const server = net.createServer((socket) => {
      socket.pause();
      setTimeout(() => socket.resume(), 1000);
      socket.on('data', (data) => (total += data.length));
      socket.on('end', () => server.emit('heard'));
    });
    const lines = await talk(
      host,
      server,
      'connect 127.0.0.1 PORT fill 20000000 close within 0.2 wait write x wait wait',
      {},
      once(server, 'heard'),
    );
    assert.deepEqual(lines, [
      'connect: 0',
      'fill: 0',
      'close: 0',
      'wait: WEFT_ECANCELED',
      'within: expired',
      'write: WEFT_ECLOSED',
      'wait: 0',
      'wait: WEFT_ESTALE',
    ]);
    assert.equal(total, 20_000_000);
  });

  test(`a datagram socket or a server whose address is looked up (${host})`, async () => {
    const { stdout, stderr, ms } = await run('tests/contract/opening.c', {
      host,
      env: slowly,
    });
    assert.equal(stderr, '');
    assert.equal(
      stdout,
      'udp: WEFT_ETIMEDOUT\nserver: WEFT_ETIMEDOUT\nudp: WEFT_OK\nserver: WEFT_OK\n',
    );
    assert(ms < 8000, `the program ends only after ${ms} ms`);
  });

  test(`waits for a server: it goes on, or is closed (${host})`, async () => {
    const { lines } = await serve(host, ['waits'], async ({ port }) => {
      const client = await Client.connect(port);
      assert.equal(await client.ask('stop'), 'stop\n');
      const connects = () =>
        Client.connect(port).then(({ socket }) => !!socket.destroy());
      while (await connects().catch(() => false)); // it stops listening
      assert.equal(await client.ask('closed'), 'closed\n');
      client.socket.write('sleep\n');
      assert.equal(await client.line(), 'interrupted\n');
    });
    assert.deepEqual(lines.slice(0, 3), [
      'wait_closed: WEFT_ETIMEDOUT, still there',
      'serve_forever: WEFT_ETIMEDOUT, still there',
      'shutdown: WEFT_ETIMEDOUT, still there',
    ]);
    assert.match(lines[3], /^shutdown: 0, /);
    assert.equal(lines[4], 'again: WEFT_ESTALE');
  });
}
