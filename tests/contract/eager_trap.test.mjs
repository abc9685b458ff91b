// A trap in an eager task tears its starter's frames away as well.

import assert from 'node:assert/strict';
import test from 'node:test';
import { hosts, run } from '../lib/weft.mjs';

for (const host of hosts) {
  if (host === 'wasmtime') continue; // a trap there ends the instance
  test(`a trap in an eager task ends its starter too, a task or a call, cleanups run, others go on (${host})`, async () => {
    const { stdout, stderr, code } = await run('tests/contract/eager_trap.c', {
      host,
    });
    assert.equal(
      stdout.replace(/:\d+/g, ':N'),
      `\
cleanup of the eager one
cleanup of its starter
starter: WEFT_ETRAP: task 'starts' created at eager_trap.c:N: the task that it started eagerly, created at eager_trap.c:N, has trapped
cleanup of the eager one
call: WEFT_ETRAP: a task that the call started eagerly has trapped
run: 7
`,
    );
    assert.match(stderr, /task 'traps' created at eager_trap\.c:\d+ failed/);
    assert.equal(code, 0);
  });
}
