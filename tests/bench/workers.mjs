// The floor of the executor on Node.js: threads that do nothing but answer,
// without a program in them. The case is the last argument, as in executor.c:
// rtt, start, replace, replace_now, megabyte or timers; for others it has no
// figure.

import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

const file = new URL(import.meta.url);

/** From the end of one that spins to the answer of the next. */
async function replace() {
  const took = [];
  let worker = await begin();
  for (let i = 0; i < 20; i++) {
    worker.postMessage('spin');
    await sleep(20);
    const began = performance.now();
    worker.terminate();
    worker = await begin();
    took.push(performance.now() - began);
  }
  return { value: percentile(took, 50), unit: 'ms' };
}

/** @type {Record<string, () => Promise<{value: number, unit: string}>>} */
const measures = {
  async rtt() {
    const worker = await begin();
    const took = [];
    for (let i = 0; i < 4000; i++) {
      const began = performance.now();
      worker.postMessage('answer');
      await once(worker, 'message');
      took.push(performance.now() - began);
    }
    return { value: percentile(took, 50) * 1e3, unit: 'us' };
  },

  /** Two threads, until both have answered. */
  async start() {
    const began = performance.now();
    await Promise.all([begin(), begin()]);
    return { value: performance.now() - began, unit: 'ms' };
  },

  replace,
  replace_now: replace,

  /** One copy at each end, either way, and that of the job itself. */
  async megabyte() {
    const worker = await begin();
    const memory = new Uint8Array(1e6);
    const took = [];
    for (let i = 0; i < 200; i++) {
      const began = performance.now();
      const { buffer } = memory.slice();
      worker.postMessage(buffer, [buffer]);
      const [answer] = await once(worker, 'message');
      memory.set(new Uint8Array(answer));
      took.push(performance.now() - began);
    }
    return { value: percentile(took, 50) * 1e3, unit: 'us' };
  },

  /** The p99 lateness of a timer while two threads spin. */
  async timers() {
    for (let i = 0; i < 2; i++) (await begin()).postMessage('spin');
    const late = [];
    for (let i = 0; i < 1000; i++) {
      const due = performance.now() + 5;
      await sleep(5);
      late.push(performance.now() - due);
    }
    return { value: percentile(late, 99), unit: 'ms' };
  },
};

/** @type {(values: number[], percent: number) => number} */
const percentile = (values, percent) =>
  values.sort((a, b) => a - b)[Math.floor((values.length * percent) / 100)];

async function begin() {
  const worker = new Worker(file);
  worker.postMessage('answer');
  await once(worker, 'message');
  return worker;
}

if (isMainThread) {
  const figure = await measures[process.argv.at(-1) ?? '']?.();
  if (figure) console.log(JSON.stringify({ metric: 'executor', ...figure }));
  process.exit();
}
const own = new Uint8Array(2e6);
parentPort?.on('message', (message) => {
  if (message instanceof ArrayBuffer) {
    own.set(new Uint8Array(message));
    own.copyWithin(1e6, 0, 1e6); // as the job does
    const { buffer } = own.slice(1e6);
    parentPort?.postMessage(buffer, [buffer]);
  } else if (message === 'spin') {
    for (;;);
  } else parentPort?.postMessage('here');
});
