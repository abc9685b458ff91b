// What the smallest program costs to load: the limits that the README names.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { compile } from '../lib/weft.mjs';

const gzipped = (/** @type {string} */ file) =>
  gzipSync(readFileSync(file), { level: 9 }).length;

test('helloworld for the web, JavaScript and WebAssembly, takes at most 12 KiB gzipped', async () => {
  const program = await compile('examples/helloworld.c', { host: 'node' });
  const js = gzipped(program);
  const wasm = gzipped(program.replace(/\.mjs$/, '.wasm'));
  assert(js + wasm <= 12 * 1024, `${js} + ${wasm} bytes`);
});

test('helloworld for WASI takes at most 24 KiB gzipped', async () => {
  const program = await compile('examples/helloworld.c', { host: 'wasmtime' });
  const size = gzipped(program);
  assert(size <= 24 * 1024, `${size} bytes`);
});
