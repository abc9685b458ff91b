// Random programs do the same, in the same order, on weft as on CPython's
// asyncio; docs/differences.md says where they do not on purpose.
//
// The long run: WEFT_PROGRAMS=20000 ./build.sh test differential
// from seed WEFT_FIRST on. Programs for which the sides differ are minimised
// and shown; put them into regressions.txt.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { hosts, root } from '../lib/weft.mjs';
import { compare, minimise, show } from './differential.mjs';
import { format, generate, parse } from './programs.mjs';

const count = Number(process.env.WEFT_PROGRAMS ?? 1000);
const first = Number(process.env.WEFT_FIRST ?? 1);
const BATCH = 1000; // programs in one process

/** @typedef {import('./differential.mjs').Side} Side */

const sides = /** @type {Side[]} */ (['native', ...hosts]);

/**
 * Compares the programs and fails with the smallest ones that differ.
 * @param {import('./programs.mjs').Program[]} programs
 * @param {Side} side
 */
async function expectNone(programs, side) {
  const { differences, cut, lines, seen } = await compare(programs, side);
  assert(lines > 5 * programs.length, 'the programs do something');
  const shown = [];
  for (const difference of differences.slice(0, 3)) {
    shown.push(show(await minimise(difference, side)));
  }
  const titles = differences.map(({ program }) => program.title).join(', ');
  assert.equal(
    differences.length,
    0,
    `${titles} differ, asyncio left, weft right:\n\n${shown.join('\n')}`,
  );
  return { cut, seen };
}

// Each op in the ways that it can end: with nothing, a number, an error of a
// task's own, another error.
const outcomes = `
  sleep 0 ECANCELED; sleep_result n ECANCELED; spawn 0; eager_spawn 0
  await 0 n ECANCELED ETIMEDOUT; shield 0 n ECANCELED EOWN
  gather 0 n ECANCELED EOWN; gather_futures ECANCELED EOWN; wait 0 n ECANCELED
  wait_futures 0 n ECANCELED; wait_for 0 n ECANCELED ETIMEDOUT
  as_completed 0 n ETIMEDOUT ECANCELED; state pending cancelled n EOWN
  cancel 0 n; cancel_with 0 n; cancelling 0 n; uncancel 0 n
  timeout 0 ETIMEDOUT ECANCELED; timeout_at 0 ETIMEDOUT; expired 0 n
  reschedule 0 EALREADY; group 0 EGROUP ECANCELED; group_spawn 0
  group_eager 0; any_spawn 0; group_child 0 ECLOSED; any_child 0; future_wait n EOWN ECANCELED; future_set 0 EALREADY
  future_fail 0 EALREADY; future_cancel 0 n; future_shield n EOWN ECANCELED
  future_wait_for n EOWN ECANCELED ETIMEDOUT; future_on_done 0
  on_done 0; off_done 0 n; done_cancel 0; done_set 0; soon 0; later 0; recall 0
  say_soon 0; say_later 0; say_at 0; soon_set 0; soon_put 0; tasks n
  local_set 0; local_get 0 n; local_soon 0; local_done 0
  cleanup_push 0; cleanup_pop 0 EINVAL; lock 0 ECANCELED; unlock 0 EINVAL
  locked 0 n; event_wait 0 ECANCELED; event_set 0; event_clear 0
  event_is_set 0 n; condition_acquire 0 ECANCELED; condition_release 0 EINVAL
  condition_wait 0 ECANCELED EINVAL; condition_wait_for 0 ECANCELED
  condition_notify 0 EINVAL; condition_notify_all 0; semaphore_locked 0 n
  semaphore_acquire 0 ECANCELED; semaphore_release 0 ERANGE
  barrier_wait 0 n EBROKEN ECANCELED; barrier_reset 0; barrier_abort 0
  barrier_waiting 0 n; barrier_broken 0 n; put 0 ECANCELED ECLOSED
  put_nowait 0 EFULL ECLOSED; get n ECANCELED ECLOSED
  get_nowait n EEMPTY ECLOSED; task_done 0 ERANGE; join 0 ECANCELED
  queue_size 0 n; queue_full 0 n; queue_empty 0 n; shutdown 0
  fail EOWN`
  .split(/[;\n]/)
  .flatMap((line) => {
    const [op, ...results] = line.trim().split(' ');
    return results.map((result) => `${op} ${result}`);
  });

for (const side of sides) {
  test(`programs that once differed do the same as on asyncio (${side})`, async () => {
    const file = path.join(root, 'tests/differential/regressions.txt');
    await expectNone(parse(readFileSync(file, 'utf8')), side);
  });

  test(`${count} random programs do the same as on asyncio (${side})`, async (t) => {
    const left = new Set(outcomes);
    for (let done = 0; done < count; done += BATCH) {
      const length = Math.min(BATCH, count - done);
      const programs = Array.from({ length }, (_, i) =>
        generate(first + done + i),
      );
      const { cut, seen } = await expectNone(programs, side);
      for (const outcome of seen) left.delete(outcome);
      let partly = 0;
      for (const [why, times] of cut) {
        t.diagnostic(`${times} compared up to "${why}"`);
        partly += times;
      }
      assert(partly < length / 10, 'nearly all are compared to their ends');
    }
    if (first > 1 || count < 1000) return; // rare ones may be missing
    assert.deepEqual([...left], [], 'ops end in every way');
  });
}

test('a different order is found', async () => {
  const programs = Array.from({ length: 50 }, (_, i) => generate(i + 1));
  const { differences } = await compare(programs, 'native', { WEFT_SEED: '1' });
  assert(differences.length > 5, `only ${differences.length} differ`);
});

test('in another order, and in debug mode, nothing crashes or leaks', async () => {
  const programs = Array.from({ length: 1000 }, (_, i) => generate(i + 1));
  const env = { WEFT_SEED: '2', WEFT_DEBUG: '1' };
  const { differences } = await compare(programs, 'native', env);
  const crashes = differences.filter(({ weft }) =>
    weft.some((line) => line.startsWith('exit code')),
  );
  assert.deepEqual(crashes.map(show), []);
});

test('a program survives being written and read', () => {
  for (let seed = 0; seed < 100; seed++) {
    const program = generate(seed);
    assert.deepEqual(parse(format(program)), [program]);
  }
});
