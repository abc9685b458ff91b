/*
 * The JavaScript half of the web back end, inside the module's factory
 * (emcc --post-js): it drives the loop from the host's event loop.
 */

/** The program has ended, in the middle of C. */
class WeftExit extends Error {
  constructor(status) {
    super(`exit(${status})`);
    this.status = status;
  }
}

const weftDriver = {
  scheduled: false,
  timer: undefined,
  resolve: undefined,
  reject: undefined,
  /** Enters a run at once, not after the host's turn: a worker's jobs. */
  immediate: false,
  over: false,
  interrupted: false,
  /** What to do when main has called weft_run. */
  began: undefined,
  /** What to do when the program is over: functions. */
  cleanups: new Set(),

  /** Calls turn() once the host's events have been served. */
  schedule() {
    if (this.scheduled) return;
    this.scheduled = true;
    this.defer();
  },

  turn() {
    if (this.over) return;
    this.scheduled = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    const delay = this.guard(() => _weft__turn());
    if (delay === undefined) return;
    if (delay < 0) {
      Module['weft'].running?.(false);
      this.settle(() => _weft__finish());
    } else if (delay === 0) this.schedule();
    else if (delay < Infinity) {
      // A timer takes 31 bits; an early turn only sets the next one.
      const ms = Math.min(Math.ceil(delay), 0x7fffffff);
      this.timer = setTimeout(() => this.turn(), ms);
    }
  },

  /** Runs C; a trap ends the task that ran, if it was one. */
  guard(enter) {
    try {
      return enter();
    } catch (error) {
      if (this.isExit(error)) this.end(error.status);
      else if (this.guard(() => this.lost(error))) this.schedule();
      else this.close(() => this.reject(error));
      return undefined;
    }
  },

  isExit(error) {
    return error instanceof WeftExit || error?.name === 'ExitStatus';
  },

  /** Ends the task that has trapped; false: it was none, or not this one. */
  lost(error, inner = 0) {
    _weft__recover();
    const code = error instanceof RangeError ? -10 : -11;
    const p = weftText.copy(String(error?.message ?? error));
    const lost = _weft__lost(code, p, inner);
    _free(p);
    return lost;
  },

  settle(enter) {
    const status = this.guard(enter);
    if (status === undefined) return;
    if (status !== -1) {
      this.end(status);
      return;
    }
    this.began?.(); // main is in weft_run
    Module['weft'].running?.(true);
    Module['weftBegan']?.(); // what watches it (web/demo/watch.c)
    if (this.immediate) this.turn();
    else this.schedule();
  },

  end(status) {
    this.close(() => {
      _fflush(0);
      this.resolve(status);
    });
  },

  /** Interrupts the program; the second time, or without a run, ends it. */
  stop() {
    const first = !this.interrupted;
    this.interrupted = true;
    if (this.over) return;
    if (first && _weft__interrupt()) this.schedule();
    else this.end(130); // as a shell says of Ctrl-C
  },

  /** The page goes away: interrupts, and runs what does not have to wait. */
  unload() {
    if (this.over || this.interrupted || !_weft__interrupt()) return;
    this.interrupted = true;
    do this.turn();
    while (this.scheduled && !this.over);
  },

  /** The program is over: gives back what it holds of the host. */
  close(report) {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.timer);
    this.scheduled = true; // nothing runs any more
    this.cleanups.forEach((cleanup) => cleanup());
    this.cleanups.clear();
    report();
  },

  /** Finds out how this host is asked for a turn. */
  prepare() {
    // Unless there has been one earlier.
    const turn = () => this.scheduled && this.turn();
    if (typeof setImmediate === 'function') {
      this.defer = () => setImmediate(turn);
    } else {
      // Not setTimeout, which is clamped to 4 ms when nested.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = turn;
      this.defer = () => port2.postMessage(0);
      this.cleanups.add(() => port1.close());
    }
  },

  /** Runs the program; the promise gives its exit status. */
  start(args) {
    this.prepare();
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      const argv = _malloc((args.length + 1) * 4);
      args.forEach((arg, i) => {
        HEAPU32[(argv >> 2) + i] = weftText.copy(arg);
      });
      HEAPU32[(argv >> 2) + args.length] = 0;
      this.settle(() => _weft__start(args.length, argv));
    });
  },
};

Module['weftStart'] = (args) => weftDriver.start(args);
Module['weftStop'] = () => weftDriver.stop();
Module['weftUnload'] = () => weftDriver.unload();
