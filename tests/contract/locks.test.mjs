// Lock, event, condition, semaphore and barrier; the interleavings are those
// of CPython's Lib/test/test_asyncio/test_locks.py.

import { cases } from '../lib/cases.mjs';

cases('tests/contract/locks.c', /^weft: deadlock.*\n.*'stubborn'.*\n$/);
cases('tests/contract/barrier.c');
