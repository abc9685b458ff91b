// Lock, event, condition, semaphore and barrier; the interleavings are those
// of CPython's Lib/test/test_asyncio/test_locks.py.

import { cases } from '../lib/cases.mjs';

cases(
  'tests/contract/locks.c',
  `weft: deadlock: nothing can ever wake these tasks
weft:   task 'stubborn' created at locks.c:736 waits in weft_semaphore_acquire
`,
);
cases('tests/contract/barrier.c');
