/*
 * weft/js.h: C's functions as JavaScript calls them, and the end of a program
 * that does nothing but answer calls. With library_bridge_waits.js and
 * library_bridge_values.js it is the JavaScript half of web/js.c, in programs
 * that use it.
 *
 * A call is known by the address of C's weft_js_args, which stays until we were
 * told that it ended.
 */
addToLibrary({
  $weftCalls__deps: [
    '$weftCodes',
    '$weftText',
    '$weftValues',
    '$weftWaits',
    'weft__bridge_export_name',
    'weft__bridge_start',
    'weft__bridge_cancel',
  ],
  $weftCalls__postset: "Module['weftBridge'] = weftCalls;",
  $weftCalls: {
    running: new Map(),
    queue: [], // calls made before weft_run
    serving: 0, // the wait of weft_js_serve
    closed: false,
    ended: false,

    /** C's functions by name, when the program has been instantiated. */
    open() {
      weftDriver.began = () => {
        weftCalls.queue.splice(0).forEach((call) => weftCalls.begin(call));
      };
      weftDriver.cleanups.add(() => weftCalls.end());
      const functions = {};
      for (let i = 0, p; (p = _weft__bridge_export_name(i)); i++) {
        const index = i;
        const fn = (...args) =>
          new Promise((resolve, reject) => {
            weftCalls.call(index, args, { resolve, reject });
          });
        fn.iterate = (...args) => weftCalls.iterate(index, args);
        fn.stream = (...args) => weftCalls.stream(index, args);
        functions[weftText.get(p)] = fn;
      }
      return functions;
    },

    /** An AbortSignal as the last argument is the call's, not C's. */
    call(index, args, call) {
      const { signal } = Object.assign(call, {
        index,
        signal: args.at(-1) instanceof AbortSignal ? args.pop() : undefined,
        args: args.map(weftValues.prepare),
      });
      if (weftCalls.ended || signal?.aborted) {
        call.reject(
          signal?.aborted
            ? weftCalls.canceled(call)
            : weftCalls.errorOf('WEFT_ECLOSED', 'the program has ended'),
        );
        return;
      }
      call.onAbort = () => weftCalls.cancel(call);
      signal?.addEventListener('abort', call.onAbort);
      weftCalls.begin(call);
    },

    begin(call) {
      const { args } = call;
      const sizes = args.map(weftValues.extra);
      const block = _malloc(
        args.length * 16 + sizes.reduce((a, b) => a + b, 0) || 1,
      );
      if (!block) return weftCalls.fail(call, 'WEFT_ENOMEM', 'out of memory');
      let data = block + args.length * 16;
      call.objects = args.map((arg, i) => {
        const id = weftValues.write(block + i * 16, arg, data);
        data += sizes[i];
        return id;
      });
      const record = _weft__bridge_start(call.index, block, args.length);
      if (record > 1) {
        call.record = record;
        weftCalls.running.set(record, call);
        weftDriver.schedule();
        return undefined;
      }
      _free(block);
      call.objects.forEach(weftValues.release);
      if (record) return weftCalls.fail(call, 'WEFT_ENOMEM', 'out of memory');
      weftCalls.queue.push(call);
      return undefined;
    },

    cancel(call) {
      if (call.record) {
        _weft__bridge_cancel(call.record);
        weftDriver.schedule();
      } else {
        weftCalls.queue = weftCalls.queue.filter((other) => other !== call);
        weftCalls.settle(call, weftCalls.canceled(call));
      }
    },

    canceled(call) {
      const error = weftCalls.errorOf('WEFT_ECANCELED', 'cancelled');
      if (call.signal?.aborted) error.cause = call.signal.reason;
      return error;
    },

    fail(call, name, message) {
      weftCalls.settle(call, weftCalls.errorOf(name, message));
    },

    settle(call, error) {
      call.signal?.removeEventListener('abort', call.onAbort);
      if (error) call.reject(error);
      else call.resolve(call.result);
    },

    /** An asynchronous iterator over what C yields; it begins when asked. */
    iterate(index, args) {
      const wanted = []; // {resolve, reject} of next() calls, oldest first
      let over = false;
      let started = false;
      const done = (value) => ({ done: true, value });
      const call = {
        wanted,
        waiting: 0, // the wait of weft_js_yield
        resolve: (value) => finish((first) => first.resolve(done(value))),
        reject: (error) => finish((first) => first.reject(error)),
      };
      const finish = (settleFirst) => {
        over = true;
        const [first, ...others] = wanted.splice(0);
        if (first) settleFirst(first);
        others.forEach((want) => want.resolve(done()));
        call.left?.();
      };
      return {
        next() {
          if (over) return Promise.resolve(done());
          return new Promise((resolve, reject) => {
            wanted.push({ resolve, reject });
            if (!started) {
              started = true;
              try {
                weftCalls.call(index, [...args], call);
              } catch (error) {
                call.reject(error);
              }
            } else if (call.waiting) {
              const wait = call.waiting;
              call.waiting = 0;
              weftWaits.endWait(wait, 0);
            }
          });
        },
        async return(value) {
          if (started && !over) {
            await new Promise((resolve) => {
              call.left = resolve;
              weftCalls.cancel(call);
            });
          }
          over = true;
          return done(value);
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },

    /** The same as a stream, which asks for nothing before its reader does. */
    stream(index, args) {
      const iterator = weftCalls.iterate(index, args);
      return new ReadableStream(
        {
          async pull(controller) {
            const { done, value } = await iterator.next();
            if (done) controller.close();
            else controller.enqueue(value);
          },
          cancel: () => iterator.return(),
        },
        { highWaterMark: 0 },
      );
    },

    error(code, name, message) {
      const { WeftError } = Module['weft'];
      if (WeftError) return new WeftError(name, code, message);
      const error = new Error(message);
      return Object.assign(error, {
        name: 'WeftError',
        code: name,
        errno: code,
      });
    },
    errorOf(name, message) {
      return weftCalls.error(weftCodes[name], name, message);
    },

    // ---- waits of C for JavaScript that calls it

    yield(wait, record, value) {
      const call = weftCalls.running.get(record);
      if (!call.wanted) {
        const message = 'the caller awaits one value; iterate() takes many';
        return weftWaits.failed(wait, weftCodes.WEFT_ENOTSUP, message);
      }
      call.wanted.shift()?.resolve({ done: false, value });
      if (call.wanted.length) return 0;
      call.waiting = wait;
      weftWaits.all.set(wait, { abort: () => (call.waiting = 0) });
      return 2;
    },

    serve(wait) {
      if (weftCalls.closed) return 0;
      weftCalls.serving = wait;
      weftWaits.all.set(wait, { abort: () => (weftCalls.serving = 0) });
      return 2;
    },

    // ---- the end

    /** Ends weft_js_serve; gives whether the program will so end by itself. */
    close() {
      weftCalls.closed = true;
      const wait = weftCalls.serving;
      weftCalls.serving = 0;
      if (wait) weftWaits.endWait(wait, 0);
      return wait !== 0;
    },

    /** The program has ended: so has all that is under way. */
    end() {
      weftCalls.ended = true;
      const waits = [...weftWaits.all.values()];
      weftWaits.all.clear();
      waits.forEach(({ abort }) => abort?.());
      [...weftValues.objects.keys()].forEach(weftValues.release);
      const calls = [
        ...weftCalls.running.values(),
        ...weftCalls.queue.splice(0),
      ];
      weftCalls.running.clear();
      for (const call of calls) {
        weftCalls.fail(call, 'WEFT_ECLOSED', 'the program has ended');
      }
    },
  },

  weft__bridge_begin_yield__deps: ['$weftCalls'],
  weft__bridge_begin_yield: (wait, record, value) =>
    weftCalls.yield(wait, record, weftValues.read(value)),
  weft__bridge_begin_serve__deps: ['$weftCalls'],
  weft__bridge_begin_serve: (wait) => weftCalls.serve(wait),
  weft__bridge_returned__deps: ['$weftCalls'],
  weft__bridge_returned: (record, value) => {
    const call = weftCalls.running.get(record);
    call.returned = true;
    call.result = weftValues.read(value);
  },
  weft__bridge_ended__deps: ['$weftCalls'],
  weft__bridge_ended: (record, code, name, message) => {
    const call = weftCalls.running.get(record);
    weftCalls.running.delete(record);
    call.record = 0;
    call.objects.forEach(weftValues.release);
    if (!call.returned) call.result = code;
    if (code === weftCodes.WEFT_ECANCELED) {
      weftCalls.settle(call, weftCalls.canceled(call));
    } else if (code < 0) {
      const text = weftText.get(message);
      weftCalls.settle(call, weftCalls.error(code, weftText.get(name), text));
    } else {
      weftCalls.settle(call);
    }
  },
});
