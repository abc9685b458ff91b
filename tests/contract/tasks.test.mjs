// Tasks; the cases are those of CPython's test_tasks.py, then what weft adds.

import { cases } from '../lib/cases.mjs';

cases('tests/contract/tasks.c');
cases('tests/contract/cancels.c');
