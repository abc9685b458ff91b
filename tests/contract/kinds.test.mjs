// Streams of each kind under calls that are not for it.

import { cases } from '../lib/cases.mjs';
import { hosts } from '../lib/weft.mjs';

cases('tests/contract/kinds.c', /^$/, hosts);
