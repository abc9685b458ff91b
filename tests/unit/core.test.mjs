// The core's parts, natively under AddressSanitizer and UBSan.

import { test } from 'node:test';
import { native } from '../lib/weft.mjs';

for (const [name, what] of Object.entries({
  list: 'lists keep their order when nodes leave and lists join',
  pool: 'pools give aligned places that do not overlap',
  timer: 'timers fire in the order of deadline and insertion',
  context: 'contexts keep their locals across suspensions',
  utf8: 'text that is not UTF-8 is told from text that is',
  error: 'every code has a name and a text, and messages are kept',
})) {
  test(`native: ${what}`, async () => {
    await native(name);
  });
}
