// Programs of many cases (cases.h): each case is a test of its own on each
// host; a program runs once on each.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { compile, execute, hosts, root, run } from './weft.mjs';

/**
 * @param {string} file a C program, relative to the repository's root
 * @param {RegExp} [reports] what it writes to stderr
 * @param {string[]} [on] the hosts; native: what needs a host's own things
 *   is not there
 */
export function cases(file, reports = /^$/, on = [...hosts, 'native']) {
  const source = readFileSync(path.join(root, file), 'utf8');
  const names = [...source.matchAll(/^ +\{"(.+?)",\s*\w+\},$/gm)].map(
    (match) => match[1],
  );
  assert(names.length > 0, `${file} has no cases`);
  for (const host of on) {
    /** @type {ReturnType<typeof outcome> | undefined} */
    let result;
    for (const name of names) {
      test(`${name} (${host})`, async () => {
        const { stdout, stderr, code } = await (result ??= outcome(file, host));
        const end = stdout.indexOf(`holds: ${name}\n`);
        assert.notEqual(end, -1, `${stdout}${stderr}exit code ${code}`);
      });
    }
    test(`${file} ends well and says nothing else (${host})`, async () => {
      const { stdout, stderr, code } = await (result ??= outcome(file, host));
      assert.equal(code, 0, stderr);
      const said = stderr.replace(/^==\d+==WARNING: ASan doesn't.*\n/m, '');
      assert.match(said, reports);
      assert.deepEqual(
        stdout.trim().split('\n'),
        names.map((name) => `holds: ${name}`),
      );
    });
  }
}

/**
 * @param {string} file
 * @param {string} host
 */
async function outcome(file, host) {
  if (host !== 'native') {
    return run(file, { host: /** @type {import('./weft.mjs').Host} */ (host) });
  }
  const program = await compile(file, { host: 'native', debug: true });
  return execute([program]);
}
