// Asyncify after the optimiser: when the function that suspends has been
// inlined into one that is not instrumented, nothing is suspended and nothing
// is said. These tests fail when that happens, and show that they would.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { execute, root, tool } from '../lib/weft.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'weft-switch-'));
after(() => rmSync(folder, { recursive: true }));

const flags = readFileSync(path.join(root, 'src/asyncify.flags'), 'utf8')
  .split('\n')
  .filter((line) => line && !line.startsWith('#') && !line.startsWith('debug:'))
  .map((line) => line.replace('release: ', ''));
const features = flags.filter((flag) => flag.startsWith('--enable-'));
const instrument = flags.filter((flag) => flag.includes('asyncify'));

/** @param {string[]} command */
async function succeed(command) {
  const { code, stderr } = await execute(command);
  assert.equal(code, 0, stderr);
}

/**
 * Compiles switch.c and gives the order in which its contexts ran, or the trap.
 * @param {string} context the file of the switch
 * @param {string[]} options of clang
 * @param {string[][]} passes each a run of wasm-opt
 */
async function turns(context, options, passes) {
  const module = path.join(folder, `${Math.random()}.wasm`);
  await succeed([
    tool('WASI_CC'),
    '--target=wasm32-wasip2',
    '--no-wasm-opt',
    '-fuse-ld=lld',
    '-std=gnu11',
    '-mexec-model=reactor',
    ...options,
    `-I${root}/src`,
    `-I${root}/include`,
    `${root}/tests/build/programs/switch.c`,
    context,
    '-o',
    module,
  ]);
  for (const pass of passes) {
    await succeed([
      tool('WASM_OPT'),
      module,
      ...features,
      ...pass,
      '-o',
      module,
    ]);
  }
  const instance = new WebAssembly.Instance(
    new WebAssembly.Module(readFileSync(module)),
  );
  const call = /** @type {() => number} */ (instance.exports.turns);
  try {
    return call();
  } catch (error) {
    return String(error);
  }
}

const ours = path.join(root, 'src/context_asyncify.c');

for (const options of [['-O2'], ['-O3'], ['-O3', '-flto'], ['-Os', '-flto']]) {
  test(`tasks take turns: ${options.join(' ')}, instrumented first, as for WASI`, async () => {
    assert.equal(await turns(ours, options, [[...instrument, '-O3']]), 121212);
  });
  test(`tasks take turns: ${options.join(' ')}, optimised first, as by emcc`, async () => {
    const passes = [['-O2'], [...instrument, '-O3']];
    assert.equal(await turns(ours, options, passes), 121212);
  });
}

test('without the second reference to the switch functions they do not', async () => {
  const source = readFileSync(ours, 'utf8');
  const bare = source.replace(
    /__attribute__\(\(used\)\) static const struct \{[^}]*\} kept = \{.*\};/,
    '',
  );
  assert.notEqual(bare, source);
  const file = path.join(folder, 'bare.c');
  writeFileSync(file, bare);
  const passes = [['-O2'], [...instrument, '-O3']];
  assert.notEqual(await turns(file, ['-O3', '-flto'], passes), 121212);
});
