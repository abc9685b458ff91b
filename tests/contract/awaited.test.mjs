// Tasks that run in the middle of who awaits them; see awaited.c.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cases } from '../lib/cases.mjs';
import { hosts, run } from '../lib/weft.mjs';

const program = 'tests/contract/awaited.c';

cases(program);

for (const host of hosts) {
  test(`tasks that are awaited one after another let timers fire (${host})`, async () => {
    const args = ['timers'];
    const { stdout, stderr, code } = await run(program, { host, args });
    assert.equal(code, 0, stdout + stderr);
  });
}
