// What goes wrong in a program is named, and the other tasks go on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hosts, run } from '../lib/weft.mjs';

const file = 'tests/contract/guards.c';

/**
 * The lines of stdout of one case, which must end well.
 * @param {import('../lib/weft.mjs').Host} host
 * @param {string} name
 */
async function lines(host, name, { debug = false } = {}) {
  const result = await run(file, { host, debug, args: [name] });
  assert.equal(result.code, 0, result.stdout + result.stderr);
  return { ...result, lines: result.stdout.trimEnd().split('\n') };
}

for (const host of hosts) {
  test(`${host}: a suspending call outside weft_run is refused`, async () => {
    const { lines: out } = await lines(host, 'outside');
    assert.equal(
      out[0],
      'weft_sleep: WEFT_ENOTRUNNING: called outside a task of weft_run',
    );
    assert.equal(
      out[1],
      'weft_await: WEFT_ENOTRUNNING: called outside a task of weft_run',
    );
    assert.match(
      out[2],
      /^weft_create_task: WEFT_ENOTRUNNING: task 'forever' at guards\.c:\d+ created outside weft_run$/,
    );
  });

  test(`${host}: weft_run inside weft_run is refused`, async () => {
    const { lines: out } = await lines(host, 'nested_run');
    assert.match(out[0], /^weft_run: WEFT_ERUNNING: weft_run at guards\.c:\d+/);
    assert.equal(out[1], 'weft_run: WEFT_OK');
  });

  test(`${host}: a task that waits for itself is told so`, async () => {
    const { lines: out } = await lines(host, 'wait_for_self');
    assert.deepEqual(
      out.map((line) => line.split(': ').slice(0, 2)),
      [
        ['weft_await', 'WEFT_EDEADLK'],
        ['weft_gather', 'WEFT_EDEADLK'],
        ['weft_wait_for', 'WEFT_EDEADLK'],
        ['weft_run', 'WEFT_OK'],
      ],
    );
  });

  test(`${host}: a stale handle is named, not followed`, async () => {
    const { lines: out } = await lines(host, 'stale_handles');
    assert.deepEqual(
      out.map((line) => line.split(': ').slice(0, 2)),
      [
        ['weft_await', 'WEFT_ESTALE'],
        ['weft_cancel', 'WEFT_ESTALE'],
        ['weft_release', 'WEFT_ESTALE'],
        ['NULL', 'WEFT_EINVAL'],
        ['weft_run', 'WEFT_OK'],
      ],
    );
  });

  test(`${host}: delays that no clock can hold are refused`, async () => {
    const { lines: out } = await lines(host, 'delays');
    assert.deepEqual(
      out.map((line) => line.split(': ').slice(0, 2)),
      [
        ['-1', 'WEFT_EINVAL'],
        ['NaN', 'WEFT_EINVAL'],
        ['1e300', 'WEFT_ERANGE'],
        ['infinity', 'WEFT_ERANGE'],
        ['weft_run', 'WEFT_OK'],
      ],
    );
  });

  test(`${host}: a deadlock ends the run and lists who waits for what`, async () => {
    const { lines: out, stderr } = await lines(host, 'deadlock');
    assert.deepEqual(out, [
      'main: WEFT_ECANCELED: cancelled',
      'weft_run: WEFT_EDEADLK',
    ]);
    assert.match(stderr, /deadlock: nothing can ever wake these tasks/);
    const listed = stderr.match(
      /'wait_for_peer' created at guards\.c:\d+ waits in weft_await/g,
    );
    assert.equal(new Set(listed).size, 2, stderr);
  });

  test(`${host}: a task may recurse as deep as its stack is large`, async () => {
    const { lines: out } = await lines(host, 'deep_recursion');
    assert.deepEqual(out, ['deep: 0', 'weft_run: WEFT_OK']);
  });

  for (const debug of [false, true]) {
    const build = debug ? 'debug' : 'release';
    test(`${host}, ${build}: no memory for a task's stack fails that task only`, async () => {
      const { lines: out } = await lines(host, 'out_of_memory', { debug });
      assert.match(
        out[0],
        /^task: WEFT_ENOMEM: no memory for the C stack of task 'large' created at guards\.c:\d+$/,
      );
      assert.deepEqual(out.slice(1), ['neighbour: 5', 'weft_run: WEFT_OK']);
    });
  }

  test(`${host}, release: a stack overflow names the task and ends the program`, async () => {
    const { code, stderr } = await run(file, {
      host,
      args: ['stack_overflow'],
    });
    assert.match(
      stderr,
      /task 'fn' created at guards\.c:\d+ has overflowed its C stack of \d+ bytes; give it more with weft_task_options\.stack_size/,
    );
    assert.equal(code, 70);
  });

  for (const name of ['stack_overflow', 'runaway']) {
    test(`${host}, debug: ${name} fails that task only, and names it`, async () => {
      const { lines: out } = await lines(host, name, { debug: true });
      assert.match(
        out[0],
        /^task: WEFT_ESTACK: task 'fn' created at guards\.c:\d+/,
      );
      assert.deepEqual(out.slice(1), ['neighbour: 5', 'weft_run: WEFT_OK']);
    });
  }

  test(`${host}: the exit status reaches the shell`, async () => {
    for (const status of ['0', '1', '3', '42']) {
      const { code } = await run(file, { host, args: ['status', status] });
      assert.equal(code, Number(status));
    }
  });

  if (host === 'wasmtime') continue; // a trap there ends the instance

  test(`${host}: a trap fails the task that trapped only`, async () => {
    const { lines: out } = await lines(host, 'trap');
    assert.match(out[0], /^task: WEFT_ETRAP: task 'fn' created at/);
    assert.deepEqual(out.slice(1), ['neighbour: 5', 'weft_run: WEFT_OK']);
  });
}
