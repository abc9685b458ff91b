// Conditions; the interleavings are those of CPython's test_locks.py.

import { cases } from '../lib/cases.mjs';

cases('tests/contract/conditions.c');
