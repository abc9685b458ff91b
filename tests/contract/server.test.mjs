// Servers against clients, good and bad.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { Client, serve } from '../lib/serve.mjs';
import { hosts, run } from '../lib/weft.mjs';

const serverHosts = hosts.filter((host) => host !== 'browser');
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

  test(`the connections there are can be ended, or dropped; it serves on (${host})`, async () => {
    const { lines, stderr } = await serve(host, ['plain'], async ({ port }) => {
      const polite = await Client.connect(port);
      polite.socket.write('sleep\n');
      const first = await Client.connect(port);
      assert.equal(await first.ask('here'), 'here\n');
      first.socket.write('close clients\n');
      assert.equal(await polite.line(), 'interrupted\n');
      assert.equal(await polite.line(), undefined);
      const rude = await Client.connect(port);
      rude.socket.write('sleep\n');
      const second = await Client.connect(port);
      assert.equal(await second.ask('here'), 'here\n');
      second.socket.write('abort clients\n');
      assert.equal(await rude.line(), undefined);
      const stopper = await Client.connect(port);
      await stopper.ask('stop');
      stopper.socket.end();
    });
    assert.match(lines[0], /^shutdown: 0, served 5, /);
    assert.equal(stderr, '');
  });

  test(`a client that never reads does not hold a shutdown up (${host})`, async () => {
    const { lines, stderr } = await serve(host, ['plain'], async ({ port }) => {
      const deaf = net.connect(port, '127.0.0.1');
      deaf.on('error', () => {}).pause();
      const line = `${'x'.repeat(50_000)}\n`;
      while (deaf.write(line) || deaf.writableLength < 10 << 20);
      const stopper = await Client.connect(port);
      await stopper.ask('stop');
      stopper.socket.end();
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
      { descriptors: 64 },
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
}

for (const host of serverHosts.filter((host) => host === 'node')) {
  test(`a connection that cannot be accepted is told, and the server goes on (${host})`, async () => {
    // Every server of the process meets an error once it listens.
    const meet = `
      import net from 'node:net';
      const { listen } = net.Server.prototype;
      net.Server.prototype.listen = function (...args) {
        this.once('listening', () =>
          setImmediate(() => this.emit('error', new Error('accept ENOBUFS'))));
        return listen.apply(this, args);
      };`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(meet)}`;
    const { lines, stderr } = await serve(
      host,
      ['plain'],
      async ({ port }) => {
        const client = await Client.connect(port);
        assert.equal(await client.ask('still'), 'still\n');
        const late = await Client.connect(port);
        assert.equal(await late.ask('stop'), 'stop\n');
        for (const { socket } of [client, late]) socket.end();
      },
      { env: { NODE_OPTIONS } },
    );
    assert.equal(lines[0], 'shutdown: 0, served 2, at most 2 at once');
    assert.match(stderr, /a server cannot accept a connection: accept ENOBUFS/);
  });

  test(`a Unix socket (${host})`, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'weft-socket-'));
    const file = path.join(folder, 'socket');
    const { lines } = await serve(host, ['unix', file], async () => {
      const client = await Client.connect(file);
      assert.equal(await client.ask('name'), `${file}\n`);
      assert.equal(await client.ask('stop'), 'stop\n');
      client.socket.end();
    });
    assert.equal(lines[0], 'shutdown: 0, served 1, at most 1 at once');
    assert(!existsSync(file));
    rmSync(folder, { recursive: true });
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
