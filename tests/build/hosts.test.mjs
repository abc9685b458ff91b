// build.sh run and the tests' own way of running, on each host: arguments,
// input, output and exit code pass through.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { build, hosts, run } from '../lib/weft.mjs';

const hello = 'tests/build/programs/hello.c';

for (const host of hosts) {
  describe(`on ${host}`, () => {
    test('build.sh run passes arguments and the exit code', async () => {
      const { code, stdout, stderr } = await build([
        ...['run', hello, '--host', host, 'one', '--debug', 'three words here'],
      ]);
      assert.equal(stdout, 'one\n--debug\nthree words here\n', stderr);
      assert.equal(code, 3);
    });

    test('run passes arguments and the exit code', async () => {
      const { code, stdout, lines } = await run(hello, {
        host,
        args: ['one', 'two'],
      });
      assert.equal(stdout, 'one\ntwo\n');
      assert.deepEqual(
        lines.map((line) => line.text),
        ['one', 'two'],
      );
      assert.equal(code, 2);
    });

    test('run passes input', async () => {
      const { stdout } = await run(hello, { host, stdin: 'some\nlines\n' });
      assert.equal(stdout, 'some\nlines\n');
    });

    test('a debug build does the same', async () => {
      const { code, stdout } = await run(hello, {
        host,
        args: ['one'],
        debug: true,
      });
      assert.equal(stdout, 'one\n');
      assert.equal(code, 1);
    });
  });
}
