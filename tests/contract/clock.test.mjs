// Deterministic mode: the virtual clock and the seed.

import assert from 'node:assert/strict';
import test from 'node:test';
import { hosts, run } from '../lib/weft.mjs';

const expected = `\
a0 b0 c0 d0 e0 a1 b1 c1 d1 e1 a2 b2 c2 d2 e2 \n\
e0 d0 b0 a0 c0 d1 e1 c1 a1 b1 e2 c2 b2 d2 a2 \n\
d0 e0 c0 a0 b0 d1 b1 e1 c1 a1 d2 e2 b2 c2 a2 \n\
start: 0.000000000
1 s: 1.000000000
3600 s: 3600.000000000
7200 s: 7200.000000000
leaves: 0
`;

for (const host of hosts) {
  test(`the virtual clock jumps when all wait, a seed gives one order on every host (${host})`, async () => {
    const { stdout, stderr, code } = await run('tests/contract/clock.c', {
      host,
    });
    assert.equal(stdout, expected);
    assert.equal(stderr, '');
    assert.equal(code, 0);
  });

  test(`WEFT_CLOCK and WEFT_SEED do the same for a program as it is (${host})`, async () => {
    const { stdout, ms } = await run('tests/contract/clock.c', {
      host,
      env: { WEFT_SEED: '1', WEFT_CLOCK: 'virtual' },
    });
    const lines = stdout.split('\n');
    assert.equal(lines[0], expected.split('\n')[1]);
    assert.equal(lines.at(-2), 'leaves: 0');
    assert(ms < 20_000, `${ms} ms`);
  });

  test(`a variable that makes no sense is refused aloud (${host})`, async () => {
    const { stdout, stderr } = await run('tests/contract/clock.c', {
      host,
      env: { WEFT_CLOCK: 'vitrual' },
    });
    assert.match(stderr, /WEFT_CLOCK is 'vitrual'; it can be real or virtual/);
    assert.match(stdout, /leaves: -3/);
  });
}
