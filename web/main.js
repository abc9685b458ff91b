/*
 * What a compiled program exports beside Emscripten's factory (emcc
 * --extern-post-js): run(), and on Node.js the program itself when the file is
 * what node was started with.
 */

/**
 * @typedef {object} RunOptions
 * @property {string[]} [args] what main gets as argv[1] and so on
 * @property {string} [name] argv[0]
 * @property {Record<string, string | undefined>} [env] what getenv sees
 * @property {string | Uint8Array | AsyncIterable<string | Uint8Array>} [stdin]
 *   what there is to read; without it, Node's standard input, or nothing in a
 *   page. weft_open_stdin takes the pieces of an iterable as they come; for a
 *   program that has only C's stdio, they are collected before it starts
 * @property {(bytes: Uint8Array) => unknown} [stdout] is given what the program
 *   writes, as it writes it; without it, Node's standard output, or whole
 *   lines on a page's console. weft_drain of weft_open_stdout awaits a promise
 *   that it gives
 * @property {(bytes: Uint8Array) => unknown} [stderr] likewise
 * @property {AbortSignal} [signal] of run(): interrupts the program
 * @property {Record<string, Function>} [imports] what C can call (weft/js.h)
 * @property {(event: object) => void} [watch] is told what tasks and workers
 *   do, by the demo page's programs
 * @property {(now: boolean) => unknown} [running] is told when main is in
 *   weft_run and when no more
 * @property {new (code: string, errno: number, message: string) => Error}
 *   [WeftError] what a failed call is rejected with
 */

const isNode =
  !!globalThis.process?.versions?.node && process.type !== 'renderer';

/**
 * @typedef {object} Started
 * @property {Promise<number>} exit fulfilled with the exit status
 * @property {Record<string, Function>} functions what C exports (weft/js.h)
 * @property {() => boolean} close ends weft_js_serve; false if it is not in it
 * @property {() => void} stop interrupts the program as Ctrl-C does; the
 *   second time it ends it at once
 */

/*
 * wasmModule, the compiled program, is a variable that Emscripten's half of
 * this file takes instances from (see link_web in .tools/compile.sh). It is
 * compiled once, when it is first wanted.
 */
let compiling;
const compiled = () => (compiling ??= compile());
async function compile() {
  // Written like this, bundlers see the file.
  const url = new URL('PROGRAM.wasm', import.meta.url);
  if (isNode && url.protocol === 'file:') {
    const { readFile } = await import('node:fs/promises');
    wasmModule = await WebAssembly.compile(await readFile(url));
    return;
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
  // A server that does not know the type is forgiven.
  wasmModule = /^application\/wasm/.test(response.headers.get('content-type'))
    ? await WebAssembly.compileStreaming(response)
    : await WebAssembly.compile(await response.arrayBuffer());
}

/**
 * Runs the program once, in an instance of its own.
 *
 * @param {RunOptions} [options]
 * @returns {Promise<number>} its exit status; rejected with the signal's reason
 *   when that has interrupted the program
 */
export async function run(options = {}) {
  const { signal } = options;
  signal?.throwIfAborted();
  const { exit, stop } = await start(options);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop);
  const status = await exit.finally(() =>
    signal?.removeEventListener('abort', stop),
  );
  if (status === INTERRUPTED) signal?.throwIfAborted();
  return status;
}

/** The exit status of a main that returns WEFT_EINTR. */
const INTERRUPTED = -12 & 0xff;

/**
 * Starts it likewise, to call its functions while it runs.
 *
 * @param {RunOptions} [options]
 * @returns {Promise<Started>}
 */
export async function start(options = {}) {
  const { args = [], name = 'weft', env = {} } = options;
  const streams = isNode ? nodeStreams(await import('node:fs')) : pageStreams();
  const { stdin, stdout, stderr } = options;
  const input = stdin?.[Symbol.asyncIterator]?.();
  if (stdin !== undefined) {
    streams.read = input ? () => -EAGAIN : reader(stdin);
  }
  const outputs = [undefined, stdout, stderr];
  const { write } = streams;
  streams.write = (fd, bytes) => {
    if (!outputs[fd]) return write(fd, bytes);
    outputs[fd](bytes.slice());
    return 0;
  };
  const printErr = (line) =>
    streams.write(2, new TextEncoder().encode(`${line}\n`));
  const weft = { ...options, env, ...streams, input, outputs };
  await compiled();
  const module = await Module({ weft, printErr });
  // C's stdio cannot wait, so what only that reads is there from the start.
  if (input && !module.weftReadsLive) weft.read = reader(await whole(input));
  const functions = module.weftBridge?.open() ?? {};
  const unload = ({ persisted }) => persisted || module.weftUnload();
  if (!isNode) globalThis.addEventListener('pagehide', unload);
  const exit = module.weftStart([name, ...args]).finally(() => {
    if (!isNode) globalThis.removeEventListener('pagehide', unload);
    streams.flush?.();
  });
  return {
    exit,
    functions,
    close: () => module.weftBridge?.close() ?? false,
    stop: () => module.weftStop(),
  };
}

const EAGAIN = 6;
const EIO = 29;
const EPIPE = 64;

/** The streams of Node's process, written and read at once. */
function nodeStreams(fs) {
  // A terminal or pipe that others set to non-blocking may answer EAGAIN.
  const insist = (operation, otherwise) => {
    for (;;) {
      try {
        return operation();
      } catch (error) {
        if (error.code !== 'EAGAIN') return otherwise(error);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      }
    }
  };
  return {
    write: (fd, bytes) => {
      const failed = (error) => (error.code === 'EPIPE' ? EPIPE : EIO);
      for (let sent = 0; sent < bytes.length;) {
        const errno = insist(() => {
          sent += fs.writeSync(fd, bytes, sent);
        }, failed);
        if (errno) return errno;
      }
      return 0;
    },
    read: (bytes) =>
      insist(
        () => fs.readSync(0, bytes),
        (error) => (error.code === 'EOF' ? 0 : -EIO),
      ),
  };
}

/** The console of a page, which takes whole lines. */
function pageStreams() {
  const lines = [];
  for (const fd of [1, 2]) {
    lines[fd] = { decoder: new TextDecoder(), text: '' };
  }
  const print = (fd) => (fd === 1 ? console.log : console.error);
  return {
    write: (fd, bytes) => {
      const line = lines[fd];
      const parts = line.decoder.decode(bytes, { stream: true }).split('\n');
      parts[0] = line.text + parts[0];
      line.text = parts.pop();
      parts.forEach((part) => print(fd)(part));
      return 0;
    },
    read: () => 0,
    flush: () => {
      for (const fd of [1, 2]) if (lines[fd].text) print(fd)(lines[fd].text);
    },
  };
}

/** All that an iterator gives. */
async function whole(input) {
  const pieces = [];
  for (let next; !(next = await input.next()).done;) pieces.push(next.value);
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** Reads from what is there already. */
function reader(input) {
  let rest =
    typeof input === 'string' ? new TextEncoder().encode(input) : input;
  return (bytes) => {
    const part = rest.subarray(0, bytes.length);
    bytes.set(part);
    rest = rest.subarray(part.length);
    return part.length;
  };
}

/**
 * In a worker of the executor: where it hears from the program, and on Node.js
 * how it does so without its event loop. See web/library_worker.js.
 */
async function wayToProgram() {
  if (!isNode) return globalThis.name === 'weft-worker' && { port: globalThis };
  const threads = await import('node:worker_threads');
  const { weftBell: bell, weftAlone: alone } = threads.workerData ?? {};
  const { parentPort: port, receiveMessageOnPort } = threads;
  return bell && { port, bell, alone, poll: () => receiveMessageOnPort(port) };
}

/** Makes an instance of the module that the first message brings, for jobs. */
function serve(way) {
  const { port } = way;
  const early = []; // messages that arrive meanwhile
  let receive = begin;
  async function begin({ module, env }) {
    receive = (data) => early.push(data);
    wasmModule = module;
    const write = (fd, bytes) => {
      port.postMessage([3, fd, bytes.slice()]); // weftMessage.OUTPUT
      return 0;
    };
    try {
      const instance = await Module({
        weft: { write, read: () => 0, env },
        weftWay: way,
        printErr: (line) => write(2, new TextEncoder().encode(`${line}\n`)),
      });
      receive = instance.weftServe();
      early.forEach((data) => receive(data));
    } catch (error) {
      port.postMessage([4, String(error?.message ?? error)]); // FAILED
    }
  }
  // Not onmessage on Node.js, whose first event takes 25 ms there.
  if (isNode) port.on('message', (data) => receive(data));
  else port.onmessage = ({ data }) => receive(data);
}

const way = await wayToProgram();
if (way) serve(way);
else if (
  isNode &&
  process.argv[1] &&
  (await import('node:url')).fileURLToPath(import.meta.url) ===
    (await import('node:fs')).realpathSync(process.argv[1])
) {
  let program;
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    program.stop();
  };
  program = await start({
    name: process.argv[1],
    args: process.argv.slice(2),
    env: process.env,
    // Else Ctrl-C ends the process, and a second one does.
    running: (now) => process[now ? 'once' : 'off']('SIGINT', interrupt),
  });
  const status = await program.exit;
  if (interrupted && status === INTERRUPTED) {
    process.kill(process.pid, 'SIGINT');
  } else process.exitCode = status;
}
