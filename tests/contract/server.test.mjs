// Servers against clients, good and bad.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { Certificates } from '../lib/certificates.mjs';
import { compile, hosts, run, tool } from '../lib/weft.mjs';

/** @typedef {import('../lib/weft.mjs').Host} Host */

const serverHosts = hosts.filter((host) => host !== 'browser');
const made = new Certificates();
after(() => made.remove());

/**
 * Starts a server program; `work` gets its port, and `end` what it has said.
 * @param {Host} host
 * @param {string[]} args
 * @param {(server: {port: number, pid: number}) => Promise<unknown>} work
 * @param {number} [descriptors] it may have so many open
 */
async function serve(host, args, work, descriptors) {
  const program = await compile('tests/contract/server.c', { host });
  const flags = tool('WASMTIME_FLAGS').split(' ');
  const command =
    host === 'node'
      ? [tool('NODE'), program, ...args]
      : [
          tool('WASMTIME'),
          'run',
          ...flags,
          '--dir',
          made.folder,
          program,
          ...args,
        ];
  const few = `ulimit -n ${descriptors}; exec "$0" "$@"`;
  const limited = descriptors ? ['sh', '-c', few, ...command] : command;
  const child = spawn(limited[0], limited.slice(1));
  const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = once(child, 'exit');
  try {
    while (!stdout.includes('\n')) {
      await Promise.race([once(child.stdout, 'data'), ended]);
      assert.equal(child.exitCode, null, `${stdout}${stderr}`);
    }
    const port = Number(/^PORT (\d+)/.exec(stdout)?.[1]);
    await work({ port, pid: /** @type {number} */ (child.pid) });
    const [code] = await ended;
    assert.equal(code, 0, stderr);
    return { lines: stdout.trim().split('\n').slice(1), stderr };
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}

/** A client that asks a line and waits for one. */
class Client {
  #buffer = '';
  #ended = false;
  #wake = () => {};

  /** @param {net.Socket} socket */
  constructor(socket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.on('data', (text) => {
      this.#buffer += text;
      this.#wake();
    });
    for (const end of ['end', 'close']) {
      socket.on(end, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }

  /** @param {number | string} where */
  static async connect(where) {
    const socket =
      typeof where === 'number'
        ? net.connect(where, '127.0.0.1')
        : net.connect(where);
    await once(socket, 'connect');
    return new Client(socket);
  }

  /** The next line, or undefined at the end. */
  async line() {
    let end;
    while (!(end = this.#buffer.indexOf('\n') + 1)) {
      if (this.#ended) return undefined;
      await new Promise((resolve) => (this.#wake = () => resolve(undefined)));
    }
    const line = this.#buffer.slice(0, end);
    this.#buffer = this.#buffer.slice(end);
    return line;
  }

  /** @param {string} text */
  ask(text) {
    this.socket.write(`${text}\n`);
    return this.line();
  }
}

for (const host of serverHosts) {
  test(`a task for each connection; a graceful end (${host})`, async () => {
    const { lines, stderr } = await serve(host, ['plain'], async ({ port }) => {
      const clients = await Promise.all(
        Array.from({ length: 50 }, () => Client.connect(port)),
      );
      const answers = await Promise.all(
        clients.map((client, i) => client.ask(`client ${i}`)),
      );
      assert.deepEqual(
        answers,
        clients.map((_, i) => `client ${i}\n`),
      );
      for (const client of clients.slice(1)) client.socket.end();
      assert.equal(await clients[0].ask('stop'), 'stop\n');
      clients[0].socket.end();
    });
    assert.deepEqual(lines, [
      'shutdown: 0, served 50, at most 50 at once',
      'again: WEFT_ESTALE',
    ]);
    assert.equal(stderr, '');
  });

  test(`shutdown cancels what does not end in time, and lets it say so (${host})`, async () => {
    const { lines, stderr } = await serve(host, ['plain'], async ({ port }) => {
      const sleeper = await Client.connect(port);
      sleeper.socket.write('sleep\n');
      const stopper = await Client.connect(port);
      await stopper.ask('stop');
      assert.equal(await sleeper.line(), 'interrupted\n');
      assert.equal(await sleeper.line(), undefined);
    });
    assert.equal(lines[0], 'shutdown: 0, served 2, at most 2 at once');
    assert.equal(stderr, '');
  });

  test(`an error of a connection's function is reported, a peer's is not (${host})`, async () => {
    const { stderr } = await serve(host, ['patient'], async ({ port }) => {
      const rude = await Client.connect(port);
      await rude.ask('hello');
      rude.socket.resetAndDestroy();
      const failing = await Client.connect(port);
      await failing.ask('fail');
      const stopper = await Client.connect(port);
      await stopper.ask('stop');
      stopper.socket.end();
    });
    assert.match(stderr, /task 'serve' created at server\.c:\d+ failed/);
    assert.match(stderr, /WEFT_EPROTO/);
    assert.doesNotMatch(stderr, /ECONNRESET/);
  });

  test(`the end of the run ends a server and its connections (${host})`, async () => {
    await serve(host, ['leave'], async ({ port }) => {
      const client = await Client.connect(port);
      client.socket.write('stop\n');
      await client.line();
      assert.equal(await client.line(), undefined);
    });
  });

  test(`max_connections makes the others wait (${host})`, async () => {
    const { lines } = await serve(host, ['few'], async ({ port }) => {
      const clients = await Promise.all(
        Array.from({ length: 6 }, () => Client.connect(port)),
      );
      await Promise.all(
        clients.map(async (client, i) => {
          assert.equal(await client.ask(`${i}`), `${i}\n`);
          client.socket.end();
        }),
      );
      const stopper = await Client.connect(port);
      await stopper.ask('stop');
      stopper.socket.end();
    });
    assert.equal(lines[0], 'shutdown: 0, served 7, at most 2 at once');
  });

  test(`the backlog holds so many, and they are served in turn (${host})`, async () => {
    await serve(host, ['tight'], async ({ port }) => {
      const first = await Client.connect(port);
      await first.ask('here');
      const waiting = [];
      for (let i = 0; i < 20; i++) {
        const socket = net.connect(port, '127.0.0.1');
        const late = sleep(300, 'late', { ref: false });
        if ((await Promise.race([once(socket, 'connect'), late])) === 'late') {
          socket.destroy(); // the system lets it knock again and again
          break;
        }
        waiting.push(new Client(socket));
      }
      await sleep(100);
      const kept = waiting.filter(({ socket }) => !socket.destroyed);
      assert(kept.length >= 4 && kept.length <= 6, `${kept.length} wait`);
      first.socket.end();
      for (const [i, client] of kept.entries()) {
        assert.equal(await client.ask(`${i}`), `${i}\n`);
        client.socket.end();
      }
      const stopper = await Client.connect(port);
      await stopper.ask('stop');
      stopper.socket.end();
    });
  });

  test(`a server that was out of descriptors serves again (${host})`, async () => {
    await serve(
      host,
      ['patient'],
      async ({ port }) => {
        const first = await Client.connect(port);
        await first.ask('here');
        const many = Array.from({ length: 100 }, () => Client.connect(port));
        const clients = await Promise.all(many);
        await first.ask('still here');
        for (const { socket } of clients) socket.destroy();
        let answer;
        while (answer !== 'stop\n') {
          const next = await Client.connect(port);
          answer = await next.ask('stop');
          next.socket.end();
        }
        first.socket.end();
      },
      64,
    );
  });

  test(`a plain server hears a client's TLS as bytes, and goes on (${host})`, async () => {
    await serve(host, ['patient'], async ({ port }) => {
      const wrong = tls.connect({ port, host: '127.0.0.1' });
      wrong.on('error', () => {});
      wrong.setTimeout(200, () => wrong.destroy());
      await once(wrong, 'close').catch(() => {});
      const stopper = await Client.connect(port);
      await stopper.ask('stop');
      stopper.socket.end();
    });
  });

  test(`a port that is taken, or none (${host})`, async () => {
    const taken = net.createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (taken.address());
    const first = await run('tests/contract/server.c', {
      host,
      args: ['port', String(port)],
    });
    assert.match(first.stdout, /^WEFT_EADDRINUSE: /);
    const second = await run('tests/contract/server.c', {
      host,
      args: ['port', '66000'],
    });
    assert.match(second.stdout, /^WEFT_EINVAL: 66000 is no port/);
    taken.close();
  });

  test(`1,000 clients that vanish harm nobody and leave nothing (${host})`, async () => {
    const { lines, stderr } = await serve(
      host,
      ['patient'],
      async ({ port, pid }) => {
        const calm = await Client.connect(port);
        await calm.ask('here');
        const vanish = async (/** @type {number} */ i) => {
          const client = await Client.connect(port);
          const { socket } = client;
          if (i % 2) socket.write('half a line');
          if (i % 3 === 0) await client.ask('and');
          if (i % 5 === 0) socket.end();
          else if (i % 7 === 0) socket.destroy();
          else socket.resetAndDestroy();
          socket.resume();
        };
        const files = () => readdirSync(`/proc/${pid}/fd`).length;
        const before = files();
        for (let i = 0; i < 10; i++) {
          const many = Array.from({ length: 100 }, (_, j) =>
            vanish(100 * i + j),
          );
          await Promise.all(many);
          assert.equal(await calm.ask(`still ${i}`), `still ${i}\n`);
        }
        while (files() > before) assert(await calm.ask('wait'));
        await calm.ask('stop');
        calm.socket.end();
      },
    );
    assert.match(lines[0], /^shutdown: 0, served 100[01], /);
    assert.equal(stderr, '');
  });

  test(`10,000 connections opened and closed take no memory and no descriptors (${host})`, async () => {
    await serve(host, ['patient'], async ({ port, pid }) => {
      const first = await Client.connect(port);
      const open = async () => {
        const client = await Client.connect(port);
        assert.equal(await client.ask('hi'), 'hi\n');
        client.socket.destroy();
      };
      const cycle = async (/** @type {number} */ count) => {
        for (let i = 0; i < count; i += 50) {
          await Promise.all(Array.from({ length: 50 }, open));
        }
        while (files() > 60) assert(await first.ask('wait'));
        return first.ask('memory');
      };
      const files = () => readdirSync(`/proc/${pid}/fd`).length;
      // How many connections overlap is the machine's, and the heap may grow
      // once more for it. 24 bytes lost with each would let it grow, by 64 KiB
      // at least, in each span.
      const ends = [await cycle(1000)];
      for (let i = 0; i < 3; i++) ends.push(await cycle(3000));
      const grew = ends.slice(1).map((end, i) => Number(end) - Number(ends[i]));
      assert(Math.min(...grew) <= 0, `the heap grew by ${grew.join(', ')}`);
      await first.ask('stop');
      first.socket.end();
    });
  });

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
      );
      assert.equal(stderr, '');
    });
  }

  test(`TLS: openssl s_client, and a client without the certificate asked for (${host})`, async () => {
    await serve(
      host,
      ['mutual', made.good.cert, made.good.key, made.ca.cert],
      async ({ port }) => {
        const { execute } = await import('../lib/weft.mjs');
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
    );
  });
}

for (const host of serverHosts.filter((host) => host === 'node')) {
  test(`a Unix socket (${host})`, async () => {
    const file = path.join(made.folder, 'socket');
    const { lines } = await serve(host, ['unix', file], async () => {
      const client = await Client.connect(file);
      assert.equal(await client.ask('stop'), 'stop\n');
      client.socket.end();
    });
    assert.equal(lines[0], 'shutdown: 0, served 1, at most 1 at once');
    assert(!existsSync(file));
  });
}

if (hosts.includes('browser')) {
  test('a page cannot be a server, and is told so', async () => {
    const { stdout } = await run('tests/contract/server.c', {
      host: 'browser',
      args: ['plain'],
    });
    assert.equal(stdout, 'WEFT_ENOTSUP: a browser page cannot be a server\n');
  });
}
