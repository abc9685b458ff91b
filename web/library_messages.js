/*
 * What the program's side (library_executor.js) and a worker
 * (library_worker.js) say to each other. Each message is an array that begins
 * with its kind, but for what carries jobs: an ArrayBuffer, transferred.
 *
 * To a worker:
 * @typedef {{module: WebAssembly.Module, env: Record<string, string>}} Begin
 *   the first message
 * @typedef {ArrayBuffer} Jobs one after another, each: where its weft_job is,
 *   items, size (three uint32), padding to 16 bytes, its input, padding to 16
 * @typedef {[kind: 0, number: number]} Cancel the so-manieth job is to end
 *
 * From a worker:
 * @typedef {[kind: 1]} Ready it can take jobs
 * @typedef {[kind: 2, rc: number, seconds: number, output?: ArrayBuffer,
 *   message?: string, damaged?: boolean]} Done the job that it was running has
 *   ended; damaged: it can run no other
 * @typedef {[kind: 3, fd: number, bytes: Uint8Array]} Output
 * @typedef {[kind: 4, message: string]} Failed it could not start
 */
addToLibrary({
  $weftMessage: { CANCEL: 0, READY: 1, DONE: 2, OUTPUT: 3, FAILED: 4 },
});
