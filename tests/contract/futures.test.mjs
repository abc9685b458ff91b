// Futures, calls, gather, wait, wait_for, shield, as_completed; the cases are
// those of CPython's test_futures.py, test_tasks.py and test_waitfor.py.

import { cases } from '../lib/cases.mjs';

cases('tests/contract/futures.c');
