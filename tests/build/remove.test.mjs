// src/asyncify.remove: what it names is ours, and no chain of direct calls
// leads from it to a suspension. (Where its functions call through pointers,
// the comments there say why that cannot suspend.)

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { compile, execute, root, tool } from '../lib/weft.mjs';

const listed = readFileSync(path.join(root, 'src/asyncify.remove'), 'utf8')
  .split('\n')
  .filter((line) => line && !line.startsWith('#'))
  .map((line) => line.replace('release: ', ''));

/** The direct calls of a program's functions, from debug builds, with names. */
async function callsOf(/** @type {string} */ file) {
  const program = await compile(file, { debug: true });
  const { code, stdout, stderr } = await execute([
    tool('WASM_OPT'),
    program.replace(/\.mjs$/, '.wasm'),
    '--all-features',
    '--print-call-graph',
    '-o',
    '/dev/null',
  ]);
  assert.equal(code, 0, stderr);
  /** @type {Map<string, string[]>} */
  const calls = new Map();
  for (const [, from, to] of stdout.matchAll(
    /^ *"(.+)" -> "(.+)"; \/\/ call/gm,
  )) {
    calls.set(from, [...(calls.get(from) ?? []), to]);
  }
  return calls;
}

/**
 * The shortest chain of calls from a function to a suspension, if there is one.
 * What a context does, it suspends itself. The stack's check of debug builds
 * suspends for good, and is not in release builds.
 * @param {Map<string, string[]>} calls
 * @param {string} start
 */
function chain(calls, start) {
  const seen = new Set([
    'weft__context_resume',
    '__cyg_profile_func_enter_bare',
  ]);
  let chains = [[start]];
  while (chains.length) {
    const longer = [];
    for (const chain of chains) {
      for (const to of calls.get(chain[chain.length - 1]) ?? []) {
        if (to === 'weft__context_suspend') return [...chain, to].join(' > ');
        if (!seen.has(to)) longer.push([...chain, to]);
        seen.add(to);
      }
    }
    chains = longer;
  }
  return undefined;
}

test('each function of ours in src/asyncify.remove exists', () => {
  const sources = ['src', 'web', 'wasi', 'include/weft'].flatMap((folder) =>
    readdirSync(path.join(root, folder))
      .filter((name) => /\.[ch]$/.test(name))
      .map((name) => readFileSync(path.join(root, folder, name), 'utf8')),
  );
  const text = sources.join('\n');
  for (const name of listed.filter((name) => name.startsWith('weft'))) {
    assert(text.includes(name.replace('*', '')), name);
  }
});

for (const file of ['guards', 'groups', 'queues', 'executor']) {
  test(`nothing in src/asyncify.remove suspends in ${file}.c`, async () => {
    const calls = await callsOf(`tests/contract/${file}.c`);
    // What is looked for can be found.
    assert.match(chain(calls, 'weft_sleep') ?? '', /weft__context_suspend/);
    const found = [...calls.keys()]
      .filter((name) => listed.includes(name))
      .map((name) => chain(calls, name))
      .filter((chain) => chain);
    assert.deepEqual(found, []);
  });
}
