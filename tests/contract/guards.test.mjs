// What goes wrong in a program is named, and the other tasks go on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hosts, run } from '../lib/weft.mjs';

const file = 'tests/contract/guards.c';

const builds = hosts.flatMap((host) =>
  [false, true].map((debug) => ({ host, debug })),
);

for (const { host, debug } of builds) {
  const where = `${host}, ${debug ? 'debug' : 'release'}`;

  /**
   * What one case does.
   * @param {string[]} args
   */
  const guard = (...args) => run(file, { host, debug, args, stdin: 'hello\n' });

  /**
   * The lines of stdout of one case, which must end well.
   * @param {string} name
   */
  const lines = async (name) => {
    const result = await guard(name);
    assert.equal(result.code, 0, result.stdout + result.stderr);
    return result.stdout.trimEnd().split('\n');
  };

  /**
   * The same, of each line what was called and the error.
   * @param {string} name
   */
  const errors = async (name) =>
    (await lines(name)).map((line) => line.split(': ').slice(0, 2).join(' '));

  test(`${where}: a suspending call outside weft_run is refused`, async () => {
    const out = await lines('outside');
    assert.deepEqual(out.slice(0, 2), [
      'weft_sleep: WEFT_ENOTRUNNING: called outside a task of weft_run',
      'weft_await: WEFT_ENOTRUNNING: called outside a task of weft_run',
    ]);
    assert.match(
      out[2],
      /^weft_create_task: WEFT_ENOTRUNNING: task 'forever' at guards\.c:\d+ created outside weft_run$/,
    );
  });

  test(`${where}: weft_run inside weft_run is refused`, async () => {
    const out = await lines('nested_run');
    assert.match(out[0], /^weft_run: WEFT_ERUNNING: weft_run at guards\.c:\d+/);
    assert.equal(out[1], 'weft_run: WEFT_OK');
  });

  test(`${where}: a task that waits for itself is told so`, async () => {
    assert.deepEqual(await errors('wait_for_self'), [
      'weft_await WEFT_EDEADLK',
      'weft_gather WEFT_EDEADLK',
      'weft_wait_for WEFT_EDEADLK',
      'weft_run WEFT_OK',
    ]);
  });

  test(`${where}: a stale handle is named, not followed`, async () => {
    assert.deepEqual(await errors('stale_handles'), [
      'weft_await WEFT_ESTALE',
      'weft_cancel WEFT_ESTALE',
      'weft_release WEFT_ESTALE',
      'NULL WEFT_EINVAL',
      'weft_run WEFT_OK',
    ]);
  });

  test(`${where}: delays that no clock can hold are refused`, async () => {
    assert.deepEqual(await errors('delays'), [
      '-1 WEFT_EINVAL',
      'NaN WEFT_EINVAL',
      '1e300 WEFT_ERANGE',
      'infinity WEFT_ERANGE',
      'weft_run WEFT_OK',
    ]);
  });

  test(`${where}: a deadlock ends the run and lists who waits for what`, async () => {
    const { stdout, stderr } = await guard('deadlock');
    assert.equal(
      stdout,
      'main: WEFT_ECANCELED: cancelled\nweft_run: WEFT_EDEADLK\n',
    );
    assert.match(stderr, /deadlock: nothing can ever wake these tasks/);
    const listed = stderr.match(
      /'wait_for_peer' created at guards\.c:\d+ waits in weft_await/g,
    );
    assert.equal(new Set(listed).size, 2, stderr);
  });

  test(`${where}: waiting for the host is no deadlock`, async () => {
    assert.deepEqual(await lines('waits_for_host'), [
      'read: hello',
      'other: 7',
      'weft_run: WEFT_OK',
    ]);
  });

  test(`${where}: a task may recurse as deep as its stack is large`, async () => {
    assert.deepEqual(await lines('deep_recursion'), [
      'deep: 0',
      'weft_run: WEFT_OK',
    ]);
  });

  test(`${where}: no memory for a task's stack fails that task only`, async () => {
    const out = await lines('out_of_memory');
    assert.match(
      out[0],
      /^task: WEFT_ENOMEM: no memory for the C stack of task 'large' created at guards\.c:\d+$/,
    );
    assert.deepEqual(out.slice(1), ['neighbour: 5', 'weft_run: WEFT_OK']);
  });

  test(`${where}: no memory at all for a task names it, others go on`, async () => {
    const out = await lines('no_record');
    assert.match(
      out[0],
      /^task: WEFT_ENOMEM: no memory for task 'neighbour' created at guards\.c:\d+$/,
    );
    assert.deepEqual(out.slice(1), [
      'neighbour: 5',
      'left: 0',
      'weft_run: WEFT_OK',
    ]);
  });

  for (const name of ['stack_overflow', 'runaway']) {
    if (debug) {
      test(`${where}: ${name} fails that task only, cleans up and names it`, async () => {
        const [cleaned, ...out] = await lines(name);
        assert.equal(cleaned, 'cleanup');
        assert.match(
          out[0],
          /^task: WEFT_ESTACK: task 'fn' created at guards\.c:\d+/,
        );
        assert.deepEqual(out.slice(1), ['neighbour: 5', 'weft_run: WEFT_OK']);
      });
      continue;
    }
    test(`${where}: ${name} is named and ends the program`, async () => {
      const { code, stderr } = await guard(name);
      if (host === 'wasmtime' && name === 'runaway') {
        assert.match(stderr, /call stack exhausted/); // it is never asked
        return;
      }
      assert.match(
        stderr,
        /task 'fn' created at guards\.c:\d+ has overflowed its C stack of \d+ bytes; give it more with weft_task_options\.stack_size/,
      );
      assert.equal(code, 70);
    });
  }

  test(`${where}: the exit status reaches the shell`, async () => {
    for (const status of ['0', '1', '3', '42']) {
      const { code } = await guard('status', status);
      assert.equal(code, Number(status));
    }
  });

  test(`${where}: a trap is named, and where the host can, fails its task only, which cleans up`, async () => {
    if (host === 'wasmtime') {
      const { code, stderr } = await guard('trap');
      assert.notEqual(code, 0);
      assert.match(stderr, /wasm `unreachable` instruction executed/);
      return;
    }
    const [cleaned, ...out] = await lines('trap');
    assert.equal(cleaned, 'cleanup');
    assert.match(out[0], /^task: WEFT_ETRAP: task 'fn' created at/);
    assert.deepEqual(out.slice(1), ['neighbour: 5', 'weft_run: WEFT_OK']);
  });
}
