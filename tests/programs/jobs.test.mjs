// The examples with jobs: what they print, on every host.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { hosts, root, run, tool } from '../lib/weft.mjs';

const result = 'result: 49999995000000 333283333335000000';

/**
 * Both jobs start and finish, in whatever order, then comes the last line.
 * @param {string} stdout
 * @param {string[]} lines
 * @param {string} [last]
 */
function both(stdout, lines, last) {
  const printed = stdout.trimEnd().split('\n');
  if (last) assert.equal(printed.pop(), last);
  assert.deepEqual(printed.sort(), lines.sort());
}

const started = ['func1() started', 'func2() started'];
const finished = ['func1() finished', 'func2() finished'];

for (const host of hosts) {
  test(`threading runs both functions as jobs (${host})`, async () => {
    const { stdout, code } = await run('examples/threading.c', { host });
    both(stdout, [
      ...started,
      'func1() finished: 499999500000',
      'func2() finished: 999999000000',
    ]);
    assert.equal(code, 0);
  });

  for (const name of ['executor', 'executor_gather']) {
    test(`${name} gives both sums (${host})`, async () => {
      const { stdout, code } = await run(`examples/${name}.c`, { host });
      both(stdout, [...started, ...finished], result);
      assert.equal(code, 0);
    });
  }

  test(`executor with one worker runs one job after the other (${host})`, async () => {
    const { stdout } = await run('examples/executor.c', { host, args: ['1'] });
    const lines = [started[0], finished[0], started[1], finished[1], result];
    assert.equal(stdout, `${lines.join('\n')}\n`);
  });

  test(`mandelbrot draws one picture of its tiles and tells of each (${host})`, async () => {
    const { stdout, stderr, code } = await run('examples/mandelbrot.c', {
      host,
      args: ['96'],
    });
    const rows = stdout.split('\n');
    assert.equal(rows.pop(), '');
    assert.equal(rows.length, 32);
    assert(rows.every((row) => row.length === 96));
    // The set is its own mirror image: row 16 is the real axis.
    for (let i = 1; i < 16; i++) assert.equal(rows[16 - i], rows[16 + i]);
    assert.match(rows[16], /^ +#{60,}\++\.+ +$/);
    assert.match(stderr, /^1 of 12 tiles\n[^]*12 of 12 tiles\n$/);
    assert.equal(code, 0);
  });
}

for (const host of hosts.filter((host) => host !== 'browser')) {
  test(`sha256sum hashes each file and tells which it cannot read (${host})`, async () => {
    const names = ['LICENSE', 'build.sh', 'not there', 'package.json'];
    const { stdout, stderr, code } = await run('examples/sha256sum.c', {
      host,
      args: names,
      wasmtimeFlags: [...tool('WASMTIME_FLAGS').split(' '), '--dir', '.'],
    });
    const expected = names
      .filter((name) => name !== 'not there')
      .map((name) => {
        const bytes = readFileSync(path.join(root, name));
        const hash = createHash('sha256').update(bytes).digest('hex');
        return `${hash}  ${name}\n`;
      });
    assert.equal(stdout, expected.join(''));
    assert.match(stderr, /^sha256sum: not there: /);
    assert.equal(code, 1);
  });
}

if (hosts.includes('browser')) {
  test('sha256sum says of each file that a page has none (browser)', async () => {
    const { stdout, stderr, code } = await run('examples/sha256sum.c', {
      host: 'browser',
      args: ['LICENSE', 'build.sh'],
    });
    assert.equal(stdout, '');
    assert.equal(
      stderr,
      ['LICENSE', 'build.sh']
        .map(
          (name) =>
            `sha256sum: ${name}: a browser page has no files: get the bytes \
with weft_fetch, or have JavaScript pass them\n`,
        )
        .join(''),
    );
    assert.equal(code, 1);
  });
}
