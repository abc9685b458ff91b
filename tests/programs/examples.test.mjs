// The examples print exactly what they teach, in time, on every host.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hosts, run } from '../lib/weft.mjs';

/**
 * What each prints, and when: seconds after the first line, or where they do
 * not matter, undefined. A real second is a wide bound on a busy machine.
 * @type {Record<string, [string, number?][]>}
 */
const programs = {
  helloworld: [
    ['Hello ...', 0],
    ['... World!', 1],
  ],
  async_sleep1: [
    ['func1() started', 0],
    ['func2() started', 0],
    ['func1() finished', 1],
    ['func2() finished', 1],
  ],
  async_sleep2: [
    ['func1() started', 0],
    ['func1() finished', 1],
    ['func2() started', 1],
    ['func2() finished', 2],
  ],
  async_sleep3: [
    ['func1() started', 0],
    ['func2() started', 0],
    ['func2() finished', 2],
    ['func1() finished', 2],
  ],
  return_value: [['12345']],
  timeout: [
    ['func1() started', 0],
    ['timeout...', 1],
  ],
  gather_tasks: [
    ['a: 3'],
    ['b: 2'],
    ['c: 4'],
    ['a: 2'],
    ['b: 1'],
    ['c: 3'],
    ['a: 1'],
    ['c: 2'],
    ['c: 1'],
    ['a: sum 6'],
    ['b: sum 3'],
    ['c: sum 10'],
  ],
  workers: [
    ['Ann begins job 1'],
    ['Ben begins job 2'],
    ['Cleo begins job 3'],
    ['Ann has done job 1'],
    ['Ann begins job 4'],
    ['Ben has done job 2'],
    ['Ben begins job 5'],
    ['Cleo has done job 3'],
    ['Cleo begins job 6'],
    ['Ann has done job 4'],
    ['Ben has done job 5'],
    ['Cleo has done job 6'],
    ['all done after 1.8 seconds'],
  ],
};

// Where the program blocks its thread a page shows its output afterwards.
const blocking = ['async_sleep2', 'async_sleep3'];
const EARLY = 0.3; // what a busy machine may delay the first line more than others
const LATE = 3;

for (const host of hosts) {
  for (const [name, expected] of Object.entries(programs)) {
    test(`${host}: ${name} prints what it teaches, in time`, async () => {
      const result = await run(`examples/${name}.c`, { host });
      assert.equal(result.code, 0, result.stderr);
      assert.deepEqual(
        result.lines.map((line) => line.text),
        expected.map(([text]) => text),
      );
      if (host === 'browser' && blocking.includes(name)) return;
      result.lines.forEach((line, i) => {
        const due = expected[i][1];
        if (due === undefined) return;
        const at = (line.ms - result.lines[0].ms) / 1000;
        assert.ok(
          at > due - EARLY && at < due + LATE,
          `'${line.text}' came at ${at} s, not ${due}`,
        );
      });
    });
  }
}
