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

/**
 * Checks a trace by the rules of the trace event format, and gives what is in
 * each of its processes, which are runs here.
 * @param {string} json
 */
function chromeTrace(json) {
  /** @type {{ph: string, pid: number, tid?: number, ts: number, name?: string, s?: string, args?: {name?: string}}[]} */
  const events = JSON.parse(json);
  /** @type {Map<number, {names: Map<number, string>, open: Map<number, string[]>, slices: string[], end: number}>} */
  const runs = new Map();
  for (const event of events) {
    const { ph, pid, tid = 0, ts, name, s, args } = event;
    const said = JSON.stringify(event);
    assert(Number.isInteger(pid) && Number.isInteger(tid), said);
    if (name === 'process_name') {
      assert(ph === 'M' && args?.name && !runs.has(pid), said);
      runs.set(pid, { names: new Map(), open: new Map(), slices: [], end: 0 });
      continue;
    }
    const run = runs.get(pid);
    assert(run, `the process has no name: ${said}`);
    assert(ts >= run.end, `time goes back: ${said}`);
    run.end = ts;
    if (ph === 'M') {
      assert(name === 'thread_name' && args?.name !== undefined, said);
      assert(!run.names.has(tid), `a second name: ${said}`);
      run.names.set(tid, args.name);
      run.open.set(tid, []);
      continue;
    }
    const open = run.open.get(tid);
    assert(open, `the thread has no name: ${said}`);
    if (ph === 'B') {
      assert(name, said);
      open.push(name);
      run.slices.push(name);
    } else if (ph === 'E') {
      const begun = open.pop();
      assert(begun, `it ends twice: ${said}`);
      // Perfetto ends only a slice of that name, if there is one.
      assert.equal(name ?? begun, begun);
    } else {
      assert(ph === 'i' && name && s === 't', said);
    }
  }
  for (const { open } of runs.values()) {
    assert.deepEqual([...open.values()].flat(), [], 'slices are left open');
  }
  return runs;
}

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

  test(`the Chrome trace keeps the rules of the trace event format (${host})`, async () => {
    const { stdout } = await part(host, 'chrome');
    const runs = chromeTrace(stdout);
    assert.deepEqual([...runs.keys()], [1, 2]);
    assert.deepEqual(
      [...(runs.get(1)?.names.values() ?? [])],
      ['traced', 'sleeper', 'returns', 'grouped', 'sleeper', 'sleeper'],
    );
    assert.deepEqual(
      [...(runs.get(2)?.names.values() ?? [])],
      ['odd_names', 'a "b" \\ c    é'],
    );
    assert(runs.get(1)?.slices.includes('weft_gather'));
    assert(runs.get(2)?.slices.includes('weft_await'));
    assert.equal(runs.get(1)?.end, 1e6);
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
