// Task groups and timeout scopes; the cases are those of CPython's
// test_taskgroups.py and test_timeouts.py.

import { cases } from '../lib/cases.mjs';

cases('tests/contract/groups.c');
