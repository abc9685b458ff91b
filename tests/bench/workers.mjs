// The floor of the executor on Node.js: threads that do nothing but answer,
// without a program in them. The case is the last argument: start or replace,
// as in executor.c; for other cases it has no figure.

import { once } from 'node:events';
import process from 'node:process';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

const file = new URL(import.meta.url);

/** @type {Record<string, () => Promise<number>>} */
const measures = {
  /** Two threads, until both have answered. */
  async start() {
    const began = performance.now();
    await Promise.all([begin(), begin()]);
    return performance.now() - began;
  },

  /** From the end of one that spins to the answer of the next. */
  async replace() {
    const took = [];
    let worker = await begin();
    for (let i = 0; i < 20; i++) {
      worker.postMessage('spin');
      await new Promise((resolve) => setTimeout(resolve, 20));
      const began = performance.now();
      worker.terminate();
      worker = await begin();
      took.push(performance.now() - began);
    }
    return took.sort((a, b) => a - b)[10];
  },
};

async function begin() {
  const worker = new Worker(file);
  worker.postMessage('answer');
  await once(worker, 'message');
  return worker;
}

if (isMainThread) {
  const measure = measures[process.argv.at(-1) ?? ''];
  if (measure) {
    const value = await measure();
    console.log(JSON.stringify({ metric: 'executor', value, unit: 'ms' }));
  }
  process.exit();
}
parentPort?.on('message', (message) => {
  if (message === 'answer') parentPort?.postMessage('here');
  else for (;;);
});
