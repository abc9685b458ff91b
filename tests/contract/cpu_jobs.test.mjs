// What jobs of WEFT_CPU_JOB call (tests/contract/cpu_jobs.c).

import { hosts } from '../lib/weft.mjs';
import { cases } from '../lib/cases.mjs';

cases('tests/contract/cpu_jobs.c', /^$/, hosts);
