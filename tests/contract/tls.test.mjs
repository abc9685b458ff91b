// TLS of a client against peers of every kind, good and bad.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, test } from 'node:test';
import tls from 'node:tls';
import { Certificates } from '../lib/certificates.mjs';
import { hosts, run, tool } from '../lib/weft.mjs';

/** @typedef {import('../lib/certificates.mjs').Certificate} Certificate */

const tlsHosts = hosts.filter((host) => host !== 'browser');
const made = new Certificates();
after(() => made.remove());

/** @param {Certificate} certificate */
const files = ({ cert, key }) => ({
  cert: readFileSync(cert),
  key: readFileSync(key),
});

/**
 * Runs the client against a server that listens; PORT among the words is its.
 * @param {import('../lib/weft.mjs').Host} host
 * @param {net.Server} server
 * @param {string} words
 */
async function talk(host, server, words) {
  const sockets = new Set();
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    sockets.add(socket);
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  try {
    return await client(host, port, words);
  } finally {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
}

/**
 * @param {import('../lib/weft.mjs').Host} host
 * @param {number} port
 * @param {string} words
 */
async function client(host, port, words) {
  const flags = process.env.WEFT_WASMTIME_FLAGS?.split(' ') ?? [];
  const { stdout, stderr, code } = await run('tests/contract/stream.c', {
    host,
    args: words.split(' ').map((word) => (word === 'PORT' ? `${port}` : word)),
    wasmtimeFlags: [...flags, '--dir', made.folder],
    timeout: 30_000,
  });
  assert.equal(code, 0, stderr);
  return { lines: stdout.trim().split('\n'), stderr };
}

const trusted = `ca ${made.ca.cert} tls connect 127.0.0.1 PORT`;

/** @param {tls.TlsOptions} options */
const echo = (options) =>
  tls.createServer(options, (socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });

for (const host of tlsHosts) {
  for (const version of /** @type {const} */ (['TLSv1.2', 'TLSv1.3'])) {
    test(`a checked connection over ${version} (${host})`, async () => {
      const options = {
        ...files(made.good),
        minVersion: version,
        maxVersion: version,
      };
      const { lines } = await talk(
        host,
        echo(options),
        `${trusted} write hello\\n line info tls_version fill 100000 exactly 100000 eof read 1 close wait`,
      );
      assert.deepEqual(
        lines.map((line) => line.slice(0, 40)),
        [
          'tls: 0',
          'connect: 0',
          'write: 0',
          'line: 6 hello\\n',
          `info: 7 ${version}`,
          'fill: 0',
          'exactly: 100000 abcdefghijklmnopqrstuvwx',
          'eof: 0',
          'read: 0 ',
          'close: 0',
          'wait: 0',
        ],
      );
    });
  }

  test(`the host's name is checked, or the one given; SNI tells it (${host})`, async () => {
    /** @type {string[]} */
    const asked = [];
    const server = echo({
      ...files(made.good),
      SNICallback: (name, done) => {
        asked.push(name);
        done(null, undefined);
      },
    });
    const { lines } = await talk(
      host,
      server,
      `ca ${made.ca.cert} tls name localhost connect 127.0.0.1 PORT write x read 1 close wait`,
    );
    assert.equal(lines[3], 'read: 1 x');
    assert.deepEqual(asked, ['localhost']);
  });

  test(`ALPN agrees on the best protocol of both (${host})`, async () => {
    const server = echo({ ...files(made.good), ALPNProtocols: ['two', 'one'] });
    const { lines } = await talk(
      host,
      server,
      `alpn zero,one,two ${trusted} info alpn close wait`,
    );
    assert.equal(lines[2], 'info: 3 two', 'the best of the server');
    const none = await talk(
      host,
      echo({ ...files(made.good), ALPNProtocols: ['two'] }),
      `alpn zero,one ${trusted} read 1`,
    );
    assert.match(none.lines[1], /^connect: WEFT_E(PROTO|CONNRESET)$/);
  });

  test(`the names of version, cipher and certificate (${host})`, async () => {
    const { lines } = await talk(
      host,
      echo(files(made.good)),
      `${trusted} info tls_version info cipher info peercert info alpn`,
    );
    assert.equal(lines[2], 'info: 7 TLSv1.3');
    assert.match(lines[3], /^info: \d+ TLS.*AES|CHACHA/);
    assert.match(lines[4], /^info: \d+ O=weft tests, CN=good$/);
    assert.equal(lines[5], 'info: WEFT_ENOTFOUND');
  });

  test(`cancelled reads lose no byte of TLS (${host})`, async () => {
    const server = tls.createServer(files(made.good), (socket) => {
      socket.on('error', () => {});
      socket.write('abc');
      socket.once('data', () => socket.write('defgh\n'));
    });
    const { lines } = await talk(
      host,
      server,
      `${trusted} within 0.2 exactly 9 within 0.2 line write x exactly 9 close wait`,
    );
    assert.deepEqual(lines.slice(2), [
      'exactly: WEFT_ECANCELED',
      'within: expired',
      'line: WEFT_ECANCELED',
      'within: expired',
      'write: 0',
      'exactly: 9 abcdefgh\\n',
      'close: 0',
      'wait: 0',
    ]);
  });

  test(`plain on a TLS port ends, with no line of it (${host})`, async () => {
    const { lines } = await talk(
      host,
      echo(files(made.good)),
      'connect 127.0.0.1 PORT write hello\\n line close wait',
    );
    assert.deepEqual(lines.slice(0, 2), ['connect: 0', 'write: 0']);
    assert.doesNotMatch(lines[2], /hello/);
  });

  test(`a client shows its certificate (${host})`, async () => {
    const options = {
      ...files(made.good),
      ca: readFileSync(made.ca.cert),
      requestCert: true,
      rejectUnauthorized: true,
    };
    const shown = `cert ${made.client.cert} key ${made.client.key}`;
    const good = await talk(
      host,
      echo(options),
      `${shown} ${trusted} write x read 1 close wait`,
    );
    assert.equal(good.lines[3], 'read: 1 x');
    const none = await talk(
      host,
      echo(options),
      `${trusted} write x read 1 close`,
    );
    // TLS 1.3 tells a client after its own handshake is done.
    assert.equal(none.lines.at(-2), 'read: WEFT_ECERT');
  });

  for (const [what, certificate] of /** @type {const} */ ([
    ['expired', made.expired],
    ['for another name', made.wrongName],
    ['self-signed', made.selfSigned],
    ['missing its middle', made.incomplete],
    ['of a stranger', made.stranger],
  ])) {
    test(`a certificate that is ${what} is refused, unless told otherwise (${host})`, async () => {
      const { lines, stderr } = await talk(
        host,
        echo(files(certificate)),
        trusted,
      );
      assert.deepEqual(lines, ['tls: 0', 'connect: WEFT_ECERT'], stderr);
      assert.match(stderr, /certificate/);
      const insecure = await talk(
        host,
        echo(files(certificate)),
        `insecure ${trusted} write x read 1 close wait`,
      );
      assert.equal(insecure.lines[3], 'read: 1 x');
    });
  }

  test(`a chain with its middle is accepted (${host})`, async () => {
    const { lines } = await talk(
      host,
      echo(files(made.complete)),
      `${trusted} close wait`,
    );
    assert.deepEqual(lines, ['tls: 0', 'connect: 0', 'close: 0', 'wait: 0']);
  });

  test(`without a CA of its own the system's roots refuse ours (${host})`, async () => {
    const { lines } = await talk(
      host,
      echo(files(made.good)),
      'tls connect 127.0.0.1 PORT',
    );
    assert.deepEqual(lines, ['tls: 0', 'connect: WEFT_ECERT']);
  });

  test(`a CA that is none is refused (${host})`, async () => {
    const nonsense = path.join(made.folder, 'nonsense.pem');
    writeFileSync(
      nonsense,
      '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n',
    );
    const { lines } = await talk(
      host,
      echo(files(made.good)),
      `ca ${nonsense} tls connect 127.0.0.1 PORT`,
    );
    assert.match(lines.join(), /WEFT_ECERT/);
  });

  test(`a peer that speaks no TLS is EPROTO (${host})`, async () => {
    const plain = net.createServer((socket) => {
      socket.write('220 welcome to a plain port, speak up please\r\n');
    });
    const { lines } = await talk(host, plain, trusted);
    assert.deepEqual(lines, ['tls: 0', 'connect: WEFT_EPROTO']);
  });

  test(`a peer that hangs up in the handshake (${host})`, async () => {
    const rude = net.createServer((socket) => {
      socket.once('data', () => socket.destroy());
    });
    const { lines } = await talk(host, rude, trusted);
    assert.match(lines[1], /^connect: WEFT_E(CONNRESET|PROTO)$/);
  });

  test(`a peer that never answers is given up (${host})`, async () => {
    const silent = net.createServer(() => {});
    const { lines } = await talk(host, silent, `patience 0.3 ${trusted}`);
    assert.deepEqual(lines, ['tls: 0', 'connect: WEFT_ETIMEDOUT']);
  });

  test(`an end without TLS's own is an end or an error, after what has arrived (${host})`, async () => {
    const cut = net.createServer((raw) => {
      const socket = new tls.TLSSocket(raw, {
        isServer: true,
        ...files(made.good),
      });
      socket.on('error', () => {});
      socket.on('data', () => {
        socket.write('half a li');
        setTimeout(() => raw.destroy(), 50);
      });
    });
    const { lines } = await talk(
      host,
      cut,
      `${trusted} write x read 20 read 1 close`,
    );
    assert.equal(lines[3], 'read: 9 half a li');
    // Node.js does not tell the one from the other.
    assert.equal(
      lines[4],
      host === 'node' ? 'read: 0 ' : 'read: WEFT_ECONNRESET',
    );
  });

  test(`start_tls goes on in TLS on an open stream (${host})`, async () => {
    const server = net.createServer((raw) => {
      raw.once('data', () => {
        raw.write('go\n');
        const socket = new tls.TLSSocket(raw, {
          isServer: true,
          ...files(made.good),
        });
        socket.on('error', () => {});
        socket.pipe(socket);
      });
    });
    const { lines } = await talk(
      host,
      server,
      `connect 127.0.0.1 PORT ca ${made.ca.cert} tls write starttls\\n line start_tls localhost write secret\\n line start_tls localhost close wait`,
    );
    assert.deepEqual(lines, [
      'connect: 0',
      'tls: 0',
      'write: 0',
      'line: 3 go\\n',
      'start_tls: 0',
      'write: 0',
      'line: 7 secret\\n',
      'start_tls: WEFT_EINVAL',
      'close: 0',
      'wait: 0',
    ]);
  });

  test(`openssl s_server on the other end (${host})`, async () => {
    const server = spawn(tool('OPENSSL'), [
      ...['s_server', '-accept', '127.0.0.1:0', '-rev', '-naccept', '1'],
      ...['-cert', made.good.cert, '-key', made.good.key],
    ]);
    try {
      let said = '';
      while (!/ACCEPT .*:(\d+)/.test(said))
        said += (await once(server.stdout, 'data'))[0];
      const port = Number(/ACCEPT .*:(\d+)/.exec(said)?.[1]);
      const { lines } = await client(
        host,
        port,
        `${trusted} write hello\\n line close wait`,
      );
      assert.equal(lines[3], 'line: 6 olleh\\n');
    } finally {
      server.kill();
    }
  });
}
