// Queues and weft_select; the interleavings of the queues' are those of
// CPython's Lib/test/test_asyncio/test_queues.py.

import { cases } from '../lib/cases.mjs';

cases('tests/contract/queues.c');
cases('tests/contract/select.c');
