// Datagrams between two sockets of one program.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hosts, run } from '../lib/weft.mjs';

for (const host of hosts) {
  if (host === 'browser') continue;
  test(`datagrams arrive whole, with their sender (${host})`, async () => {
    const { stdout, stderr } = await run('tests/contract/udp.c', { host });
    assert.equal(stderr, '');
    assert.deepEqual(stdout.trim().split('\n'), [
      'taken: WEFT_EADDRINUSE',
      'nothing yet: WEFT_ETIMEDOUT',
      "127.0.0.1 1: 0 ''",
      "127.0.0.1 1: 5 'hello'",
      'large: 65507 1',
      'too large: WEFT_EINVAL',
      'no port: WEFT_EINVAL',
      'closed: WEFT_ECLOSED',
      'a: 0',
      "sent before the close: 'last'",
      'b: 0',
    ]);
  });
}

if (hosts.includes('browser')) {
  test('a page has no UDP, and is told so', async () => {
    const { stdout } = await run('tests/contract/udp.c', { host: 'browser' });
    assert.equal(stdout, 'WEFT_ENOTSUP: a browser page has no UDP\n');
  });
}
