// The npm package: loads a compiled program and runs it, in Node.js and in
// browsers.
//
//   import { load } from 'weft';
//   const app = await load(new URL('./app.mjs', import.meta.url), {
//     args: ['--fast'],
//     stdout: (bytes) => log.append(bytes),
//   });
//   const status = await app.exit;
//
// Each load is an instance of its own, with its own memory: any number may run
// at once, of one program or of several.

/**
 * What a call of a C function is rejected with, and what a JavaScript function
 * that C calls may throw to choose the code that C gets.
 */
export class WeftError extends Error {
  /**
   * @param {string} code the constant's name in weft/error.h: 'WEFT_ETIMEDOUT'
   * @param {number} errno its number, negative
   * @param {string} message
   */
  constructor(code, errno, message) {
    super(message);
    this.name = 'WeftError';
    this.code = code;
    this.errno = errno;
  }
}

/**
 * Where output goes: to a function, to a stream, or into the program's own
 * `stdout` or `stderr`, a ReadableStream, with 'pipe'.
 * @typedef {((bytes: Uint8Array) => void) | WritableStream<Uint8Array> | 'pipe'} Output
 */

/**
 * A function of C's (weft/js.h). The arguments are numbers, strings, booleans,
 * bytes, null, undefined, and objects that C hands on or iterates over; an
 * AbortSignal at the end cancels the call. iterate() calls a function that
 * yields.
 * @typedef {((...args: any[]) => Promise<any>) & {
 *   iterate(...args: any[]): AsyncIterableIterator<any>}} CFunction
 */

/**
 * @typedef {object} LoadOptions
 * @property {string[]} [args] what main gets as argv[1] and so on
 * @property {string} [name] argv[0]
 * @property {Record<string, string | undefined>} [env] what getenv sees;
 *   default: nothing
 * @property {string | Uint8Array | ReadableStream<Uint8Array> |
 *   AsyncIterable<Uint8Array>} [stdin] what C's stdio reads. A stream is read
 *   to its end before the program starts. Default: nothing
 * @property {Output} [stdout] default: Node's standard output, the console
 * @property {Output} [stderr] likewise
 * @property {Record<string, (...args: any[]) => any>} [imports] what C calls
 *   with weft_js_call
 * @property {AbortSignal} [signal] ends the program
 */

/** @typedef {{start(options: object): Promise<any>}} CompiledModule */

/**
 * Loads a compiled program and starts it.
 *
 * @param {string | URL | CompiledModule} source the address of NAME.mjs, as
 *   `new URL('./app.mjs', import.meta.url)`, relative to the page, or a path on
 *   Node.js; or the module itself, as `import * as app from './app.mjs'` gives
 *   it (with a bundler, use that)
 * @param {LoadOptions} [options]
 * @returns {Promise<Program>}
 */
export async function load(source, options = {}) {
  const { signal, stdin = '' } = options;
  signal?.throwIfAborted();
  /** @type {CompiledModule} */
  const module =
    typeof source === 'string' || source instanceof URL
      ? await import(/* @vite-ignore */ new URL(source, document.baseURI).href)
      : source;
  if (typeof module?.start !== 'function') {
    throw new TypeError(`${source} is not a program that weft has compiled`);
  }
  const stdout = sinkOf(options.stdout);
  const stderr = sinkOf(options.stderr);
  const input = await readWhole(stdin);
  signal?.throwIfAborted();
  const started = await module.start({
    ...options,
    signal: undefined,
    stdin: input,
    stdout: stdout?.write,
    stderr: stderr?.write,
    WeftError,
  });
  const closeOutput = () => Promise.all([stdout?.close(), stderr?.close()]);
  const exit = started.exit.finally(closeOutput);
  const program = new Program(started, exit, stdout?.stream, stderr?.stream);
  if (signal) {
    const onAbort = () => program.stop();
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    const forget = () => signal.removeEventListener('abort', onAbort);
    exit.then(forget, forget);
  }
  return program;
}

/** A program that was loaded: one run of it. */
export class Program {
  #started;

  /**
   * @param {any} started
   * @param {Promise<number>} exit
   * @param {ReadableStream<Uint8Array>} [stdout]
   * @param {ReadableStream<Uint8Array>} [stderr]
   */
  constructor(started, exit, stdout, stderr) {
    this.#started = started;
    /** Fulfilled with the exit status; rejected if main itself has trapped. */
    this.exit = exit;
    /**
     * The functions that C exports with WEFT_EXPORT.
     * @type {Record<string, CFunction>}
     */
    this.functions = started.functions;
    /** What the program writes, if options.stdout was 'pipe'. */
    this.stdout = stdout;
    /** Likewise. */
    this.stderr = stderr;
  }

  /**
   * Ends weft_js_serve, and so a program that only answers calls; those under
   * way are cancelled. Gives what `exit` gives. A program that does other
   * things goes on until it is done with them.
   */
  close() {
    this.#started.close();
    return this.exit;
  }

  /**
   * Interrupts the program as Ctrl-C does: its main task is cancelled and may
   * clean up. The second call ends it at once, with status 130: what it holds
   * (timers, sockets, workers) is given back, and nothing of it runs any more.
   */
  stop() {
    this.#started.stop();
    return this.exit;
  }

  /** Closes the program, stops it if it does not serve, and awaits its end. */
  async [Symbol.asyncDispose]() {
    if (!this.#started.close()) this.#started.stop();
    await this.exit;
  }
}

/** @param {NonNullable<LoadOptions['stdin']>} input */
async function readWhole(input) {
  if (typeof input === 'string' || input instanceof Uint8Array) return input;
  /** @type {Uint8Array[]} */
  const parts = [];
  if ('getReader' in input) {
    const reader = input.getReader();
    for (let part; !(part = await reader.read()).done;) parts.push(part.value);
  } else {
    for await (const part of input) parts.push(part);
  }
  return new Uint8Array(
    await new Blob(/** @type {any} */ (parts)).arrayBuffer(),
  );
}

/**
 * @param {Output} [output]
 * @returns {{write: (bytes: Uint8Array) => void, close: () => unknown,
 *   stream?: ReadableStream<Uint8Array>} | undefined}
 */
function sinkOf(output) {
  if (output === undefined) return undefined;
  if (typeof output === 'function') return { write: output, close() {} };
  if (output === 'pipe') {
    /** @type {ReadableStreamDefaultController<Uint8Array>} */
    let controller;
    let open = true;
    const stream = new ReadableStream({
      start: (c) => {
        controller = c;
      },
      cancel: () => {
        open = false;
      },
    });
    return {
      write: (bytes) => open && controller.enqueue(bytes),
      close: () => open && controller.close(),
      stream,
    };
  }
  const writer = output.getWriter();
  // What a stream that broke says of each write, its owner has heard.
  const ignore = () => {};
  return {
    write: (bytes) => void writer.write(bytes).catch(ignore),
    close: () => writer.close().catch(ignore),
  };
}
