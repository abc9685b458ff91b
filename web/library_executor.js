/*
 * The workers of Node.js and browsers: the program's side. Every worker is an
 * instance of this same file and module in a worker thread or Web Worker (see
 * library_worker.js); the compiled module is posted to it.
 */
addToLibrary({
  $weftPool__deps: [
    '$weftMessage',
    '$weftWorkerSide',
    '$UTF8ToString',
    '$stringToUTF8',
    '$lengthBytesUTF8',
    'malloc',
    'free',
    'weft__worker_is_ready',
    'weft__worker_has_done',
    'weft__worker_is_lost',
  ],
  // In the module's factory, which is async.
  $weftPool__postset: `if (isNode) {
    const { availableParallelism } = await import('node:os');
    const { Worker } = await import('node:worker_threads');
    weftPool.node = { availableParallelism, Worker };
  }`,
  $weftPool: {
    /** What Node.js has for it. */
    node: undefined,
    /** Those that were started and not stopped, by their address in C. */
    workers: new Map(),

    cores() {
      if (this.node) return this.node.availableParallelism();
      return navigator.hardwareConcurrency || 1;
    },

    /** Starts a worker: on Node.js a thread, which looks like a Web Worker. */
    create() {
      if (this.node) {
        // Memory is shared for this alone, and only here: see weftWorkerSide.
        const bell = new Int32Array(new SharedArrayBuffer(4));
        const worker = new this.node.Worker(
          new URL('{{{ TARGET_JS_NAME }}}', import.meta.url),
          {
            workerData: { weftBell: bell, weftAlone: this.cores() === 1 },
            argv: [],
            execArgv: [],
            stdin: false,
            trackUnmanagedFds: false,
          },
        );
        worker.weftBell = bell;
        return worker;
      }
      // Written like this, bundlers see that the file is a worker's too.
      return new Worker(new URL('{{{ TARGET_JS_NAME }}}', import.meta.url), {
        type: 'module',
        name: 'weft-worker',
      });
    },

    start(address) {
      const worker = this.create();
      this.workers.set(address, worker);
      // What comes from a worker that was stopped is for nobody.
      const listen = (event, handle) => {
        const guarded = (argument) => {
          if (this.workers.get(address) !== worker) return;
          handle(argument);
          weftDriver.turn(); // at once, not after another turn of the host
        };
        if (worker.on) worker.on(event, guarded);
        else worker.addEventListener(event, guarded);
      };
      if (worker.on) {
        listen('message', (data) => this.receive(address, data));
        listen('error', (error) => this.lose(address, error));
        listen('exit', () => this.lose(address, 'it has ended'));
      } else {
        listen('message', ({ data }) => this.receive(address, data));
        listen('error', (event) => {
          event.preventDefault();
          this.lose(address, event.message ?? 'its script cannot be loaded');
        });
      }
      weftDriver.cleanups.add(this.stopAll);
      const { env } = Module['weft'];
      this.tell(address, { module: wasmModule, env: { ...env } });
    },

    tell(address, message, transfer) {
      const worker = this.workers.get(address);
      worker.postMessage(message, transfer);
      if (!worker.weftBell) return;
      Atomics.add(worker.weftBell, 0, 1);
      Atomics.notify(worker.weftBell, 0);
    },

    stop(address) {
      const worker = this.workers.get(address);
      this.workers.delete(address);
      worker?.terminate();
    },

    stopAll: () => {
      weftPool.workers.forEach((_, address) => weftPool.stop(address));
    },

    receive(address, message) {
      switch (message[0]) {
        case weftMessage.READY:
          _weft__worker_is_ready(address);
          break;
        case weftMessage.DONE:
          this.done(address, message);
          break;
        case weftMessage.OUTPUT:
          Module['weft'].write(message[1], message[2]);
          break;
        case weftMessage.FAILED:
          this.lose(address, message[1]);
          break;
      }
    },

    watch(worker, kind, more) {
      const { watch } = Module['weft'];
      if (watch) watch({ kind, worker, at: performance.now(), ...more });
    },

    done(address, [, rc, seconds, output, message, damaged]) {
      this.watch(address, 'job', { seconds, result: rc });
      let data = 0;
      const size = output?.byteLength ?? 0;
      if (size) {
        data = _malloc(size);
        if (data) HEAPU8.set(new Uint8Array(output), data);
        else {
          rc = -4; // WEFT_ENOMEM
          message = `no memory for its output of ${size} bytes`;
        }
      }
      const text = message === undefined ? 0 : this.text(message);
      _weft__worker_has_done(
        address,
        rc,
        data,
        data ? size : 0,
        text,
        seconds,
        !!damaged,
      );
      _free(text);
    },

    /** The worker is gone, or is useless; C stops it. */
    lose(address, reason) {
      this.watch(address, 'lost');
      const text = this.text(
        `its worker is gone: ${reason?.message ?? reason}`,
      );
      _weft__worker_is_lost(address, -11, text); // WEFT_ETRAP
      _free(text);
    },

    text(string) {
      const size = lengthBytesUTF8(string) + 1;
      const p = _malloc(size);
      stringToUTF8(string, p, size);
      return p;
    },

    send(address, words, count) {
      const at = words >> 2;
      const rounded = (size) => (size + 15) & ~15;
      let total = 0;
      for (let i = 0; i < count; i++) {
        total += 16 + rounded(HEAPU32[at + i * 4 + 3]);
      }
      const jobs = new ArrayBuffer(total);
      const heads = new Uint32Array(jobs);
      const bytes = new Uint8Array(jobs);
      let next = 0;
      for (let i = at; i < at + count * 4; i += 4) {
        const size = HEAPU32[i + 3];
        const input = HEAPU32[i + 2];
        heads[next >> 2] = HEAPU32[i];
        heads[(next >> 2) + 1] = HEAPU32[i + 1];
        heads[(next >> 2) + 2] = size;
        bytes.set(HEAPU8.subarray(input, input + size), next + 16);
        next += 16 + rounded(size);
      }
      this.tell(address, jobs, [jobs]);
      this.watch(address, 'sent', { jobs: count });
    },
  },

  weft__js_cores__deps: ['$weftPool'],
  weft__js_cores: () => weftPool.cores(),

  weft__js_worker_start__deps: ['$weftPool'],
  weft__js_worker_start: (address, text, size) => {
    try {
      weftPool.start(address);
      return 1;
    } catch (error) {
      weftPool.stop(address); // if it has not been told what to do
      stringToUTF8(String(error?.message ?? error), text, size);
      return 0;
    }
  },

  weft__js_worker_send__deps: ['$weftPool'],
  weft__js_worker_send: (address, words, count) => {
    try {
      weftPool.send(address, words, count);
    } catch (error) {
      // Not from inside the call: as if the worker had said it.
      weftPool.stop(address);
      const worker = { postMessage: () => {}, terminate: () => {} };
      weftPool.workers.set(address, worker);
      setTimeout(() => {
        if (weftPool.workers.get(address) !== worker) return;
        weftPool.lose(address, error);
        weftDriver.schedule();
      });
    }
  },

  weft__js_worker_cancel__deps: ['$weftPool'],
  weft__js_worker_cancel: (address, number) => {
    weftPool.tell(address, [weftMessage.CANCEL, number]);
  },

  weft__js_worker_stop__deps: ['$weftPool'],
  weft__js_worker_stop: (address) => {
    weftPool.stop(address);
    weftPool.watch(address, 'stopped');
  },
});
