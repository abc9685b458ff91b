// A trap in a task that runs in the middle of another, which started it eagerly
// or waits for it, is its own: the other goes on.

import assert from 'node:assert/strict';
import test from 'node:test';
import { hosts, run } from '../lib/weft.mjs';

for (const host of hosts) {
  if (host === 'wasmtime') continue; // a trap there ends the instance
  test(`a trap in the middle of another task, or of a call, ends only the task that traps (${host})`, async () => {
    const { stdout, stderr, code } = await run('tests/contract/inner_trap.c', {
      host,
    });
    assert.equal(
      stdout.replace(/:\d+/g, ':N').replace(/(?<=^task .*N: ).*/m, 'TRAP'),
      `\
cleanup of what traps
level 1: WEFT_ETRAP
task 'traps' created at inner_trap.c:N: TRAP
its starter, level 1 goes on
level 2: WEFT_ETRAP
its starter, level 2 goes on
level 3: WEFT_ETRAP
its starter, level 3 goes on
starter: WEFT_ETRAP
cleanup of what traps
the call goes on
call: 0
its task: WEFT_ETRAP
cleanup of what traps
awaited: WEFT_ETRAP
cleanup of what traps
answer: WEFT_ETIMEDOUT
asked: WEFT_ETRAP
run: 7
`,
    );
    assert.equal(stderr, '');
    assert.equal(code, 0);
  });
}
