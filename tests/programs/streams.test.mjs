// The examples that use streams, against real servers.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { Certificates } from '../lib/certificates.mjs';
import { nginx } from '../lib/nginx.mjs';
import { start } from '../lib/server.mjs';
import { hosts, run, tool } from '../lib/weft.mjs';
import { websockify } from '../lib/websockify.mjs';

const made = new Certificates();

const server = http.createServer((request, response) => {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.sendDate = false;
  response.setHeader('Content-Type', 'text/plain');
  response.end(request.method === 'HEAD' ? '' : 'x'.repeat(100_000));
});
let port = 0;
before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = /** @type {net.AddressInfo} */ (server.address()));
});
after(() => {
  server.close();
  server.closeAllConnections();
  made.remove();
});

const expectedHeaders = [
  'HTTP header> HTTP/1.1 200 OK',
  'HTTP header> Access-Control-Allow-Origin: *',
  'HTTP header> Content-Type: text/plain',
  'HTTP header> Connection: close',
];
const sums = [
  ...[0, 5000050000, 20000100000, 45000150000, 80000200000, 125000250000],
  ...[180000300000, 245000350000, 320000400000, 405000450000],
].map(String);

for (const host of hosts.filter((host) => host !== 'browser')) {
  test(`stream prints the headers (${host})`, async () => {
    const { stdout, code } = await run('examples/stream.c', {
      host,
      args: [`http://127.0.0.1:${port}/`],
    });
    assert.deepEqual(stdout.trim().split('\n'), expectedHeaders);
    assert.equal(code, 0);
  });

  test(`stream2 prints the headers between its sums (${host})`, async () => {
    const { stdout } = await run('examples/stream2.c', {
      host,
      args: [`http://127.0.0.1:${port}/`],
    });
    const lines = stdout.trim().split('\n');
    assert.equal(lines[0], '0');
    assert.deepEqual(
      lines.filter((line) => /^\d/.test(line)),
      sums,
    );
    assert.deepEqual(
      lines.filter((line) => !/^\d/.test(line)),
      expectedHeaders,
    );
    assert.equal(lines.at(-1), sums.at(-1));
  });

  test(`port_scanner finds what is open (${host})`, async () => {
    const { stdout } = await run('examples/port_scanner.c', {
      host,
      args: ['127.0.0.1', String(port), String(port)],
    });
    assert.equal(stdout, `${port} is open\n`);
  });

  test(`echo_client talks to echo_server (${host})`, async () => {
    const echo = await start(host, 'examples/echo_server.c');
    try {
      const { stdout, code } = await run('examples/echo_client.c', {
        host,
        args: ['127.0.0.1', String(echo.port)],
        stdin: 'one\ntwo\n',
      });
      assert.equal(stdout, 'echo> one\necho> two\n');
      assert.equal(code, 0);
    } finally {
      echo.stop();
    }
  });

  test(`chat_server passes on what one says to the others (${host})`, async () => {
    const chat = await start(host, 'examples/chat_server.c');
    try {
      const names = ['Ada', 'Bob'];
      const clients = [];
      for (const name of names) {
        const socket = net.connect(chat.port, '127.0.0.1');
        socket.setEncoding('utf8');
        const client = { socket, said: '' };
        socket.on('data', (text) => (client.said += text));
        socket.write(`${name}\n`);
        await until(client, /What is your name\? /);
        clients.push(client);
      }
      await until(clients[0], /Bob is here\n/);
      clients[1].socket.write('hello\n');
      await until(clients[0], /Bob: hello\n/);
      clients[1].socket.end();
      await until(clients[0], /Bob has left\n$/);
      clients[0].socket.destroy();
      assert.doesNotMatch(clients[1].said, /Bob/);
    } finally {
      chat.stop();
    }
  });
}

for (const host of hosts.filter((host) => host !== 'browser')) {
  test(`stream and stream2 speak https with nginx (${host})`, async () => {
    const { https, stop } = await nginx(made);
    const url = `https://localhost:${https}/`;
    const env =
      host === 'node'
        ? { NODE_EXTRA_CA_CERTS: made.ca.cert }
        : { WEFT_CA_FILE: made.ca.cert };
    const flags = ['--dir', made.folder, ...tool('WASMTIME_FLAGS').split(' ')];
    const options = { host, env, wasmtimeFlags: flags };
    try {
      for (const name of ['stream', 'stream2']) {
        const program = `examples/${name}.c`;
        const { stdout, stderr } = await run(program, {
          ...options,
          args: [url],
        });
        assert.match(stdout, /^HTTP header> HTTP\/1.1 200 OK$/m, stderr);
        assert.match(stdout, /^HTTP header> Server: nginx/m);
      }
      const refused = await run('examples/stream.c', { host, args: [url] });
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /certificate/);
    } finally {
      await stop();
    }
  });
}

if (hosts.includes('browser')) {
  test('stream prints the headers in a page, through websockify', async () => {
    const gateway = await websockify();
    try {
      const { stdout, stderr } = await run('examples/stream.c', {
        host: 'browser',
        args: [`http://127.0.0.1:${port}/`],
        env: { WEFT_GATEWAY: gateway.template },
      });
      assert.deepEqual(stdout.trim().split('\n'), expectedHeaders, stderr);
    } finally {
      gateway.stop();
    }
  });
}

for (const host of hosts) {
  test(`download gets all at once; one failure ends it (${host})`, async () => {
    const url = `http://127.0.0.1:${port}/`;
    const { stdout, code } = await run('examples/download.c', {
      host,
      args: [`${url}1`, `${url}2`, `${url}3`],
    });
    assert.deepEqual(
      stdout.trim().split('\n').sort(),
      ['1', '2', '3'].map((name) => `${url}${name}: 200, 100000 bytes`),
    );
    assert.equal(code, 0);
    const failed = await run('examples/download.c', {
      host,
      args: [`${url}1`, 'nonsense://x'],
    });
    assert.match(failed.stderr, /nonsense:\/\/x: /);
    assert.equal(failed.code, 1);
  });
}

/**
 * @param {{socket: net.Socket, said: string}} client
 * @param {RegExp} pattern
 */
async function until(client, pattern) {
  while (!pattern.test(client.said)) await once(client.socket, 'data');
}
