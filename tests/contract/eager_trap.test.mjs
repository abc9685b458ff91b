// A trap in an eager task is its own: what started it goes on.

import assert from 'node:assert/strict';
import test from 'node:test';
import { hosts, run } from '../lib/weft.mjs';

for (const host of hosts) {
  if (host === 'wasmtime') continue; // a trap there ends the instance
  test(`a trap in an eager task ends only that: tasks that started each other eagerly and calls go on (${host})`, async () => {
    const { stdout, stderr, code } = await run('tests/contract/eager_trap.c', {
      host,
    });
    assert.equal(
      stdout.replace(/:\d+/g, ':N').replace(/(?<=^task .*N: ).*/m, 'TRAP'),
      `\
cleanup of the eager one
level 1: WEFT_ETRAP
task 'traps' created at eager_trap.c:N: TRAP
its starter, level 1 goes on
level 2: WEFT_ETRAP
its starter, level 2 goes on
level 3: WEFT_ETRAP
its starter, level 3 goes on
starter: WEFT_ETRAP
cleanup of the eager one
the call goes on
call: 0
its task: WEFT_ETRAP
run: 7
`,
    );
    assert.equal(stderr, '');
    assert.equal(code, 0);
  });
}
