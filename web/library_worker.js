/*
 * A worker of Node.js and browsers: its own side. web/main.js has found that
 * it runs in a worker, and has made an instance of the module for its jobs;
 * Module.weftWay is the way to the program.
 *
 * To wake a thread's event loop takes long. On Node.js a worker that has ended
 * a job therefore waits for the next one without it, at the bell that the
 * program rings after each message: awake for SPIN, about as long as it takes
 * to be woken, then asleep. After PATIENCE it is back in its event loop, which
 * serves what a job may have left behind. A job that waits for the host does
 * so in the event loop anyway.
 */
addToLibrary({
  $weftWorkerSide__deps: [
    '$weftMessage',
    '$UTF8ToString',
    'malloc',
    'weft__job_overflowed',
    'weft__job_begin',
    'weft__job_outcome',
    'weft__job_clear',
    'weft__job_cancel',
    'weft__looked',
  ],
  $weftWorkerSide__postset: `Module['weftServe'] = () => weftWorkerSide.serve();`,
  $weftWorkerSide: {
    /** Jobs not begun: {number, job, items, bytes}. */
    queue: [],
    next: 0,
    /** The job that runs. */
    current: undefined,
    began: 0,
    damaged: false,
    /** The last line that weft itself has reported. */
    reported: undefined,
    pumping: false,
    PATIENCE: 5, // milliseconds
    SPIN: 0.05, // as well

    post(message, transfer) {
      Module['weftWay'].port.postMessage(message, transfer);
    },

    /** Begins; returns what is to be called with each message. */
    serve() {
      weftDriver.prepare();
      weftDriver.immediate = true;
      weftDriver.end = (status) => this.ended(status);
      weftDriver.guard = (enter) => this.guard(enter);
      const report = err;
      err = (line) => {
        this.reported = line;
        report(line);
      };
      this.post([weftMessage.READY]);
      const { bell } = Module['weftWay'];
      return (data) => {
        this.receive(data);
        if (bell) this.listen();
      };
    },

    /** Whether it has nothing to do but to wait for a message. */
    isIdle() {
      return !this.current && !this.queue.length && !this.damaged;
    },

    /** Takes the messages that come within PATIENCE. */
    listen() {
      const { bell, poll, alone } = Module['weftWay'];
      const spin = alone ? 0 : this.SPIN;
      let now = performance.now();
      let since = now; // it has been idle
      const until = now + this.PATIENCE;
      for (let heard; now < until && this.isIdle(); now = performance.now()) {
        const rung = Atomics.load(bell, 0); // before the look for a message
        const next = rung !== heard && poll();
        if (next) {
          this.receive(next.message);
          since = performance.now();
        } else if (now - since < spin) heard = rung;
        else Atomics.wait(bell, 0, rung, until - now);
      }
    },

    receive(data) {
      if (data instanceof ArrayBuffer) {
        const heads = new Uint32Array(data);
        for (let at = 0; at < data.byteLength;) {
          const size = heads[(at >> 2) + 2];
          this.queue.push({
            number: this.next++,
            job: heads[at >> 2],
            items: heads[(at >> 2) + 1],
            bytes: new Uint8Array(data, at + 16, size),
          });
          at += 16 + ((size + 15) & ~15);
        }
        this.pump();
      } else if (data[0] === weftMessage.CANCEL) this.cancel(data[1]);
    },

    cancel(number) {
      if (this.current?.number === number) {
        _weft__job_cancel();
        weftDriver.schedule();
        return;
      }
      const waiting = this.queue.find((job) => job.number === number);
      if (waiting) waiting.cancelled = true;
    },

    /** Runs what waits; lets the host have its turn every few milliseconds. */
    pump() {
      if (this.pumping) return;
      this.pumping = true;
      const until = performance.now() + 4;
      while (!this.current && !this.damaged && this.queue.length) {
        if (performance.now() > until) {
          setTimeout(() => this.pump());
          break;
        }
        this.begin(this.queue.shift());
      }
      this.pumping = false;
    },

    begin(job) {
      this.current = job;
      this.began = performance.now();
      if (job.cancelled) {
        this.done([weftMessage.DONE, -1, 0]);
        return;
      }
      const size = job.bytes.length;
      const input = _malloc(size || 1);
      if (!input) {
        this.fail(-4, `no memory for its input of ${size} bytes`, false);
        return;
      }
      HEAPU8.set(job.bytes, input);
      job.bytes = undefined;
      weftDriver.scheduled = false;
      weftDriver.settle(() =>
        _weft__job_begin(job.job, input, size, job.items),
      );
    },

    /**
     * Runs C. A trap is the end of this worker: its memory cannot be trusted,
     * so nothing more is run in it.
     */
    guard(enter) {
      try {
        return enter();
      } catch (error) {
        clearTimeout(weftDriver.timer);
        weftDriver.scheduled = true;
        if (error instanceof WeftExit) this.left(error.status);
        else if (_weft__job_overflowed()) {
          this.fail(-10, 'it has overflowed its C stack'); // WEFT_ESTACK
        } else {
          const code = error instanceof RangeError ? -10 : -11; // WEFT_ETRAP
          this.fail(code, String(error?.message ?? error));
        }
        return undefined;
      }
    },

    /** exit was called, or weft has given up, which exits with 70. */
    left(status) {
      const fatal = status === 70 && this.reported;
      if (fatal) this.fail(/stack/.test(fatal) ? -10 : -4, fatal);
      else this.fail(-32, `it has called exit(${status})`); // WEFT_EEXIT
    },

    ended() {
      clearTimeout(weftDriver.timer);
      _fflush(0);
      const outcome = _weft__job_outcome() >> 2;
      const rc = HEAP32[outcome];
      const data = HEAPU32[outcome + 1];
      const size = HEAPU32[outcome + 2];
      const message = HEAPU32[outcome + 3];
      const seconds = (performance.now() - this.began) / 1000;
      let output;
      try {
        if (size) output = HEAPU8.slice(data, data + size).buffer;
      } catch (error) {
        this.fail(-4, `no memory to send its output of ${size} bytes`);
        return;
      }
      const answer = [weftMessage.DONE, rc, seconds];
      if (output || message) answer.push(output);
      if (message) answer.push(UTF8ToString(message));
      _weft__job_clear();
      this.done(answer, output && [output]);
    },

    /** The job has ended with an error that C does not know of. */
    fail(code, message, damaged = true) {
      this.damaged = damaged;
      const seconds = (performance.now() - this.began) / 1000;
      this.done([weftMessage.DONE, code, seconds, undefined, message, damaged]);
    },

    done(answer, transfer) {
      this.current = undefined;
      this.post(answer, transfer);
      this.pump();
    },
  },

  weft__js_look__deps: ['weft__looked'],
  weft__js_look: (handle) => {
    const looked = () => {
      _weft__looked(handle);
      weftDriver.turn();
    };
    // In Node.js the first comes before the messages that have arrived.
    if (typeof setImmediate === 'function') {
      setImmediate(() => setImmediate(looked));
    } else setTimeout(looked);
  },
});
