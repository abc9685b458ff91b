// The standard streams on wasmtime, behind pipes that are slow or closed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { commandOf, compile } from '../lib/weft.mjs';

const timeout = 30_000;

async function start() {
  const program = await compile('tests/wasi/stdio.c', { host: 'wasmtime' });
  const [wasmtime, ...args] = commandOf('wasmtime', program);
  const child = spawn(wasmtime, args);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const end = once(child, 'close').then(([code]) => ({ code, stderr }));
  return { child, end };
}

test('what comes in pieces goes out as it comes', { timeout }, async () => {
  const { child, end } = await start();
  child.stdout.setEncoding('utf8');
  for (const piece of ['one', 'two', 'three']) {
    child.stdin.write(piece);
    assert.deepEqual(await once(child.stdout, 'data'), [piece]);
  }
  child.stdin.end();
  assert.deepEqual(await end, {
    code: 0,
    stderr: 'copied: WEFT_OK, the other task ran\nclosed: WEFT_OK\n',
  });
});

test('megabytes pass unchanged', { timeout }, async () => {
  const { child, end } = await start();
  const sent = Buffer.alloc(8 << 20, 'abcdefghijklmnopqrstuvwxyz\n');
  child.stdin.end(sent);
  /** @type {Buffer[]} */
  const got = [];
  child.stdout.on('data', (data) => got.push(data));
  assert.equal((await end).code, 0);
  assert(Buffer.concat(got).equals(sent));
});

test('an output that nobody reads is an error', { timeout }, async () => {
  const { child, end } = await start();
  child.stdin.on('error', () => {}); // it stops reading
  child.stdout.destroy();
  child.stdin.end(Buffer.alloc(1 << 20));
  const { stderr } = await end;
  assert.match(stderr, /^copied: WEFT_ECONNRESET/);
});
