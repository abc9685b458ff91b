// weft_run; the cases are those of CPython's test_runners.py.

import assert from 'node:assert/strict';
import test from 'node:test';
import { hosts, run } from '../lib/weft.mjs';

const leaves = `\
hangs: WEFT_ECANCELED
cleans up: WEFT_OK
callback: 1
hangs: WEFT_ECANCELED
cleans up: WEFT_OK
`;

for (const host of hosts) {
  /** @type {Promise<import('../lib/weft.mjs').Result> | undefined} */
  let once;
  const result = () => (once ??= run('tests/contract/run.c', { host }));

  test(`run cancels and awaits what is left, and what that makes (${host})`, async () => {
    const { stdout, code } = await result();
    assert.equal(stdout.split('stale')[0], `${leaves}run: 42\n`);
    assert.equal(code, 0);
  });

  test(`run reports the errors of what was left, with where it was created (${host})`, async () => {
    const { stderr } = await result();
    const reports = stderr.match(
      /^weft: task 'fails_at_end' created at run\.c:\d+ failed and nobody took its error: WEFT_EPROTO: .+$/gm,
    );
    assert.equal(reports?.length, 2);
  });

  test(`run leaves the runtime reusable, and old handles stale (${host})`, async () => {
    const { stdout } = await result();
    assert.equal(
      stdout.slice(stdout.indexOf('stale')),
      `\
stale: WEFT_ESTALE
outside: WEFT_ENOTRUNNING
deadlock: WEFT_EDEADLK
run in a cleanup: WEFT_ERUNNING
left: WEFT_EDEADLK
huge: WEFT_EINVAL: a stack of 1073741824 bytes: too large
fails: WEFT_EIO
${leaves}again: 42
`,
    );
  });
}
