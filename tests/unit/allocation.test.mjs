// Out of memory: every allocation fails once, under AddressSanitizer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { native } from '../lib/weft.mjs';

test('native: every allocation that fails is an error, not a leak or crash', async () => {
  const { stdout } = await native('allocation', { timeout: 120_000 });
  assert.match(stdout, /errors arrived/);
});
