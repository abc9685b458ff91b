// wasi/weft-run: the launcher of programs on wasmtime.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { firstLine } from '../lib/server.mjs';
import { compile, execute, root } from '../lib/weft.mjs';

const launcher = path.join(root, 'wasi/weft-run');
const limit = { timeout: 60_000 };

/** @type {string} */
let app;
before(async () => {
  app = await compile('tests/programs/launched.c', { host: 'wasmtime' });
}, limit);

/**
 * Starts the launcher and waits for the program's first line.
 * @param {string[]} args
 */
async function start(...args) {
  const child = spawn(launcher, args, {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const text = await firstLine(child.stdout);
  const url = /http:\S+\//.exec(text)?.[0];
  return { child, text, url: url ?? '' };
}

/** @param {string} url */
const answers = (url) =>
  fetch(url).then(
    () => true,
    () => false,
  );

test('input, output and the exit code are the program’s', limit, async () => {
  const { stdout, code } = await execute([launcher, '--no-pool', app, '42'], {
    stdin: 'word',
  });
  assert.equal(stdout, 'pool none, token of 0\nread word\n');
  assert.equal(code, 42);
});

test(
  'a pool serves the program while it runs, and not after',
  limit,
  async () => {
    const { child, text, url } = await start(app, '7');
    assert.match(text, /^pool http:\/\/127\.0\.0\.1:\d+\/, token of 32\n/);
    assert.equal(await answers(url), true);
    child.stdin.end('go');
    assert.deepEqual(await once(child, 'close'), [7, null]);
    assert.equal(await answers(url), false);
  },
);

test('a pool that says its address in pieces is heard', limit, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'weft-'));
  const wasmtime = path.join(folder, 'wasmtime');
  await writeFile(
    wasmtime,
    `#!/usr/bin/env bash
    if [[ $1 == run ]]; then exec echo "$WEFT_EXECUTOR"; fi
    for piece in 'Serving HTTP on ' http://127.0.0.1:12 '34/'; do
      printf %s "$piece" >&2
      sleep 0.05
    done
    exec sleep 60`,
    { mode: 0o755 },
  );
  const { stdout } = await execute([launcher, app], {
    env: { WEFT_WASMTIME: wasmtime },
  });
  await rm(folder, { recursive: true });
  assert.equal(stdout, 'http://127.0.0.1:1234/\n');
});

test('a signal ends the program and its pool', limit, async () => {
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT'])) {
    const { child, url } = await start(app, 'hang');
    child.stdin.end('go');
    await once(child.stdout, 'data');
    child.kill(signal);
    assert.deepEqual(await once(child, 'close'), [null, signal]);
    assert.equal(await answers(url), false);
  }
});

test('a pool that is named is used', limit, async () => {
  const { stdout } = await execute([launcher, app], {
    env: { WEFT_EXECUTOR: 'http://elsewhere/' },
  });
  assert.equal(stdout, 'pool http://elsewhere/, token of 0\n');
});

test('what is missing is said in a line', limit, async () => {
  const none = await execute([launcher]);
  assert.match(none.stderr, /^weft: weft-run needs a program\n/);
  const missing = await execute([launcher, 'missing.wasm']);
  assert.match(missing.stderr, /^weft: there is no file missing\.wasm\n/);
  const tool = await execute([launcher, app], {
    env: { WEFT_WASMTIME: '/nowhere/wasmtime' },
  });
  assert.match(tool.stderr, /^weft: there is no wasmtime/);
  assert.deepEqual([none.code, missing.code, tool.code], [2, 2, 127]);
});

test('--print and --flags show what it does', limit, async () => {
  const { stdout } = await execute([launcher, '--print', app, 'a b']);
  const flags = (await execute([launcher, '--flags'])).stdout;
  assert.ok(flags.includes('inherit-network'));
  assert.match(stdout, /wasmtime run .* a\\ b \n$/);
  const { code } = await execute(['bash', '-c', `exec ${stdout}`, 'x'], {
    stdin: 'word',
  });
  assert.equal(code, 0);
});

test('--no-network and --no-env take permissions away', limit, async () => {
  const args = ['--no-env', '--no-pool', app];
  const { stdout } = await execute([launcher, ...args], {
    env: { WEFT_EXECUTOR: 'http://elsewhere/' },
  });
  assert.equal(stdout, 'pool none, token of 0\n');
  const client = await compile('examples/stream.c', { host: 'wasmtime' });
  const denied = await execute([
    launcher,
    '--no-network',
    client,
    'http://127.0.0.1:9/',
  ]);
  assert.match(denied.stdout + denied.stderr, /-S inherit-network/);
});
