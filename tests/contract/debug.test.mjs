// Debug mode: the tree of tasks, warnings, counters, traces.

import assert from 'node:assert/strict';
import test from 'node:test';
import { hosts, run } from '../lib/weft.mjs';

const file = 'tests/contract/debug.c';

/**
 * @param {import('../lib/weft.mjs').Host} host
 * @param {string} part
 */
const part = (host, part) => run(file, { host, args: [part] });

/** @param {string} text */
const lines = (text) => text.trim().split('\n');

/** The traces of each host, which must be the same. @type {Set<string>} */
const traces = new Set();

for (const host of hosts) {
  test(`weft_print_tasks shows who awaits whom (${host})`, async () => {
    const { stderr, code } = await part(host, 'tree');
    assert.equal(code, 0);
    assert.equal(
      stderr.replace(/debug\.c:\d+/g, 'X'),
      `\
weft: tasks:
weft: 'tree' created at X is running
weft: 'gathers' created at X waits in weft_gather
weft: ├── 'sleeper' created at X waits in weft_sleep
weft: ├── 'awaits' created at X waits in weft_await
weft: │   └── 'sleeper' created at X waits in weft_sleep
weft: └── 'grouped' created at X waits in weft_task_group_end
weft:     ├── 'sleeper' created at X waits in weft_sleep
weft:     └── 'sleeper' created at X waits in weft_sleep
`,
    );
  });

  test(`a deadlock prints the tree by itself and ends the run (${host})`, async () => {
    const { stderr, code } = await part(host, 'deadlock');
    assert.equal(code, 7);
    assert.equal(
      stderr.replace(/debug\.c:\d+/g, 'X'),
      `\
weft: deadlock: nothing can ever wake these tasks
weft: 'deadlock' created at X waits in weft_await
weft: └── 'awaits' created at X waits in weft_await
weft:     └── 'awaits' created at X waits in weft_await
`,
    );
  });

  test(`slow steps and calls are named (${host})`, async () => {
    const { stderr } = await part(host, 'slow');
    assert.match(
      stderr,
      /^weft: task 'slow' created at debug\.c:\d+ ran for \d+ ms without suspending$/m,
    );
    assert.match(
      stderr,
      /^weft: call 'blocking_call' created at debug\.c:\d+ ran for \d+ ms/m,
    );
  });

  test(`a task that nobody awaited is named (${host})`, async () => {
    const { stderr } = await part(host, 'forgets');
    assert.match(
      stderr,
      /^weft: task 'returns' created at debug\.c:\d+ was never awaited, nor its handle released\n$/,
    );
  });

  test(`an error nobody took is reported when its task is released or the run ends (${host})`, async () => {
    const { stderr } = await part(host, 'errors');
    const failed =
      /^weft: task 'fails' created at debug\.c:(\d+) failed and nobody took its error: WEFT_EIO: /;
    const [released, after, left, ...rest] = lines(stderr);
    assert.equal(after, 'after release');
    assert.equal(
      Number(released.match(failed)?.[1]),
      Number(left.match(failed)?.[1]) + 1,
    );
    assert.deepEqual(rest, []);
  });

  test(`a task has counters in debug mode, and only there (${host})`, async () => {
    const { stdout } = await part(host, 'stats');
    assert.equal(
      stdout,
      'tasks are only watched in debug mode: set weft_run_options.debug\n' +
        'switches 5, stack 1, run time 1\n',
    );
  });

  test(`a seed gives the same trace on every host (${host})`, async () => {
    const { stdout, code } = await part(host, 'trace');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^0\.000 1 traced created - 0\n0\.000 1 traced started/,
    );
    assert.match(stdout, /1\.000 1 traced ended - 0\n$/);
    traces.add(stdout);
    assert.equal(traces.size, 1);
  });

  test(`the Chrome trace is JSON with slices that begin and end (${host})`, async () => {
    const { stdout } = await part(host, 'chrome');
    /** @type {{ph: string, pid: number, tid: number, ts: number, name?: string, args?: {name?: string}}[]} */
    const events = JSON.parse(stdout);
    const names = new Map();
    const open = new Map();
    let last = 0;
    for (const { ph, pid, tid, ts, name, args } of events) {
      assert.equal(pid, 1);
      assert(ts >= last);
      last = ts;
      if (ph === 'M') names.set(tid, args?.name);
      if (ph === 'B') open.set(tid, [...(open.get(tid) ?? []), name]);
      if (ph !== 'E') continue;
      const begun = open.get(tid)?.pop();
      assert(begun, `${tid} ends twice`);
      // Perfetto ends only a slice of that name, if there is one.
      assert.equal(name ?? begun, begun);
    }
    assert.equal(names.get(1), 'traced');
    assert.equal(last, 1e6);
    assert(events.some(({ name, ph }) => ph === 'B' && name === 'weft_gather'));
    for (const slices of open.values()) assert.deepEqual(slices, []);
  });

  test(`WEFT_DEBUG=1 is debug mode in a debug build, else it says how (${host})`, async () => {
    const env = { WEFT_DEBUG: '1', WEFT_CLOCK: 'virtual' };
    const without = await run('examples/helloworld.c', { host, env });
    assert.match(
      without.stderr,
      /built without debug mode: build it with --debug/,
    );
    assert.equal(without.stdout, 'Hello ...\n... World!\n');
    const debug = await run('examples/helloworld.c', {
      host,
      env,
      debug: true,
    });
    assert.doesNotMatch(debug.stderr, /built without/);
    assert.equal(debug.stdout, 'Hello ...\n... World!\n');
  });
}
