// Jobs of WEFT_CPU_JOB get copies of what they call (.tools/cpu_jobs.mjs).

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { compile, execute, root, tool } from '../lib/weft.mjs';

const module = `(module
  (table 1 funcref)
  (elem (i32.const 0) $plain)
  (export "task" (func $task))
  (export "job" (func $weft__cpu_job_a))
  (func $weft__cpu_job_a (call $sort) (call $print))
  (func $sort (call $sort_part) (call $plain))
  (func $sort_part (call_indirect (i32.const 0)) (call $sort))
  (func $print (call_indirect (i32.const 0)) (call $sort))
  (func $plain)
  (func $task (call $sort) (call $weft__cpu_job_a)))
`;

/** What each function of a module in text calls. */
function callsOf(/** @type {string} */ text) {
  const found = [];
  for (const field of text.split(/\n (?=\()/)) {
    const name = /^\(func \$(\S+)/.exec(field)?.[1];
    const calls = [...field.matchAll(/\(call(?:_indirect)? ([^\s()]+)/g)];
    if (name) found.push(`${name}: ${calls.map(([, to]) => to).join(' ')}`);
  }
  return found.sort();
}

test('what a CPU job calls by name is copied where it would be instrumented', async (t) => {
  await compile('tests/build/programs/hello.c'); // then the tools are there
  const folder = await mkdtemp(path.join(os.tmpdir(), 'weft-cpu-'));
  t.after(() => rm(folder, { recursive: true }));
  const [wat, wasm] = ['a.wat', 'a.wasm'].map((name) =>
    path.join(folder, name),
  );
  /** @param {string[]} command */
  const succeed = async (...command) => {
    const { code, stdout, stderr } = await execute(command);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  await writeFile(wat, module);
  const features = ['--enable-reference-types'];
  await succeed(tool('WASM_OPT'), wat, ...features, '-g', '-o', wasm);
  await succeed(
    ...[tool('NODE'), path.join(root, '.tools/cpu_jobs.mjs')],
    ...[tool('WASM_OPT'), wasm, 'weft__cpu_job_*,print', ...features],
  );
  const text = await succeed(
    ...[tool('WASM_OPT'), wasm, ...features, '-S', '-o', '-'],
  );
  assert.deepEqual(callsOf(text), [
    'plain: ',
    'print: $0 $sort',
    'sort: $sort_part $plain',
    'sort_part: $0 $sort',
    'task: $sort $weft__cpu_job_a',
    'weft__cpu_job_a: $weft__cpu_job_calls.sort $print',
    'weft__cpu_job_calls.sort: $weft__cpu_job_calls.sort_part $plain',
    'weft__cpu_job_calls.sort_part: $0 $weft__cpu_job_calls.sort',
  ]);
});
