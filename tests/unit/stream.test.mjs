// Readers and writers over a host that is made up, under the sanitizers.

import { test } from 'node:test';
import { native } from '../lib/weft.mjs';

test('whatever is read, written and cancelled: bytes come out as they went in', async () => {
  await native('stream', { timeout: 60_000 });
});

test('a writer that fails, and a TLS that is not started, leave no half behind', async () => {
  await native('writing');
});
