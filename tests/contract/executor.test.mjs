// The executor, by what it does: tests/contract/executor.c has the cases.

import assert from 'node:assert/strict';
import process from 'node:process';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { compile, hosts, run } from '../lib/weft.mjs';

/** Hosts whose workers are isolated without a server. */
const isolated = hosts.filter((host) => host !== 'wasmtime');

/**
 * @param {string} name a case
 * @param {string} says what it shows
 * @param {string} stdout all that it prints
 * @param {{hosts?: typeof hosts, workers?: number}} [options]
 */
function shows(name, says, stdout, options = {}) {
  for (const host of options.hosts ?? hosts) {
    test(`${says} (${host})`, async () => {
      const result = await run('tests/contract/executor.c', {
        host,
        args: [name, String(options.workers ?? 2)],
        timeout: 30_000,
      });
      assert.equal(result.stdout, stdout);
      assert.equal(result.code, 0);
      if (name !== 'output') assert.equal(result.stderr, '');
    });
  }
}

const goesOn = 'the pool goes on\n';

shows(
  'results',
  'a job gives its result, its output and its error',
  `\
sum: 1000 499500
again: 1000
as another job: WEFT_EINVAL: the future is not one of job 'quiet'
released: WEFT_ESTALE: the handle was released, or its run has ended
reverse: ok
8 desserts
nothing: 0
0 bytes
gather: WEFT_EBROKEN: the barrier is broken
WEFT_EBROKEN
77
through pointers: 0 124
a promise broken: WEFT_ENOTRUNNING: job 'dreamy' is registered with \
WEFT_CPU_JOB, which promises that it never waits: use WEFT_JOB
to_thread: 0 42
`,
);
shows('big', 'a megabyte goes in and out', '1 MiB: ok\nreversed\n');
shows(
  'many',
  '5,000 jobs at once keep their results',
  'gather: ok\nwrong: 0\n',
);
shows(
  'tasks',
  'a job runs tasks of its own, but no executor',
  `\
0 110
nested: WEFT_ENOTSUP: a job cannot have workers of its own: let the program \
submit what it wants
`,
  { hosts: isolated },
);
shows(
  'priorities',
  'the higher priority goes first, the same in order',
  'job 0\njob 3\njob 4\njob 1\njob 2\n',
  { workers: 1 },
);
shows(
  'unstarted',
  'a job that is cancelled before it begins never runs',
  `\
job 1
job 3
WEFT_OK
WEFT_ECANCELED
WEFT_OK
`,
  { workers: 1 },
);
shows(
  'limit',
  'a full queue refuses, or lets the submitter wait',
  `\
refused: WEFT_EFULL: 2 jobs wait for a worker already, as many as may
gather: ok
submit 0 went on
submit 1 went on
submit 2 went on
submit 3 waited
gather: ok
`,
);
shows(
  'map',
  'map gives each result once, in chunks',
  `\
map: 25 seen once, 2 errors, 23 right
map_all with an error: WEFT_EIO: input/output error
map_all: ok
25 right
of nothing: WEFT_EEMPTY: the map has given all its results
`,
);
shows(
  'closing',
  'shutdown waits or cancels; afterwards the pool takes nothing',
  `\
shutdown: ok
done: 1
submit: WEFT_ECLOSED: the executor was shut down
again: WEFT_ECLOSED: the executor was shut down
spinning
cleaned up
shutdown: ok
ran: WEFT_ECANCELED: cancelled
waited: WEFT_ECANCELED: cancelled
`,
);
shows(
  'polite',
  'a job can see that it is cancelled and clean up',
  `\
spinning
cancel: 1
cancelled: 1
await: WEFT_ECANCELED: cancelled
cleaned up
shutdown: ok
`,
);
shows(
  'bad',
  'options that make no sense are refused',
  `\
-1 workers: WEFT_EINVAL: max_workers and idle are 0 or more, and grace is a \
number
`,
);

shows('start', 'all workers can be started ahead', `2 2\n${goesOn}`, {
  hosts: isolated,
});
shows('start', 'without workers the pool says so', `0 0\n${goesOn}`, {
  hosts: hosts.filter((host) => host === 'wasmtime'),
});
shows('idle', 'an idle worker is dropped after its time', '1\n2\n1\n', {
  hosts: isolated,
});
shows(
  'spinning',
  'wait_for on a job that spins for ever returns on time and frees the worker',
  `\
${goesOn}wait_for: WEFT_ETIMEDOUT: the deadline has passed
on time
${goesOn}`,
  { hosts: isolated, workers: 1 },
);
shows(
  'live',
  'what a job prints is there while it still runs',
  `${goesOn}it spins\nwait_for: WEFT_ETIMEDOUT: the deadline has passed\n`,
  { hosts: isolated },
);
shows(
  'behind',
  'what waits behind a job that is terminated still runs',
  `${goesOn}wait_for: WEFT_ETIMEDOUT: the deadline has passed\ngather: ok\n`,
  { hosts: isolated },
);
shows('abandon', 'the end of a run ends its jobs', '', { hosts: isolated });

shows(
  'hasty',
  'a pool has started also when what a worker was sent meanwhile is cancelled',
  `start: ok\n${goesOn}`,
  { workers: 1 },
);
shows(
  'two_starters',
  'of those who wait for the start of a pool one can be cancelled alone',
  'start: WEFT_ECANCELED: cancelled\nstart: ok\n',
  { hosts: isolated },
);
shows(
  'closed_early',
  'who waits for the start of a pool is told that it was shut down',
  `\
shutdown: ok
start: WEFT_ECLOSED: the executor was shut down
`,
  { hosts: isolated },
);

/** @type {[string, string, RegExp][]} */
const faults = [
  ['trapping', 'traps', /^trap: WEFT_ETRAP: job 'trap': unreachable$/],
  ['leaving', 'exits', /^leave: WEFT_EEXIT: job 'leave': it has called exit/],
  ['overflowing', 'overflows its stack', /^overflow: WEFT_ESTACK: job 'over/],
  ['devouring', 'takes all memory', /^greedy: WEFT_ENOMEM: out of memory$/],
  ['gigabyte', 'returns 1 GB', /^1 GB: (ok|WEFT_ENOMEM: .*)$/],
];
for (const [name, does, line] of faults) {
  for (const host of isolated) {
    test(`a job that ${does} fails alone, the pool goes on (${host})`, async () => {
      const { stdout, code } = await run('tests/contract/executor.c', {
        host,
        args: [name],
      });
      const [first, ...rest] = stdout.split('\n');
      assert.match(first, line);
      assert.equal(rest.join('\n'), goesOn);
      assert.equal(code, 0);
    });
  }
}

for (const host of isolated) {
  test(`what jobs print comes out of the program, each job's in order (${host})`, async () => {
    const { stdout, stderr } = await run('tests/contract/executor.c', {
      host,
      args: ['output'],
    });
    for (const job of [0, 1]) {
      const own = stdout.match(new RegExp(`job ${job} line \\d`, 'g'));
      const all = [0, 1, 2].map((line) => `job ${job} line ${line}`);
      assert.deepEqual(own, all);
      assert.match(stdout, new RegExp(`job ${job} has a stream$`, 'm'));
      assert.match(stdout, new RegExp(`job ${job} ends without a newline`));
      assert.match(stderr, new RegExp(`^job ${job} complains$`, 'm'));
    }
  });
}

/**
 * Runs a case on Node.js after some JavaScript.
 * @param {string} name
 * @param {string} hook
 */
const runAfter = (name, hook) =>
  run('tests/contract/executor.c', {
    host: 'node',
    args: [name],
    env: {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}`,
    },
  });

/**
 * Runs a case on Node.js with another class in the place of Worker.
 * @param {string} worker an expression of JavaScript
 * @param {string} [name]
 */
const startWith = (worker, name = 'start') =>
  runAfter(
    name,
    `
    import module from 'node:module';
    import { writeSync } from 'node:fs';
    import threads from 'node:worker_threads';
    const { Worker } = threads;
    threads.Worker = ${worker};
    module.syncBuiltinESMExports();`,
  );

if (hosts.includes('node')) {
  test('each job is told of a worker that cannot start (node)', async () => {
    const { stdout, code } = await startWith(
      `class { constructor() { throw new Error('no threads are left'); } }`,
    );
    assert.equal(
      stdout,
      `-31 2\n${"the pool is broken: WEFT_EIO: job 'quiet': a worker could not start: no threads are left\n".repeat(3)}${goesOn}`,
    );
    assert.equal(code, 0);
  });

  test('each job is told of a worker of another build (node)', async () => {
    const other = pathToFileURL(await compile('examples/helloworld.c'));
    const { stdout, code } = await startWith(
      `class extends Worker {
        constructor(url, options) { super(new URL('${other}'), options); }
      }`,
    );
    const [first, ...jobs] = stdout.split('\n', 4);
    assert.equal(first, '-11 2');
    for (const job of jobs) {
      assert.match(
        job,
        /: WEFT_ETRAP: job 'quiet': its worker is gone: WebAssembly\..*Import/,
      );
    }
    assert(stdout.endsWith(`\n${goesOn}`));
    assert.equal(code, 0);
  });

  const telling = `class extends Worker {
    constructor(url, options) {
      super(url, options);
      this.number = globalThis.workers = (globalThis.workers ?? 0) + 1;
      writeSync(1, 'worker ' + this.number + ' starts\\n');
    }
    terminate() {
      writeSync(1, 'worker ' + this.number + ' is stopped\\n');
      return super.terminate();
    }
  }`;
  /** @type {[string, string, string[]][]} */
  const successions = [
    [
      'forced',
      'the next worker starts while a job still has its grace, and is spare',
      ['2 starts', '1 is stopped', 'next job: 0', '2 is stopped'],
    ],
    [
      'reluctant',
      'a job that ends late in its grace keeps its worker',
      ['2 starts', '2 is stopped', 'next job: 0', '1 is stopped'],
    ],
    [
      'willing',
      'for a job that ends early in its grace no other worker starts',
      ['next job: 0', '1 is stopped'],
    ],
  ];
  for (const [name, says, events] of successions) {
    test(`${says} (node)`, async () => {
      const { stdout, code } = await startWith(telling, name);
      const lines = stdout.replaceAll('worker ', '').trimEnd().split('\n');
      const own = lines.filter((line) => !/^(spinning|cleaned up)$/.test(line));
      assert.deepEqual(own, ['1 starts', 'cancel: 1', ...events]);
      assert.equal(code, 0);
    });
  }

  test('a job that could not be sent can be cancelled (node)', async () => {
    const { stdout, code } = await runAfter(
      'unsent',
      `globalThis.ArrayBuffer = new Proxy(ArrayBuffer, {
        construct(target, [size]) {
          if (size > 1e6) throw new RangeError('no memory');
          return new target(size);
        },
      });`,
    );
    assert.equal(
      stdout,
      `${goesOn}await: WEFT_ECANCELED: cancelled\n${goesOn}`,
    );
    assert.equal(code, 0);
  });
}

test('an idle pool uses no CPU (node)', async () => {
  const program = await import(await compile('tests/contract/executor.c'));
  /** @type {NodeJS.CpuUsage[]} */
  const usage = [];
  const code = await program.run({
    args: ['rest'],
    stdout: () => usage.push(process.cpuUsage(usage[0])),
  });
  assert.equal(code, 0);
  assert.equal(usage.length, 2);
  const seconds = (usage[1].user + usage[1].system) * 1e-6;
  assert(seconds < 0.3, `${seconds} s of CPU in an idle second`);
});
