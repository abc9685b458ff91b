// gather, wait, wait_for, shield, as_completed; the cases are those of
// CPython's test_tasks.py and test_waitfor.py.

import { cases } from '../lib/cases.mjs';

cases('tests/contract/waits.c');
