// The standard streams, arguments and environment of a program on the JS
// hosts: bytes in, bytes out.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { compile, run, tool } from '../lib/weft.mjs';

const program = 'tests/programs/stdio.c';

test('Node.js: what is written arrives to the byte, lines or not', async () => {
  const file = await compile(program);
  const { stdout, stderr, status } = spawnSync(
    tool('NODE'),
    [file, 'a', 'b c'],
    {
      input: 'one\ntwo',
      env: { ...process.env, WEFT_TEST: 'hé' },
      timeout: 30_000,
    },
  );
  assert.equal(
    stdout.toString('latin1'),
    Buffer.from('[a][b c](hé)partial <one\n><two>\0').toString('latin1') +
      '\xc3\x28',
  );
  assert.equal(stderr.toString('latin1'), 'err\xff');
  assert.equal(status, 3);
});

test('run() gives each run its own streams, input and environment', async () => {
  const { run } = await import(pathToFileURL(await compile(program)).href);
  const results = await Promise.all(
    ['first', 'second'].map(async (name) => {
      /** @type {Uint8Array[]} */
      const chunks = [];
      const status = await run({
        args: ['q'],
        env: { WEFT_TEST: name, OTHER: undefined },
        stdin: `input of ${name}`,
        stdout: (/** @type {Uint8Array} */ bytes) => chunks.push(bytes),
        stderr: () => {},
      });
      return [status, Buffer.concat(chunks).toString('latin1')];
    }),
  );
  assert.deepEqual(
    results,
    ['first', 'second'].map((name) => [
      3,
      `[q](${name})partial <input of ${name}>\0\xc3\x28`,
    ]),
  );
});

test('exit() in a task ends an imported run only, with its status', async () => {
  const { run } = await import(pathToFileURL(await compile(program)).href);
  const before = process.exitCode;
  const status = await run({ args: ['x'], stdout: () => {}, stderr: () => {} });
  assert.equal(status, 7);
  assert.equal(process.exitCode, before);
});

test('a page: partial lines are shown, input is empty', async () => {
  const result = await run(program, { host: 'browser', args: ['q'] });
  assert.equal(result.stdout, '[q](unset)partial \0\ufffd(');
  assert.equal(result.code, 3);
});
