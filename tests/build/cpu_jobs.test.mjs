// Jobs of WEFT_CPU_JOB get copies of what they call (.tools/cpu_jobs.mjs).

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { compile, execute, root, tool } from '../lib/weft.mjs';

const module = `(module
  (type $method (func (param i32) (result i32)))
  (import "asyncify" "start_unwind" (func $unwind))
  (table 6 6 funcref)
  (elem (i32.const 1) $plain $leaf $method $print $weft_wait)
  (export "task" (func $task))
  (export "job" (func $weft__cpu_job_a))
  (func $weft__cpu_job_a (result i32)
    (if (i32.const 0) (then (call $sort) (call $print) (call $weft_wait)))
    (call_indirect (type $method)
      (i32.const 20)
      (call_indirect (type $method) (i32.const 3) (i32.const 2))))
  (func $sort (call $sort_part) (call $plain))
  (func $sort_part (call_indirect (i32.const 1)) (call $sort))
  (func $print (call_indirect (i32.const 1)) (call $sort))
  (func $plain)
  (func $leaf (param i32) (result i32) (local.get 0))
  (func $method (param i32) (result i32)
    (call $pause)
    (call_indirect (type $method)
      (i32.add (local.get 0) (i32.const 1)) (i32.const 2)))
  (func $pause (if (i32.const 0) (then (call $unwind))))
  (func $weft_wait (call $unwind))
  (func $other (call_indirect (i32.const 1)))
  (func $task (call $sort) (call $other) (drop (call $weft__cpu_job_a))))
`;

/**
 * What each function of a module in text calls: names, and "*" for a call
 * through a pointer, "+6" if that is looked up so much further on. And what the
 * table has, by where it begins.
 */
function callsOf(/** @type {string} */ text) {
  const found = [];
  for (const field of text.split(/\n (?=\()/)) {
    const [, name = '-'] = /^\(func \$(\S+)/.exec(field) ?? [];
    const elements = /^\(elem \$\d \(i32.const (\d+)\) (.*)\)/.exec(field);
    const calls = [
      ...field.matchAll(
        /\(call ([^\s()]+)|\((call_indirect)|\(i32.const (6)\)/g,
      ),
    ].map(([, called, pointer]) => called ?? (pointer ? '*' : '+6'));
    if (elements) found.push(`${elements[1]}: ${elements[2]}`);
    if (/^\(func/.test(field)) found.push(`${name}: ${calls.join(' ')}`);
  }
  return found.sort();
}

test('what a CPU job calls is copied where it would be instrumented', async (t) => {
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
  assert.deepEqual(
    callsOf(text.replaceAll('$weft__cpu_job_calls.', '$copy_')),
    [
      '1: $plain $leaf $method $print $weft_wait',
      '7: $plain $leaf $copy_method $print $weft_wait',
      'copy_method: $copy_pause * +6',
      'copy_pause: $unwind',
      'copy_sort: $copy_sort_part $plain',
      'copy_sort_part: * +6 $copy_sort',
      'leaf: ',
      'method: $pause *',
      'other: *',
      'pause: $unwind',
      'plain: ',
      'print: * $sort',
      'sort: $sort_part $plain',
      'sort_part: * $sort',
      'task: $sort $other $weft__cpu_job_a',
      'weft__cpu_job_a: $copy_sort $print $weft_wait * +6 * +6',
      'weft_wait: $unwind',
    ],
  );
  const { instance } = await WebAssembly.instantiate(await readFile(wasm), {
    asyncify: { start_unwind: () => assert.fail('it suspends') },
  });
  const job = /** @type {() => number} */ (instance.exports.job);
  assert.equal(job(), 21);
});
