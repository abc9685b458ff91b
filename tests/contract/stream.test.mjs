// Streams of a client against peers of every kind, good and bad.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { firstLine } from '../lib/server.mjs';
import { echo, says, talk, withHalves } from '../lib/talk.mjs';
import { hosts, run, tool } from '../lib/weft.mjs';

/**
 * @param {string} name
 * @param {import('../lib/talk.mjs').Peer} peer
 * @param {string} words
 * @param {string[]} expected
 * @param {import('../lib/weft.mjs').Host[]} [on]
 */
function dialogue(name, peer, words, expected, on = hosts) {
  for (const host of on) {
    test(`${name} (${host})`, async () => {
      const [before, then] = words.split(' | ');
      const { lines, stderr } = await talk(
        host,
        peer,
        then
          ? `${before} connect 127.0.0.1 PORT ${then}`
          : `connect 127.0.0.1 PORT ${words}`,
      );
      assert.deepEqual(lines, ['connect: 0', ...expected], stderr);
    });
  }
}

dialogue(
  'lines come one by one, the last without its end, then the end',
  says('one\ntwo\r\n\nlast'),
  'line line line line line at_eof close wait',
  [
    'line: 4 one\\n',
    'line: 5 two\\r\\n',
    'line: 1 \\n',
    'line: 4 last',
    'line: 0 ',
    'at_eof: 1',
    'close: 0',
    'wait: 0',
  ],
);

dialogue(
  'what is written comes back; write_eof ends one half only',
  echo,
  'write hello\\n line write a write bc eof eof write d read 10 exactly 2 read 1 close wait',
  [
    'write: 0',
    'line: 6 hello\\n',
    'write: 0',
    'write: 0',
    'eof: 0',
    'eof: 0',
    'write: WEFT_ECLOSED',
    'read: 3 abc',
    'exactly: WEFT_EINCOMPLETE after ',
    'read: 0 ',
    'close: 0',
    'wait: 0',
  ],
  withHalves,
);

dialogue(
  'writelines writes one piece behind the other',
  echo,
  'writelines one, two\\n line eof writelines a b close wait',
  [
    'writelines: 0',
    'line: 8 one,two\\n',
    'eof: 0',
    'writelines: WEFT_ECLOSED',
    'close: 0',
    'wait: 0',
  ],
  withHalves,
);

dialogue(
  'readexactly gives what there was when the stream ends too early',
  says('abcdef'),
  'exactly 4 exactly 4 close wait',
  [
    'exactly: 4 abcd',
    'exactly: WEFT_EINCOMPLETE after ef',
    'close: 0',
    'wait: 0',
  ],
);

dialogue(
  'readuntil finds separators of several bytes',
  says('a--b-+c-+0123456789abcdef-+rest'),
  'until -- until -+ until -+ until -+ read 5 until xyz close wait',
  [
    'until: 3 a--',
    'until: 3 b-+',
    'until: 3 c-+',
    'until: 18 0123456789abcdef-+',
    'read: 4 rest',
    'until: WEFT_EINCOMPLETE after ',
    'close: 0',
    'wait: 0',
  ],
);

dialogue(
  'readuntil over the limit keeps what is there, readline discards it',
  says('0123456789abcdef-+rest\n0123456789abcdef\nok\n'),
  'limit 10 | sleep 0.3 until -+ read 18 line line line line close wait',
  [
    'until: WEFT_ELIMIT',
    'read: 18 0123456789abcdef-+',
    'line: 5 rest\\n',
    'line: WEFT_ELIMIT',
    'line: 3 ok\\n',
    'line: 0 ',
    'close: 0',
    'wait: 0',
  ],
);

for (const host of withHalves) {
  test(`refusal, an unknown name and a bad port are named (${host})`, async () => {
    const closed = net.createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (closed.address());
    closed.close();
    await once(closed, 'close');
    for (const [words, error, message] of /** @type {const} */ ([
      [`connect 127.0.0.1 ${port}`, 'WEFT_ECONNREFUSED', /refused|REFUSED/],
      ['connect nosuch.invalid 80', 'WEFT_ENOTFOUND', /nosuch\.invalid/],
      ['connect 127.0.0.1 70000', 'WEFT_EINVAL', /70000 is no port/],
    ])) {
      const { lines, stderr } = await talk(host, () => {}, words);
      assert.deepEqual(lines, [`connect: ${error}`]);
      assert.match(stderr, message);
    }
  });

  test(`a connection comes from the local address and port asked for (${host})`, async () => {
    const free = net.createServer().listen(0, '127.0.0.5');
    await once(free, 'listening');
    const own = /** @type {net.AddressInfo} */ (free.address()).port;
    free.close();
    await once(free, 'close');
    const tell = (/** @type {net.Socket} */ socket) =>
      socket.end(`${socket.remoteAddress} ${socket.remotePort}\n`);
    const { lines } = await talk(
      host,
      tell,
      `local 127.0.0.5 local_port ${own} connect 127.0.0.1 PORT line info sockname`,
    );
    const name = `127.0.0.5:${own}`;
    assert.deepEqual(lines, [
      'connect: 0',
      `line: ${name.length + 1} ${name.replace(':', ' ')}\\n`,
      `info: ${name.length} ${name}`,
    ]);
    for (const [local, error] of [
      ['local nonsense', 'WEFT_EINVAL'], // no address
      ['local 192.0.2.1', 'WEFT_EUNREACH'], // not this machine's
      ['local ::1', 'WEFT_EINVAL'], // of another family
      ['local_port 65536', 'WEFT_EINVAL'], // no port
    ]) {
      const words = `${local} connect 127.0.0.1 PORT`;
      const { lines, stderr } = await talk(host, tell, words);
      assert.deepEqual(lines, [`connect: ${error}`], stderr);
    }
  });

  test(`cancelled reads lose no byte (${host})`, async () => {
    const { lines } = await talk(
      host,
      (socket) => {
        socket.write('abc');
        socket.once('data', () => socket.write('defgh\n'));
      },
      'connect 127.0.0.1 PORT within 0.2 exactly 9 within 0.2 line within 0.2 until ; peek consume 1 write x exactly 8 within 0.1 read 5 close wait',
    );
    assert.deepEqual(lines, [
      'connect: 0',
      'exactly: WEFT_ECANCELED',
      'within: expired',
      'line: WEFT_ECANCELED',
      'within: expired',
      'until: WEFT_ECANCELED',
      'within: expired',
      'peek: 3 abc',
      'consume: 0',
      'write: 0',
      'exactly: 8 bcdefgh\\n',
      'read: WEFT_ECANCELED',
      'within: expired',
      'close: 0',
      'wait: 0',
    ]);
  });

  test(`a released stream is stale, a closed one refuses (${host})`, async () => {
    const { lines } = await talk(
      host,
      echo,
      'connect 127.0.0.1 PORT close write x read 1 drain close wait write x wait connect 127.0.0.1 PORT release line',
    );
    assert.deepEqual(lines, [
      'connect: 0',
      'close: 0',
      'write: WEFT_ECLOSED',
      'read: WEFT_ECLOSED',
      'drain: 0',
      'close: 0',
      'wait: 0',
      'write: WEFT_ESTALE',
      'wait: WEFT_ESTALE',
      'connect: 0',
      'release: 0',
      'line: WEFT_ESTALE',
    ]);
  });

  test(`both ends know their names (${host})`, async () => {
    /** @type {string[]} */
    const seen = [];
    const { lines } = await talk(
      host,
      (socket) => {
        seen.push(
          `127.0.0.1:${socket.localPort}`,
          `127.0.0.1:${socket.remotePort}`,
        );
        socket.end();
      },
      'connect 127.0.0.1 PORT info peername info sockname info nothing close wait',
    );
    assert.deepEqual(lines.slice(1, 4), [
      `info: ${seen[0].length} ${seen[0]}`,
      `info: ${seen[1].length} ${seen[1]}`,
      'info: WEFT_ENOTFOUND',
    ]);
  });

  test(`asyncio's streams on the other end (${host})`, async () => {
    const script = `
import asyncio, sys
async def serve(r, w):
    while line := await r.readline():
        w.write(line.upper())
        await w.drain()
    w.write(b'bye'); await w.drain(); w.close()
    server.close()
async def main():
    global server
    server = await asyncio.start_server(serve, '127.0.0.1', 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    try: await server.serve_forever()
    except asyncio.CancelledError: pass
asyncio.run(main())`;
    const { spawn } = await import('node:child_process');
    const python = spawn(tool('PYTHON'), ['-c', script]);
    try {
      const port = await firstLine(python.stdout);
      const { lines } = await talk(
        host,
        () => {},
        `connect 127.0.0.1 ${String(port).trim()} write first\\n line write second\\n line eof all 100 close wait`,
      );
      assert.deepEqual(lines, [
        'connect: 0',
        'write: 0',
        'line: 6 FIRST\\n',
        'write: 0',
        'line: 7 SECOND\\n',
        'eof: 0',
        'all: 3 bye',
        'close: 0',
        'wait: 0',
      ]);
    } finally {
      python.kill();
    }
  });
}

for (const host of hosts) {
  test(`a Unix socket, where there are some (${host})`, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'weft-unix-'));
    const file = path.join(folder, 'socket');
    const server = net.createServer(echo).listen(file);
    await once(server, 'listening');
    try {
      const connect = async (/** @type {string} */ words) => {
        const args = words.split(' ');
        const { stdout } = await run('tests/contract/stream.c', { host, args });
        return stdout.trim().split('\n');
      };
      const lines = await connect(
        `unix ${file} info peername write hello\\n line close wait`,
      );
      if (host !== 'node') {
        assert.deepEqual(lines, ['unix: WEFT_ENOTSUP']);
        return;
      }
      assert.deepEqual(lines, [
        'unix: 0',
        `info: ${file.length} ${file}`,
        'write: 0',
        'line: 6 hello\\n',
        'close: 0',
        'wait: 0',
      ]);
      assert.deepEqual(await connect(`unix ${file}-none`), [
        'unix: WEFT_ENOTFOUND',
      ]);
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });
}
