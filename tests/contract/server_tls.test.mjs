// Servers that speak TLS, from the start or later, against clients good and bad.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { after, test } from 'node:test';
import tls from 'node:tls';
import { Certificates } from '../lib/certificates.mjs';
import { Client, serve } from '../lib/serve.mjs';
import { execute, hosts, tool } from '../lib/weft.mjs';

const made = new Certificates();
after(() => made.remove());
const options = { folder: made.folder };

for (const host of hosts.filter((host) => host !== 'browser')) {
  for (const version of /** @type {const} */ (['TLSv1.2', 'TLSv1.3'])) {
    test(`TLS: a checked server, ${version}, beside clients that speak none (${host})`, async () => {
      const { stderr } = await serve(
        host,
        ['tls', made.good.cert, made.good.key],
        async ({ port }) => {
          const plain = await Client.connect(port);
          plain.socket.write('no TLS at all\n');
          await Client.connect(port).then((silent) => silent.socket.unref());
          const socket = tls.connect({
            ...{ port, host: '127.0.0.1', ca: readFileSync(made.ca.cert) },
            ...{ ALPNProtocols: ['weft'], maxVersion: version },
          });
          await once(socket, 'secureConnect');
          assert.equal(socket.getProtocol(), version);
          assert.equal(socket.alpnProtocol, 'weft');
          const client = new Client(socket);
          const long = 'x'.repeat(50_000);
          assert.equal(await client.ask(long), `${long}\n`);
          assert.equal(await client.ask('stop'), 'stop\n');
          socket.end();
        },
        options,
      );
      assert.equal(stderr, '');
    });
  }

  test(`TLS: openssl s_client, and a client without the certificate asked for (${host})`, async () => {
    await serve(
      host,
      ['mutual', made.good.cert, made.good.key, made.ca.cert],
      async ({ port }) => {
        const connect = ['s_client', '-connect', `127.0.0.1:${port}`, '-quiet'];
        const trust = ['-CAfile', made.ca.cert, '-verify_return_error'];
        const none = await execute([tool('OPENSSL'), ...connect, ...trust], {
          stdin: 'hello\n',
        });
        assert.equal(none.stdout, '');
        const shown = ['-cert', made.client.cert, '-key', made.client.key];
        const client = spawn(tool('OPENSSL'), [...connect, ...trust, ...shown]);
        client.stdin.write('stop\n');
        const [answer] = await once(client.stdout, 'data');
        assert.equal(String(answer), 'stop\n');
        client.kill();
      },
      options,
    );
  });

  for (const version of /** @type {const} */ (['TLSv1.2', 'TLSv1.3'])) {
    test(`start_tls: a server goes on in ${version}, also where the client has begun (${host})`, async () => {
      const { lines, stderr } = await serve(
        host,
        ['upgrade', made.good.cert, made.good.key],
        async ({ port }) => {
          const secure = async (/** @type {net.Socket} */ plain) => {
            const socket = tls.connect({
              ...{ socket: plain, host: '127.0.0.1', maxVersion: version },
              ca: readFileSync(made.ca.cert),
            });
            const client = new Client(socket);
            assert.equal(await client.ask('secret'), 'secret\n');
            assert.equal(socket.getProtocol(), version);
            return client;
          };
          const plain = await Client.connect(port);
          assert.equal(await plain.ask('plain'), 'plain\n');
          assert.equal(await plain.ask('starttls'), 'go\n');
          (await secure(plain.socket)).socket.end();

          const hasty = net.connect(port, '127.0.0.1');
          hasty.write('tls at once\n');
          const long = 'x'.repeat(50_000);
          const client = await secure(hasty);
          assert.equal(await client.ask(long), `${long}\n`);

          // What was said in plain is not taken for what was said in TLS.
          const injected = await Client.connect(port);
          injected.socket.write('tls at once\nevil\n');
          for (let line; (line = await injected.line());)
            assert.doesNotMatch(line, /evil/);

          assert.equal(await client.ask('stop'), 'stop\n');
          client.socket.end();
        },
        options,
      );
      assert.equal(lines[0], 'shutdown: 0, served 3, at most 2 at once');
      assert.equal(stderr, '');
    });

    test(`TLS: a client whose certificate another has signed is not served, ${version} (${host})`, async () => {
      const { lines, stderr } = await serve(
        host,
        ['mutual', made.good.cert, made.good.key, made.ca.cert],
        async ({ port }) => {
          const talk = async (
            /** @type {import('../lib/certificates.mjs').Certificate} */ shown,
            /** @type {string} */ text,
          ) => {
            const socket = tls.connect({
              ...{ port, host: '127.0.0.1', ca: readFileSync(made.ca.cert) },
              ...{ cert: readFileSync(shown.cert), maxVersion: version },
              key: readFileSync(shown.key),
            });
            const answer = await new Client(socket).ask(text);
            socket.destroy();
            return answer;
          };
          for (const shown of [made.selfSigned, made.stranger, made.expired]) {
            assert.equal(await talk(shown, 'hello'), undefined);
          }
          assert.equal(await talk(made.client, 'stop'), 'stop\n');
        },
        options,
      );
      assert.equal(lines[0], 'shutdown: 0, served 1, at most 1 at once');
      assert.equal(stderr, '');
    });
  }
}
