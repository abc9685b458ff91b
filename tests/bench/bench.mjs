// ./build.sh bench [METRIC [CASE…]] [--host node|wasmtime|browser] [--json]
//   [--reps N]; a browser runs the executor alone, and is not among the hosts
//   of a run that names none
//
// Measures weft, release builds, beside its floor: what the host takes with no
// runtime around it. A figure is the median of the repetitions; those of weft
// and of its floor are taken in turn, so that a disturbance hits both. Only
// ratios within one run count. It prints a table, or with --json one line per
// result: {"metric", "case", "host", "value", "unit"}; the floor's host is
// "node floor" or "wasmtime floor".

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { firstLine } from '../lib/server.mjs';
import { compile, root, tool } from '../lib/weft.mjs';

/**
 * @typedef {'node' | 'wasmtime' | 'browser'} Host
 * @typedef {{metric: string, value: number, unit: string}} Figure
 * @typedef {Figure & {case: string, host: string}} Result
 * @typedef {(command: string[], metric: string, args: string[]) =>
 *   Promise<Figure[]>} Measure how one repetition of a case is measured
 * @typedef {{measure: Measure, cases: string[], program?: string,
 *   floor?: string, pool?: boolean,
 *   cannot?: Partial<Record<Host, string[]>>}} Metric program: another than
 *   tests/bench/core; floor: the one that does the same with no runtime (a
 *   .mjs: on Node.js only); pool: it has workers; cannot: cases that a host
 *   does not have
 */

const TICKS = 100; // per second, of /proc's CPU times on Linux

/** The CPU seconds of the children that have ended. */
function childrenCpu() {
  const fields = readFileSync('/proc/self/stat', 'latin1')
    .split(') ')[1]
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS;
}

/**
 * A process's resident memory in bytes, or its peak; 0 when it has ended.
 * @param {number | undefined} pid
 * @param {'VmRSS' | 'VmHWM'} which
 */
function resident(pid, which) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(status.match(`${which}:\\s+(\\d+)`)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/**
 * The CPU seconds that the threads of a process have used.
 * @param {number | undefined} pid
 */
function cpuOf(pid) {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const file = `/proc/${pid}/task/${thread}/schedstat`;
    nanoseconds += Number(readFileSync(file, 'latin1').split(' ')[0]);
  }
  return nanoseconds * 1e-9;
}

/** The load generator, compiled when it is first wanted. */
function load() {
  const folder = path.join(root, 'build/bench');
  const program = path.join(folder, 'load');
  if (!loadBuilt) {
    mkdirSync(folder, { recursive: true });
    const source = path.join(root, 'tests/bench/load.c');
    execFileSync(tool('CC'), ['-O2', source, '-o', program]);
    loadBuilt = true;
  }
  return program;
}
let loadBuilt = false;

/**
 * Each end of a connection on a processor of its own, if there are two.
 * @param {0 | 1} processor
 */
const on = (processor) =>
  cpus().length > 1 ? ['taskset', '-c', String(processor)] : [];

/**
 * Starts a server that prints "PORT n".
 * @param {string[]} command
 */
async function serve(command) {
  const child = spawn(command[0], command.slice(1), {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const port = (await firstLine(child.stdout)).match(/PORT (\d+)/)?.[1] ?? '';
  const stop = async () => {
    kill();
    await once(child, 'close');
    process.off('exit', kill);
  };
  return { child, port, stop };
}

/**
 * A server, what drives it, and what it costs itself.
 * @param {string[]} command
 * @param {(port: string) => string[]} driver
 */
async function drive(command, driver) {
  const server = await serve([...on(0), ...command]);
  const { pid } = server.child;
  try {
    const { figures } = await execute([...on(1), ...driver(server.port)]);
    return { figures, memory: resident(pid, 'VmHWM'), cpu: cpuOf(pid) };
  } finally {
    await server.stop();
  }
}

/**
 * The resident memory of a server, on Node.js of what is in use: it collects
 * its garbage first (gc.mjs).
 * @param {import('node:child_process').ChildProcess} child
 * @param {boolean} isNode
 */
async function inUse(child, isNode) {
  if (isNode) {
    child.kill('SIGUSR2');
    if (child.stderr) await firstLine(child.stderr);
  }
  return resident(child.pid, 'VmRSS');
}

/**
 * What runs a compiled program on a host.
 * @type {Record<Host, (program: string) => string[]>}
 */
const launch = {
  node: (program) => [tool('NODE'), program],
  wasmtime: (program) => [
    tool('WASMTIME'),
    'run',
    ...tool('WASMTIME_FLAGS').split(' '),
    program,
  ],
  browser: (program) => [
    tool('NODE'),
    path.join(root, 'tests/lib/browser.mjs'),
    program,
  ],
};

/** The same with a pool of workers, which a program on wasmtime does not have. */
const launchWithPool = {
  ...launch,
  wasmtime: (/** @type {string} */ program) => [
    path.join(root, 'wasi/weft-run'),
    program,
  ],
};

/**
 * Runs a command to its end; gives the figures it prints, its peak memory, and
 * when its first line came.
 * @param {string[]} command
 */
async function execute(command) {
  const start = performance.now();
  const child = spawn(command[0], command.slice(1), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  let first = NaN;
  let memory = 0;
  const sampler = setInterval(() => {
    memory = Math.max(memory, resident(child.pid, 'VmHWM'));
  }, 10);
  child.stdout.setEncoding('utf8').on('data', (data) => {
    if (!text) first = performance.now() - start;
    text += data;
  });
  const [code] = await once(child, 'close');
  clearInterval(sampler);
  if (code !== 0) throw new Error(`${command.join(' ')}: exit status ${code}`);
  /** @type {Figure[]} */
  const figures = text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  return { figures, memory, first };
}

/** @type {Record<string, Measure>} */
const measures = {
  /** The program prints the figures itself. */
  async printed(command, metric, args) {
    return (await execute([...command, metric, ...args])).figures;
  },

  /** Peak memory with that many tasks, less that with one. */
  async memory(command, metric, [tasks, ...rest]) {
    const [many, one] = [
      await execute([...command, metric, tasks, ...rest]),
      await execute([...command, metric, '1', ...rest]),
    ];
    const value = (many.memory - one.memory) / Number(tasks);
    return [{ metric, value, unit: 'B/task' }];
  },

  /** CPU time with that many timers, less that with none. */
  async cpu(command, metric, [count, ...rest]) {
    const before = childrenCpu();
    await execute([...command, metric, '0', ...rest]);
    const between = childrenCpu();
    const { figures } = await execute([...command, metric, count, ...rest]);
    const value = (childrenCpu() - between - (between - before)) * 1e3;
    return [{ metric: `${metric} cpu`, value, unit: 'ms' }, ...figures];
  },

  /** What a host has to load for a program, gzipped file by file. */
  async size(command) {
    const program = command[command.length - 1];
    const files = program.endsWith('.mjs')
      ? [program, program.replace(/mjs$/, 'wasm')]
      : [program];
    let raw = 0;
    let gzip = 0;
    for (const file of files) {
      const bytes = readFileSync(file);
      raw += bytes.length;
      gzip += gzipSync(bytes, { level: 9 }).length;
    }
    return [
      { metric: 'size raw', value: raw, unit: 'B' },
      { metric: 'size gzip', value: gzip, unit: 'B' },
    ];
  },

  /** A server that echoes, under so many clients with so many bytes each. */
  async echo(command, metric, args) {
    const { figures, cpu } = await drive(command, (port) => [
      load(),
      'echo',
      port,
      ...args,
      '1',
    ]);
    const requests = figures.splice(0, 1)[0].value;
    return [
      ...figures,
      { metric: 'echo cpu', value: (cpu / requests) * 1e6, unit: 'us/request' },
    ];
  },

  /** The same on WASI, and the share of its time in the host's poll. */
  async poll(command, metric, args) {
    const server = await serve([...on(0), ...command]);
    try {
      const share = firstLine(server.child.stdout);
      await execute([...on(1), load(), 'echo', server.port, ...args, '1']);
      return [JSON.parse(await share)];
    } finally {
      await server.stop();
    }
  },

  /** So many megabytes through it and back; what its memory grows to. */
  async bulk(command, metric, args) {
    const bulk = (/** @type {string[]} */ size) =>
      drive(command, (port) => [load(), 'bulk', port, ...size]);
    const { memory } = await bulk(['64']);
    const { figures, memory: most, cpu } = await bulk(args);
    return [
      ...figures,
      { metric: 'bulk cpu', value: cpu, unit: 's' },
      {
        metric: 'bulk growth',
        value: Math.max(0, most - memory) / (1 << 20),
        unit: 'MB',
      },
    ];
  },

  /** So many clients at once, of a native server. */
  async head(command, metric, args) {
    const server = await serve([...on(1), load(), 'heads']);
    try {
      return (await execute([...on(0), ...command, server.port, ...args]))
        .figures;
    } finally {
      await server.stop();
    }
  },

  /** What so many connections take that have been used once, and wait. */
  async idle([host, ...command], metric, [count]) {
    const isNode = host === tool('NODE');
    const collecting = `--import=${path.join(root, 'tests/bench/gc.mjs')}`;
    // Less garbage in between: the heap's pages are counted too.
    const flags = ['--expose-gc', '--max-semi-space-size=1', collecting];
    const server = await serve([host, ...(isNode ? flags : []), ...command]);
    /** @type {ReturnType<typeof spawn>[]} */
    const clients = [];
    const connect = async (/** @type {string} */ number) => {
      const child = spawn(load(), ['idle', server.port, number], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      clients.push(child);
      if (child.stdout) await firstLine(child.stdout);
    };
    try {
      await connect('100'); // what only the first ones take
      const before = await inUse(server.child, isNode);
      await connect(count);
      const after = await inUse(server.child, isNode);
      await sleep(200); // until its collector rests
      const cpu = cpuOf(server.child.pid);
      await sleep(1000);
      const used = (cpuOf(server.child.pid) - cpu) * 1e3;
      const value = (after - before) / Number(count);
      return [
        { metric: 'idle memory', value, unit: 'B/connection' },
        { metric: 'idle cpu', value: used, unit: 'ms/s' },
      ];
    } finally {
      for (const client of clients) client.stdin?.end();
      await server.stop();
    }
  },

  /** From the start of the process to its first line. */
  async startup(command, metric) {
    const { first } = await execute([...command, 'hello']);
    return [{ metric, value: first, unit: 'ms' }];
  },
};

/** @type {Record<string, Metric>} */
const metrics = {
  switch: {
    measure: measures.printed,
    cases: ['2 0', '1000 0', '2 10', '1000 10'],
    floor: 'floor',
  },
  spawn: {
    measure: measures.printed,
    cases: ['batch 100000', 'seq 100000'],
    floor: 'floor',
  },
  memory: { measure: measures.memory, cases: ['100000', '100000 1024'] },
  timers: {
    measure: measures.cpu,
    cases: ['100000', '100000 1024'],
    floor: 'floor',
  },
  sync: {
    measure: measures.printed,
    cases: ['lock', 'semaphore', 'queue', 'priority'],
    program: 'tests/bench/sync',
  },
  handover: {
    measure: measures.printed,
    cases: ['2 0'],
    program: 'tests/bench/sync',
    floor: 'floor',
  },
  debug: {
    measure: measures.printed,
    cases: ['off', 'on'],
    program: 'tests/bench/tasks',
  },
  cancel: {
    measure: measures.printed,
    cases: ['100000'],
    program: 'tests/bench/tasks',
  },
  deadline: {
    measure: measures.printed,
    cases: ['100000'],
    program: 'tests/bench/tasks',
  },
  echo: {
    measure: measures.echo,
    cases: ['64 64', '1000 64', '64 16384', '1000 16384'],
    program: 'tests/bench/echo',
    floor: 'net.mjs',
  },
  poll: {
    measure: measures.poll,
    cases: ['64 64', '1000 64'],
    program: 'tests/bench/poll',
    cannot: { node: ['64 64', '1000 64'] }, // what waits there is Node.js
  },
  bulk: {
    measure: measures.bulk,
    cases: ['1024'],
    program: 'tests/bench/echo',
    floor: 'net.mjs',
  },
  head: {
    measure: measures.head,
    cases: ['200'],
    program: 'tests/bench/head',
    floor: 'net.mjs',
  },
  idle: {
    measure: measures.idle,
    cases: ['1000', '4000'],
    program: 'tests/bench/idle',
    floor: 'net.mjs',
  },
  executor: {
    measure: measures.printed,
    cases: [
      ...['rtt', 'throughput', 'speedup', 'start', 'replace'],
      ...['replace_now', 'megabyte', 'timers', 'cpu', 'parallel'],
    ],
    program: 'tests/bench/executor',
    floor: 'workers.mjs',
    pool: true,
    cannot: { wasmtime: ['replace', 'replace_now', 'timers'] }, // end a job by force
  },
  cpu_job: {
    measure: measures.printed,
    cases: [
      ...['loops', 'sorting', 'pointers'],
      ...['recursion', 'interpreter', 'methods'],
    ],
    program: 'tests/bench/cpu_job',
    floor: 'cpu_job_plain',
  },
  startup: { measure: measures.startup, cases: [''], floor: 'empty' },
  size: { measure: measures.size, cases: [''], program: 'examples/helloworld' },
};

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? sorted[middle]
    : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The medians of the repetitions of one case, weft's and the floor's.
 * @param {string} metric
 * @param {string} kase
 * @param {Host} host
 * @param {number} reps
 * @returns {Promise<Result[]>}
 */
async function measureCase(metric, kase, host, reps) {
  const {
    measure,
    floor,
    program = 'tests/bench/core',
    pool,
    cannot = {},
  } = metrics[metric];
  if (cannot[host]?.includes(kase)) return [];
  const start = (pool ? launchWithPool : launch)[host];
  const args = kase.split(' ').filter(Boolean);
  const peers = [[host, program]];
  const isScript = floor?.endsWith('.mjs');
  if (floor && (host === 'node' || !isScript)) {
    peers.push([`${host} floor`, `tests/bench/${floor}`]);
  }
  /** @type {Map<string, number[]>} */
  const runs = new Map();
  for (let i = 0; i < reps; i++) {
    for (const [name, source] of peers) {
      const file = source.endsWith('.mjs')
        ? path.join(root, source)
        : await compile(`${source}.c`, {
            host,
            plain: source.endsWith('_plain'),
          });
      for (const f of await measure(start(file), metric, args)) {
        const key = JSON.stringify([f.metric, name, f.unit]);
        runs.set(key, [...(runs.get(key) ?? []), f.value]);
      }
    }
  }
  return [...runs].map(([key, values]) => {
    const [name, on, unit] = JSON.parse(key);
    return { metric: name, case: kase, host: on, value: median(values), unit };
  });
}

/** @param {Result[]} results */
function print(results) {
  for (const r of results) {
    const floor = results.find(
      (other) =>
        other.metric === r.metric &&
        other.case === r.case &&
        other.host === `${r.host} floor`,
    );
    const ratio = floor?.value
      ? `  ${(r.value / floor.value).toFixed(2)} × floor`
      : '';
    console.log(
      `${r.metric.padEnd(16)} ${r.case.padEnd(14)} ${r.host.padEnd(15)}` +
        `${r.value.toPrecision(4).padStart(10)} ${r.unit}${ratio}`,
    );
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    host: { type: 'string' },
    json: { type: 'boolean', default: false },
    reps: { type: 'string', default: '5' },
  },
});
const [only, ...caseWords] = positionals;
const hosts = /** @type {Host[]} */ (
  values.host ? [values.host] : ['node', 'wasmtime']
);
const names = only ? [only] : Object.keys(metrics);

/**
 * Ends with a message if something is not known.
 * @param {string} what
 * @param {string} given
 * @param {string[]} known
 * @param {(name: string) => string} [alike] equal for what will do as well
 */
function check(what, given, known, alike = (name) => name) {
  if (known.some((name) => alike(name) === alike(given))) return;
  console.error(`bench: no ${what} '${given}'. There is: ${known.join(', ')}.`);
  process.exit(2);
}
for (const host of hosts) check('host', host, Object.keys(launch));
for (const name of names) check('metric', name, Object.keys(metrics));
if (caseWords.length) {
  const { cases } = metrics[only];
  // Other numbers than those measured by default will do.
  check(`case of ${only}`, caseWords.join(' '), cases, (name) =>
    name.replace(/\b\d+\b/g, 'N'),
  );
}
if (!values.json) {
  console.error(`${cpus().length} processors, median of ${values.reps}`);
}
for (const metric of names) {
  const cases = caseWords.length
    ? [caseWords.join(' ')]
    : metrics[metric].cases;
  for (const kase of cases) {
    for (const host of hosts) {
      const results = await measureCase(
        metric,
        kase,
        host,
        Number(values.reps),
      );
      if (values.json) {
        for (const result of results) console.log(JSON.stringify(result));
      } else print(results);
    }
  }
}
