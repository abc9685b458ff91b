// Futures, calls and the reasons of cancels; the cases are those of CPython's
// test_futures.py and test_tasks.py.

import { cases } from '../lib/cases.mjs';

cases('tests/contract/futures.c');
