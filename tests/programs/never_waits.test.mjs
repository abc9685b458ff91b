// Where Emscripten's link inlines weft__context_suspend, which has one caller in
// such a program, the run comes after main has ended (src/context_asyncify.c).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hosts, run } from '../lib/weft.mjs';

for (const host of hosts) {
  test(`code after weft_run runs after it, in a program that never waits (${host})`, async () => {
    const { stdout, code } = await run('tests/programs/never_waits.c', {
      host,
    });
    assert.equal(stdout, 'in the run\nafter it: 42\n');
    assert.equal(code, 0);
  });
}
