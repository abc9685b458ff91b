// Steps in the middle of other tasks take no more of the host's stack than
// there is.

import assert from 'node:assert/strict';
import test from 'node:test';
import { hosts, run } from '../lib/weft.mjs';

const file = 'tests/contract/deep.c';

for (const host of hosts) {
  // More than half of the host's stack.
  const depth = host === 'wasmtime' ? 12000 : 7000;

  test(`two tasks hand over items where each uses most of the host's stack (${host})`, async () => {
    const args = ['fringes', String(depth)];
    const { stdout, stderr } = await run(file, { host, args });
    assert.equal(stderr, '');
    assert.equal(stdout, 'producer: WEFT_OK\nconsumer: WEFT_OK\nrun: 0\n');
  });

  test(`eager tasks may start each other to any depth (${host})`, async () => {
    const args = ['eager', '5000'];
    const { stdout, stderr } = await run(file, { host, args });
    assert.equal(stderr, '');
    assert.equal(stdout, 'levels: 5000\nrun: 0\n');
  });

  if (host === 'wasmtime') continue; // a trap there ends the instance
  test(`a task that overflows the host's stack as it begins to wait waits for nothing (${host})`, async () => {
    const args = ['endless', String(4 << 20)];
    const { stdout } = await run(file, { host, args });
    assert.equal(
      stdout,
      'task: WEFT_ESTACK\nitem: WEFT_OK, starts: 1\nrun: 0\n',
    );
  });
}
