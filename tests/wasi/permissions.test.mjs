// What a program says when wasmtime was started without a permission.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build, run } from '../lib/weft.mjs';

const connect = (/** @type {string} */ url, /** @type {string[]} */ flags) =>
  run('examples/stream.c', {
    host: 'wasmtime',
    args: [url],
    wasmtimeFlags: flags,
  });

test('no network: the error names -S inherit-network', async () => {
  const { code, stderr } = await connect('http://127.0.0.1:1/', []);
  assert.equal(code, 1);
  assert.match(stderr, /127\.0\.0\.1:1: .* -S inherit-network\n/);
});

test('no look-up of names: the error names both flags', async () => {
  const { code, stderr } = await connect('http://localhost:1/', [
    '-Sinherit-network',
  ]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /looking up localhost: .* -S inherit-network -S allow-ip-name-lookup\n/,
  );
});

test('with both flags a refused connection is only that', async () => {
  const { code, stderr } = await connect('http://localhost:1/', [
    '-Sinherit-network,allow-ip-name-lookup',
  ]);
  assert.equal(code, 1);
  assert.match(stderr, /connection refused/);
});

test('no network for UDP: the error names -S inherit-network', async () => {
  const { stdout } = await run('tests/contract/udp.c', {
    host: 'wasmtime',
    wasmtimeFlags: [],
  });
  assert.match(
    stdout,
    /^WEFT_EACCES: opening UDP on 127\.0\.0\.1:0: .* -S inherit-network\n/,
  );
});

test('no roots to check certificates by: the error says how to give them', async () => {
  const flags = ['-Sinherit-network,allow-ip-name-lookup'];
  const { code, stderr } = await connect('https://127.0.0.1:1/', flags);
  assert.equal(code, 1);
  assert.match(stderr, /--dir \/etc\/ssl\/certs.* WEFT_CA_FILE/);
});

test('a file of roots that cannot be read is named', async () => {
  const flags = ['--env', 'WEFT_CA_FILE=/nowhere/ca.pem'];
  const { code, stderr } = await connect('https://127.0.0.1:1/', flags);
  assert.equal(code, 1);
  assert.match(stderr, /WEFT_CA_FILE: \/nowhere\/ca\.pem /);
});

test('build.sh run lets a program open what is below the working directory', async () => {
  const sums = ['run', 'examples/sha256sum.c', '--host', 'wasmtime', 'LICENSE'];
  const { code, stdout, stderr } = await build(sums);
  assert.match(stdout, /^[0-9a-f]{64} +LICENSE\n$/, stderr);
  assert.equal(code, 0);
});
