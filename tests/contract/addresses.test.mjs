// A name with two addresses: the second one serves when the first refuses or
// does not answer (happy eyeballs). What looks names up on this machine is made
// to know such a name, and addresses of loopback stand for the two.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { firstLine } from '../lib/server.mjs';
import { hosts, root, run, tool } from '../lib/weft.mjs';

const FIRST = '127.0.0.2';
const SECOND = '127.0.0.1';
let folder = '';
let names = '';

before(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'weft-names-'));
  names = path.join(folder, 'names.so');
  const source = path.join(root, 'tests/lib/names.c');
  execFileSync(tool('CC'), ['-shared', '-fPIC', source, '-o', names, '-ldl']);
});
after(() => rmSync(folder, { recursive: true }));

/**
 * Listens, takes nothing, and is full: who connects hears nothing at all, or
 * not before some seconds have gone.
 */
const hole = `
import socket, sys, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[1], int(sys.argv[2])))
s.listen(0)
held = []
while len(held) < 64:
    c = socket.socket()
    c.settimeout(0.5)
    held.append(c)
    try:
        c.connect(s.getsockname())
    except TimeoutError:
        print('FULL', flush=True)
        break
if len(sys.argv) > 3:  # after a while it takes them all, and greets them
    time.sleep(float(sys.argv[3]))
    for c in held: c.close()
    while True: s.accept()[0].sendall(b'late\\n')
sys.stdin.read()
`;

/**
 * @param {string} address
 * @param {number} port
 * @param {number} [seconds] after which it answers
 */
async function openHole(address, port, seconds) {
  const late = seconds ? [String(seconds)] : [];
  const child = spawn(
    tool('PYTHON'),
    ['-c', hole, address, String(port), ...late],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  await firstLine(child.stdout);
  return child;
}

/** Whether somebody asks an address for a connection (Linux: SYN_SENT). */
function isAsked(/** @type {string} */ address, /** @type {number} */ port) {
  const number = Buffer.from(address.split('.').map(Number)).readUInt32LE();
  const hex = (/** @type {number} */ n, /** @type {number} */ digits) =>
    n.toString(16).toUpperCase().padStart(digits, '0');
  const row = ` ${hex(number, 8)}:${hex(port, 4)} 02 `;
  // The hole's own connections are asking as well: one of them.
  return readFileSync('/proc/net/tcp', 'latin1').split(row).length - 1 > 1;
}

/**
 * Runs the client against a server on the second address.
 * @param {import('../lib/weft.mjs').Host} host
 * @param {{silent?: boolean, listen?: string, words: string,
 *   connected?: (port: number) => Promise<string>}} options silent: the first
 *   address does not answer, else it refuses; connected: what the server says
 */
async function talk(host, { silent, listen = SECOND, words, connected }) {
  const server = net.createServer(async (socket) => {
    socket.on('error', () => {});
    const { port } = /** @type {net.AddressInfo} */ (server.address());
    socket.end((await connected?.(port)) ?? 'hello\n');
  });
  server.listen(0, listen);
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  const child = silent ? await openHole(FIRST, port) : undefined;
  try {
    const result = await run('tests/contract/stream.c', {
      host,
      args: words.replaceAll('PORT', String(port)).split(' '),
      env: { LD_PRELOAD: names, WEFT_ADDRESSES: `${FIRST},${SECOND}` },
    });
    assert.equal(result.code, 0, result.stderr);
    const lines = result.stdout.trim().split('\n');
    return { lines, stderr: result.stderr, ms: result.ms };
  } finally {
    server.close();
    child?.stdin.end();
  }
}

/** Waits until the attempt at the first address is over, at most 10 s. */
async function untilDropped(/** @type {number} */ port) {
  for (let i = 0; i < 200 && isAsked(FIRST, port); i++) await sleep(50);
  return isAsked(FIRST, port) ? 'it still asks\n' : 'dropped\n';
}

for (const host of hosts.filter((host) => host !== 'browser')) {
  test(`the first address refuses: the second serves (${host})`, async () => {
    const words =
      'delay 3600 connect two.test PORT info peername line close wait';
    const { lines } = await talk(host, { words });
    assert.match(lines[1], /^info: \d+ 127\.0\.0\.1:\d+$/);
    assert.deepEqual(lines.toSpliced(1, 1), [
      'connect: 0',
      'line: 6 hello\\n',
      'close: 0',
      'wait: 0',
    ]);
  });

  test(`the first address is silent: the second serves, and the first is given up (${host})`, async () => {
    const { lines } = await talk(host, {
      silent: true,
      words: 'connect two.test PORT line close wait',
      connected: untilDropped,
    });
    assert.deepEqual(lines, [
      'connect: 0',
      'line: 8 dropped\\n',
      'close: 0',
      'wait: 0',
    ]);
  });

  test(`the second address has its turn after the delay, not before (${host})`, async () => {
    const { lines, stderr } = await talk(host, {
      silent: true,
      words: 'delay 3600 patience 1 connect two.test PORT',
    });
    assert.deepEqual(lines, ['connect: WEFT_ETIMEDOUT'], stderr);
    assert.match(stderr, /connecting to two\.test took longer/);
  });

  test(`an address that is slow still wins over one that is silent (${host})`, async () => {
    const free = net.createServer().listen(0, SECOND);
    await once(free, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (free.address());
    free.close();
    await once(free, 'close');
    const slow = await openHole(FIRST, port, 0.5);
    const silent = await openHole(SECOND, port);
    try {
      const { stdout, stderr } = await run('tests/contract/stream.c', {
        host,
        args: `patience 20 connect two.test ${port} line`.split(' '),
        env: { LD_PRELOAD: names, WEFT_ADDRESSES: `${FIRST},${SECOND}` },
      });
      assert.equal(stdout, 'connect: 0\nline: 5 late\\n\n', stderr);
    } finally {
      slow.kill();
      silent.stdin.end();
    }
  });

  test(`a cancelled connect gives up each address at once (${host})`, async () => {
    const { lines } = await talk(host, {
      silent: true,
      words:
        'delay 3600 within 0.5 connect two.test PORT connect 127.0.0.1 PORT line',
      connected: untilDropped,
    });
    assert.deepEqual(lines, [
      'connect: WEFT_ECANCELED',
      'within: expired',
      'connect: 0',
      'line: 8 dropped\\n',
    ]);
  });

  test(`all addresses refuse: the connection is refused (${host})`, async () => {
    const { lines, stderr } = await talk(host, {
      listen: '127.0.0.3',
      words: 'connect two.test PORT',
    });
    assert.deepEqual(lines, ['connect: WEFT_ECONNREFUSED'], stderr);
  });
}
