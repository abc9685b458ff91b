// Servers and clients of weft with peers that others have written: curl, and
// asyncio itself.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, test } from 'node:test';
import { Certificates } from '../lib/certificates.mjs';
import { start } from '../lib/server.mjs';
import { execute, hosts, run, tool } from '../lib/weft.mjs';

const made = new Certificates();
after(() => made.remove());

const httpServer = 'tests/programs/http_server.c';

/**
 * @param {string[]} args
 * @param {string} [stdin]
 */
async function curl(args, stdin) {
  const command = [tool('CURL'), '-sS', '--noproxy', '*', ...args];
  const { code, stdout, stderr } = await execute(command, { stdin });
  assert.equal(code, 0, stderr);
  return stdout;
}

/** A client of an echo server: 20 connections at once, 100 KB on each. */
const asyncioClient = `
import asyncio, sys

async def talk(port, i):
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    data = bytes([i]) * 100_000
    async def send():
        writer.write(data)
        await writer.drain()
        writer.write_eof()
    _, echoed = await asyncio.gather(send(), reader.read(-1))
    writer.close()
    await writer.wait_closed()
    return echoed == data

async def main():
    port = int(sys.argv[1])
    print(sum(await asyncio.gather(*(talk(port, i) for i in range(20)))))

asyncio.run(main())
`;

for (const host of hosts.filter((host) => host !== 'browser')) {
  test(`curl gets, posts and gets in parallel (${host})`, async () => {
    const server = await start(host, httpServer, { args: ['127.0.0.1'] });
    const url = `http://127.0.0.1:${server.port}`;
    try {
      const told = '%{http_code} %{size_download} %{num_connects}\n';
      const sizes = [0, 1, 1_000_000];
      const pages = sizes.flatMap((n) => [`${url}/${n}`, '-o', '/dev/null']);
      assert.equal(
        await curl(['-w', told, ...pages]),
        '200 0 1\n200 1 0\n200 1000000 0\n',
        'one connection for all three',
      );
      const body = 'a line of it\n'.repeat(20_000);
      const post = ['-H', 'Expect: 100-continue', '--data-binary', '@-', url];
      assert.equal(await curl(post, body), body);
      const many = Array.from({ length: 20 }, (_, i) => `${url}/${1000 + i}`);
      const all = await curl(['-Z', '--parallel-immediate', ...many]);
      assert.equal(all, 'x'.repeat(20 * 1000 + 190));
    } finally {
      server.stop();
    }
  });

  test(`curl and the server speak TLS 1.2 and 1.3 (${host})`, async () => {
    const server = await start(host, httpServer, {
      args: ['127.0.0.1', made.good.cert, made.good.key],
      flags: ['--dir', made.folder],
    });
    const url = `https://127.0.0.1:${server.port}/300000`;
    try {
      for (const version of ['1.2', '1.3']) {
        const only = [`--tlsv${version}`, '--tls-max', version];
        const all = await curl(['--cacert', made.ca.cert, ...only, url]);
        assert.equal(all, 'x'.repeat(300_000), version);
      }
      const wrong = [tool('CURL'), '-sS', '--cacert', made.stranger.cert, url];
      assert.equal((await execute(wrong)).code, 60, 'another CA');
    } finally {
      server.stop();
    }
  });

  test(`asyncio's clients get back what they send (${host})`, async () => {
    const server = await start(host, 'examples/echo_server.c');
    try {
      const { stdout, stderr } = await execute([
        ...[tool('PYTHON'), '-c', asyncioClient, String(server.port)],
      ]);
      assert.equal(stdout, '20\n', stderr);
    } finally {
      server.stop();
    }
  });

  test(`a server and a client on an IPv6 address (${host})`, async (t) => {
    if (!(await hasIPv6())) return t.skip('this machine has no ::1');
    const server = await start(host, httpServer, { args: ['::1'] });
    try {
      const url = `http://[::1]:${server.port}/5`;
      assert.equal(await curl(['-g', url]), 'xxxxx');
    } finally {
      server.stop();
    }
    const echo = net.createServer((socket) => socket.pipe(socket));
    echo.listen(0, '::1');
    await once(echo, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (echo.address());
    try {
      const args = ['::1', String(port)];
      const options = { host, args, stdin: 'six\n' };
      const { stdout, stderr } = await run('examples/echo_client.c', options);
      assert.equal(stdout, 'echo> six\n', stderr);
    } finally {
      echo.close();
    }
  });
}

/** @returns {Promise<boolean>} */
function hasIPv6() {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.on('error', () => resolve(false));
    probe.listen(0, '::1', () => probe.close(() => resolve(true)));
  });
}
