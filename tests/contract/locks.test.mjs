// Locks and events, and what all that tasks wait at have in common; the
// interleavings are those of CPython's Lib/test/test_asyncio/test_locks.py.

import { cases } from '../lib/cases.mjs';

cases('tests/contract/locks.c');
cases('tests/contract/events.c');
cases(
  'tests/contract/sync.c',
  /^weft: deadlock.*\n.*'keeps_acquiring'.*\n.*'keeps_locking'.*\n$/,
);
