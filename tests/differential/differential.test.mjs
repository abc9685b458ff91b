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

// A page has no standard input; it runs the same module as Node.js.
const sides = /** @type {Side[]} */ ([
  'native',
  ...hosts.filter((host) => host !== 'browser'),
]);

/**
 * Compares the programs and fails with the smallest ones that differ.
 * @param {import('./programs.mjs').Program[]} programs
 * @param {Side} side
 */
async function expectNone(programs, side) {
  const { differences, cut, lines } = await compare(programs, side);
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
  return cut;
}

for (const side of sides) {
  test(`programs that once differed do the same as on asyncio (${side})`, async () => {
    const file = path.join(root, 'tests/differential/regressions.txt');
    await expectNone(parse(readFileSync(file, 'utf8')), side);
  });

  test(`${count} random programs do the same as on asyncio (${side})`, async (t) => {
    for (let done = 0; done < count; done += BATCH) {
      const length = Math.min(BATCH, count - done);
      const programs = Array.from({ length }, (_, i) =>
        generate(first + done + i),
      );
      const cut = await expectNone(programs, side);
      let partly = 0;
      for (const [why, times] of cut) {
        t.diagnostic(`${times} compared up to "${why}"`);
        partly += times;
      }
      assert(partly < length / 10, 'nearly all are compared to their ends');
    }
  });
}

test('a different order is found', async () => {
  const programs = Array.from({ length: 50 }, (_, i) => generate(i + 1));
  const { differences } = await compare(programs, 'native', { WEFT_SEED: '1' });
  assert(differences.length > 5, `only ${differences.length} differ`);
});

test('a program survives being written and read', () => {
  for (let seed = 0; seed < 100; seed++) {
    const program = generate(seed);
    assert.deepEqual(parse(format(program)), [program]);
  }
});
