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
 * `stdout` or `stderr`, a ReadableStream, with 'pipe'. For what is written to
 * weft_open_stdout, which can wait, a stream that is full, or a promise that
 * the function gives, holds the program back.
 * @typedef {OutputFunction | WritableStream<Uint8Array> | 'pipe'} Output
 */
/** @typedef {(bytes: Uint8Array) => unknown} OutputFunction */

/**
 * A function of C's (weft/js.h), of the type that its WEFT_EXPORT_TYPED says,
 * as JavaScript calls it. The arguments are numbers, strings, booleans, bytes,
 * null, undefined, and objects that C hands on or iterates over; an AbortSignal
 * at the end cancels the call. One that yields is called with iterate() or
 * stream().
 * @template {(...args: any[]) => any} [F=(...args: any[]) => any]
 * @typedef {0 extends 1 & ReturnType<F>
 *   ? Answering<any[], any> & Yielding<any[], any>
 *   : ReturnType<F> extends AsyncIterable<infer V>
 *     ? Yielding<Parameters<F>, V>
 *     : Answering<Parameters<F>, Awaited<ReturnType<F>>>} CFunction
 */

/**
 * The arguments A with an AbortSignal at the end, where optional ones may be
 * left out.
 * @template {any[]} A
 * @typedef {number extends A['length'] ? [...A, AbortSignal]
 *   : A extends [] ? [AbortSignal]
 *   : A extends [infer H, ...infer T] ? [H, ...WithSignal<T>]
 *   : A extends [_?: infer H, ...infer T]
 *     ? [AbortSignal] | [H | undefined, ...WithSignal<T>] : never} WithSignal
 */

/**
 * @template {any[]} A
 * @template R
 * @typedef {(...args: A | WithSignal<A>) => Promise<R>} Answering
 */

/**
 * iterate() is a generator, stream() the same as a ReadableStream. Leaving the
 * loop, or cancelling the stream, cancels the C function.
 * @template {any[]} A
 * @template V
 * @typedef {{
 *   iterate(...args: A | WithSignal<A>): AsyncIterableIterator<V>,
 *   stream(...args: A | WithSignal<A>): ReadableStream<V>,
 * }} Yielding
 */

/**
 * @typedef {object} LoadOptions
 * @property {string[]} [args] what main gets as argv[1] and so on
 * @property {string} [name] argv[0]
 * @property {Record<string, string | undefined>} [env] what getenv sees;
 *   default: nothing
 * @property {string | Uint8Array | ReadableStream<string | Uint8Array> |
 *   AsyncIterable<string | Uint8Array>} [stdin] what the program reads. With
 *   weft_open_stdin it gets the pieces of a stream as they come; one that has
 *   only C's stdio, which cannot wait, starts at the stream's end. Default:
 *   nothing
 * @property {Output} [stdout] default: Node's standard output, the console
 * @property {Output} [stderr] likewise
 * @property {Record<string, (...args: any[]) => any>} [imports] what C calls
 *   with weft_js_call
 * @property {AbortSignal} [signal] ends the program
 */

/**
 * What NAME.mjs exports; F are the functions of C.
 * @template {object} [F=Record<string, CFunction>]
 * @typedef {{start(options?: object): Promise<{functions: F}>}} CompiledModule
 */

/**
 * Loads a compiled program and starts it. TypeScript knows the functions of a
 * module; for an address say load<Functions>, which NAME.d.mts exports.
 *
 * @template {object} [F=Record<string, CFunction>]
 * @param {string | URL | CompiledModule<F>} source the address of NAME.mjs, as
 *   `new URL('./app.mjs', import.meta.url)`, relative to the page, or a path on
 *   Node.js; or the module itself, as `import * as app from './app.mjs'` gives
 *   it (with a bundler, use that)
 * @param {LoadOptions} [options]
 * @returns {Promise<Program<F>>}
 */
export async function load(source, options = {}) {
  const { signal, stdin = '' } = options;
  signal?.throwIfAborted();
  /** @type {CompiledModule<F>} */
  const module =
    typeof source === 'string' || source instanceof URL
      ? await import(/* @vite-ignore */ new URL(source, document.baseURI).href)
      : source;
  if (typeof module?.start !== 'function') {
    throw new TypeError('load() was given no program that weft has compiled');
  }
  const stdout = sinkOf(options.stdout);
  const stderr = sinkOf(options.stderr);
  const input = inputOf(stdin, signal);
  /** @type {any} */
  const started = await module.start({
    ...options,
    signal: undefined,
    stdin: input.source,
    stdout: stdout?.write,
    stderr: stderr?.write,
    WeftError,
  });
  const closeAll = () =>
    Promise.all([input.close(), stdout?.close(), stderr?.close()]);
  const exit = started.exit.finally(closeAll);
  /** @type {Program<F>} */
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

/**
 * A program that was loaded: one run of it.
 * @template {object} [F=Record<string, CFunction>]
 */
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
     * @type {F}
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

/**
 * Input as main.js takes it: a stream becomes an iterator, which ends when the
 * program does, or at the signal, whatever its source does.
 * @param {NonNullable<LoadOptions['stdin']>} input
 * @param {AbortSignal} [signal]
 */
function inputOf(input, signal) {
  if (typeof input === 'string' || input instanceof Uint8Array) {
    return { source: input, close() {} };
  }
  /** @type {{next(): Promise<any>, return?(): unknown}} */
  let from;
  if ('getReader' in input) {
    const reader = input.getReader();
    from = { next: () => reader.read(), return: () => reader.cancel() };
  } else {
    from = input[Symbol.asyncIterator]();
  }
  const end = { done: true, value: undefined };
  /** @type {(result: any) => void} */
  let settle = () => {};
  const stop = () => settle(end);
  signal?.addEventListener('abort', stop);
  return {
    source: {
      next: () =>
        new Promise((resolve, reject) => {
          settle = resolve;
          if (signal?.aborted) stop();
          else from.next().then(resolve, reject);
        }),
      [Symbol.asyncIterator]() {
        return this;
      },
    },
    close() {
      signal?.removeEventListener('abort', stop);
      // Nobody is left to hear of an error, or to wait.
      Promise.resolve(from.return?.()).catch(() => {});
    },
  };
}

/** What a program that writes to a stream that was cancelled is told. */
const brokenPipe = () =>
  Object.assign(new Error('the stream was cancelled'), { code: 'EPIPE' });

/**
 * @param {Output} [output]
 * @returns {{write: (bytes: Uint8Array) => unknown, close: () => unknown,
 *   stream?: ReadableStream<Uint8Array>} | undefined}
 */
function sinkOf(output) {
  if (output === undefined) return undefined;
  if (typeof output === 'function') return { write: output, close() {} };
  if (output === 'pipe') {
    /** @type {ReadableStreamDefaultController<Uint8Array>} */
    let controller;
    let open = true;
    let wake = () => {};
    const stream = new ReadableStream({
      start: (c) => {
        controller = c;
      },
      pull: () => wake(),
      cancel: () => {
        open = false;
        wake();
      },
    });
    const room = async () => {
      if (open && Number(controller.desiredSize) <= 0) {
        await new Promise((resolve) => (wake = () => resolve(undefined)));
      }
      if (!open) throw brokenPipe();
    };
    return {
      write: (bytes) => {
        if (open) controller.enqueue(bytes);
        const waited = room();
        waited.catch(() => {}); // C's stdio does not look at it
        return waited;
      },
      close: () => open && controller.close(),
      stream,
    };
  }
  const writer = output.getWriter();
  // What a stream that broke says of each write, its owner has heard.
  const ignore = () => {};
  return {
    write: (bytes) => {
      writer.write(bytes).catch(ignore);
      return writer.ready;
    },
    close: () => writer.close().catch(ignore),
  };
}
