import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hosts, run } from '../lib/weft.mjs';

for (const host of hosts) {
  for (const way of ['return', 'exit', 'exit-in-task', 'exit-in-eager-task']) {
    test(`${host}: the status of ${way} reaches the shell`, async () => {
      for (const status of [0, 1, 3, 42]) {
        const args = [`${status}`, way];
        const result = await run('tests/contract/exit.c', { host, args });
        assert.equal(result.code, status, result.stderr);
      }
    });
  }
}
