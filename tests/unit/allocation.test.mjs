// Out of memory: every allocation of the library fails once, in turn, under
// AddressSanitizer and UBSan.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format, generate } from '../differential/programs.mjs';
import { native } from '../lib/weft.mjs';

for (const [name, what] of [
  ['tasks', 'tasks, futures, groups, waits'],
  ['sync', 'queues, select, locks, calls, debug mode'],
  ['streams', 'streams, servers, datagrams, messages, requests, files'],
  ['executor', 'executors'],
]) {
  test(`every allocation that fails is an error, not a leak, crash or hang: ${what}`, async () => {
    const { stdout } = await native(`allocation_${name}`, { timeout: 300_000 });
    assert.match(stdout, /errors arrived/);
  });
}

test('an allocation that fails at random in each of 1,000 random programs harms no other', async () => {
  const programs = Array.from({ length: 1000 }, (_, i) => generate(i + 1));
  const { stdout } = await native('allocation_programs', {
    stdin: programs.map(format).join(''),
    timeout: 120_000,
  });
  const [, failed] = stdout.match(/(\d+) programs met a failure/) ?? [];
  assert(Number(failed) > 300, `only ${failed}`);
});
