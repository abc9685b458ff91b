// A million tasks in one run, and a group of 100,000 that sleep.

import assert from 'node:assert/strict';
import test from 'node:test';
import { hosts, run } from '../lib/weft.mjs';

for (const host of hosts) {
  test(`a million tasks, cancelled at random moments, end and leave no memory (${host})`, async () => {
    const { stdout, stderr, code } = await run('tests/contract/million.c', {
      host,
      timeout: 120_000,
    });
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'ended: 1000000, left: 0, grown: 0\n');
    // The figure is 100 ms; the machine may be busy with other tests.
    const ms = Number(stderr.match(/group of 100000: ([\d.]+) ms/)?.[1]);
    assert(ms < 1000, stderr);
  });
}
