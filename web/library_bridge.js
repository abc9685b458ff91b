/*
 * weft/js.h: the JavaScript half of web/js.c, in programs that use it. C's
 * exports become Module.weftBridge.functions; Module.weft.imports are the functions
 * that C can call.
 *
 * Calls are known by the address of C's weft_js_args, waits of C by that of its
 * weft__bridge_wait: both stay until we were told, or have told, that they ended.
 */
addToLibrary({
  $weftJs__deps: [
    '$UTF8ToString',
    'weft__bridge_export_name',
    'weft__bridge_start',
    'weft__bridge_cancel',
    'weft__bridge_end',
    'weft__bridge_failed',
  ],
  $weftJs__postset: "Module['weftBridge'] = weftJs;",
  $weftJs: {
    codes: {
      WEFT_ECANCELED: -1,
      WEFT_ETIMEDOUT: -2,
      WEFT_EINVAL: -3,
      WEFT_ENOMEM: -4,
      WEFT_EALREADY: -14,
      WEFT_ENOTSUP: -15,
      WEFT_ECLOSED: -16,
      WEFT_ENOTFOUND: -25,
      WEFT_EJS: -33,
    },
    kinds: {
      UNDEFINED: 0,
      NULL: 1,
      BOOLEAN: 2,
      NUMBER: 3,
      STRING: 4,
      BYTES: 5,
      OBJECT: 6,
    },
    calls: new Map(),
    queue: [], // calls made before weft_run
    waits: new Map(),
    objects: new Map(), // what C holds: id -> {value, iterator, busy}
    lastObject: 0,
    serving: 0, // the wait of weft_js_serve
    closed: false,
    ended: false,

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
      return weftJs.error(weftJs.codes[name], name, message);
    },

    // ---- values

    /** What a value of JavaScript is in C: {kind, number | bytes}. */
    prepare(value) {
      const { kinds } = weftJs;
      switch (typeof value) {
        case 'undefined':
          return { kind: kinds.UNDEFINED };
        case 'boolean':
          return { kind: kinds.BOOLEAN, number: Number(value) };
        case 'number':
          return { kind: kinds.NUMBER, number: value };
        case 'bigint':
          if (BigInt(Number(value)) !== value) break;
          return { kind: kinds.NUMBER, number: Number(value) };
        case 'string':
          return { kind: kinds.STRING, bytes: new TextEncoder().encode(value) };
        case 'object':
        case 'function':
          if (value === null) return { kind: kinds.NULL };
          if (value instanceof ArrayBuffer) value = new Uint8Array(value);
          if (!ArrayBuffer.isView(value)) return { kind: kinds.OBJECT, value };
          return {
            kind: kinds.BYTES,
            bytes: new Uint8Array(
              value.buffer,
              value.byteOffset,
              value.byteLength,
            ),
          };
      }
      throw new TypeError(`C has no place for ${String(value)}`);
    },

    /** Bytes that a prepared value needs beside its weft_js_value. */
    extra: ({ bytes }) => (bytes ? (bytes.length + 8) & ~7 : 0),

    /** Writes a prepared value at p, its bytes at data. */
    write(p, { kind, number, bytes, value }, data) {
      HEAPU32[p >> 2] = kind;
      HEAPU32[(p + 4) >> 2] = bytes ? bytes.length : 0;
      if (number !== undefined) HEAPF64[(p + 8) >> 3] = number;
      if (bytes) {
        HEAPU32[(p + 8) >> 2] = data;
        HEAPU8.set(bytes, data);
        HEAPU8[data + bytes.length] = 0;
      }
      if (kind !== weftJs.kinds.OBJECT) return 0;
      const id = ++weftJs.lastObject;
      weftJs.objects.set(id, { value });
      HEAPU32[(p + 8) >> 2] = id;
      return id;
    },

    /** Writes a result for C, which will free it. */
    store(p, value) {
      const prepared = weftJs.prepare(value);
      const data = prepared.bytes ? _malloc(weftJs.extra(prepared)) : 0;
      if (prepared.bytes && !data) return weftJs.codes.WEFT_ENOMEM;
      weftJs.write(p, prepared, data);
      return 0;
    },

    read(p) {
      const { kinds } = weftJs;
      const size = HEAPU32[(p + 4) >> 2];
      const data = HEAPU32[(p + 8) >> 2];
      switch (HEAPU32[p >> 2]) {
        case kinds.NULL:
          return null;
        case kinds.BOOLEAN:
          return HEAPF64[(p + 8) >> 3] !== 0;
        case kinds.NUMBER:
          return HEAPF64[(p + 8) >> 3];
        case kinds.STRING:
          // A byte order mark is a character of the text like any other.
          return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
            HEAPU8.subarray(data, data + size),
          );
        case kinds.BYTES:
          return HEAPU8.slice(data, data + size);
        case kinds.OBJECT:
          return weftJs.objects.get(data)?.value;
        default:
          return undefined;
      }
    },

    /** A C string that C will free. */
    text(string) {
      const bytes = new TextEncoder().encode(string);
      const p = _malloc(bytes.length + 1);
      if (p) {
        HEAPU8.set(bytes, p);
        HEAPU8[p + bytes.length] = 0;
      }
      return p;
    },

    release(id) {
      const entry = weftJs.objects.get(id);
      weftJs.objects.delete(id);
      if (entry?.iterator) weftJs.stopIterating(entry);
    },

    // ---- calls of C's functions

    /** C's functions by name, when the program has been instantiated. */
    open() {
      weftDriver.began = () => {
        weftJs.queue.splice(0).forEach((call) => weftJs.begin(call));
      };
      weftDriver.cleanups.add(() => weftJs.end());
      const functions = {};
      for (let i = 0, p; (p = _weft__bridge_export_name(i)); i++) {
        const index = i;
        const fn = (...args) =>
          new Promise((resolve, reject) => {
            weftJs.call(index, args, { resolve, reject });
          });
        fn.iterate = (...args) => weftJs.iterate(index, args);
        fn.stream = (...args) => weftJs.stream(index, args);
        functions[UTF8ToString(p)] = fn;
      }
      return functions;
    },

    /** An AbortSignal as the last argument is the call's, not C's. */
    call(index, args, call) {
      const { signal } = Object.assign(call, {
        index,
        signal: args.at(-1) instanceof AbortSignal ? args.pop() : undefined,
        args: args.map(weftJs.prepare),
      });
      if (weftJs.ended || signal?.aborted) {
        call.reject(
          signal?.aborted
            ? weftJs.canceled(call)
            : weftJs.errorOf('WEFT_ECLOSED', 'the program has ended'),
        );
        return;
      }
      call.onAbort = () => weftJs.cancel(call);
      signal?.addEventListener('abort', call.onAbort);
      weftJs.begin(call);
    },

    begin(call) {
      const { args } = call;
      const sizes = args.map(weftJs.extra);
      const block = _malloc(
        args.length * 16 + sizes.reduce((a, b) => a + b, 0) || 1,
      );
      if (!block) return weftJs.fail(call, 'WEFT_ENOMEM', 'out of memory');
      let data = block + args.length * 16;
      call.objects = args.map((arg, i) => {
        const id = weftJs.write(block + i * 16, arg, data);
        data += sizes[i];
        return id;
      });
      const record = _weft__bridge_start(call.index, block, args.length);
      if (record > 1) {
        call.record = record;
        weftJs.calls.set(record, call);
        weftDriver.schedule();
        return undefined;
      }
      _free(block);
      call.objects.forEach(weftJs.release);
      if (record) return weftJs.fail(call, 'WEFT_ENOMEM', 'out of memory');
      weftJs.queue.push(call);
      return undefined;
    },

    cancel(call) {
      if (call.record) {
        _weft__bridge_cancel(call.record);
        weftDriver.schedule();
      } else {
        weftJs.queue = weftJs.queue.filter((other) => other !== call);
        weftJs.settle(call, weftJs.canceled(call));
      }
    },

    canceled(call) {
      const error = weftJs.errorOf('WEFT_ECANCELED', 'cancelled');
      if (call.signal?.aborted) error.cause = call.signal.reason;
      return error;
    },

    fail(call, name, message) {
      weftJs.settle(call, weftJs.errorOf(name, message));
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
                weftJs.call(index, [...args], call);
              } catch (error) {
                call.reject(error);
              }
            } else if (call.waiting) {
              const wait = call.waiting;
              call.waiting = 0;
              weftJs.endWait(wait, 0);
            }
          });
        },
        async return(value) {
          if (started && !over) {
            await new Promise((resolve) => {
              call.left = resolve;
              weftJs.cancel(call);
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
      const iterator = weftJs.iterate(index, args);
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

    // ---- waits of C

    endWait(wait, code, message) {
      weftJs.waits.delete(wait);
      _weft__bridge_end(wait, code, message ? weftJs.text(message) : 0);
      weftDriver.schedule();
    },

    /** A wait that has failed at once. */
    failed(wait, code, message) {
      _weft__bridge_failed(wait, weftJs.text(message));
      return code;
    },

    /** What C is told of an error: its code and message. */
    explain(what, error) {
      const { codes } = weftJs;
      if (error?.name === 'WeftError' && error.errno < 0) {
        return [error.errno, error.message];
      }
      const code =
        error?.name === 'AbortError'
          ? codes.WEFT_ECANCELED
          : error?.name === 'TimeoutError'
            ? codes.WEFT_ETIMEDOUT
            : codes.WEFT_EJS;
      return [code, `${what}: ${String(error)}`];
    },

    /** Lets C wait for a promise; convert makes a code of what it gives. */
    pend(wait, promise, { what, convert, abort }) {
      const pending = { abort };
      weftJs.waits.set(wait, pending);
      const end = (settle) => (value) => {
        if (weftJs.waits.get(wait) !== pending) return;
        let outcome;
        try {
          outcome = settle(value);
        } catch (error) {
          outcome = weftJs.explain(what, error);
        }
        weftJs.endWait(wait, ...outcome);
      };
      promise.then(
        end((value) => [convert(value)]),
        end((error) => weftJs.explain(what, error)),
      );
      return 2; // PENDING
    },

    callImport(wait, name, args, result) {
      const { codes } = weftJs;
      const fn = Module['weft'].imports?.[name];
      if (typeof fn !== 'function') {
        const message = `load() was given no function '${name}' to import`;
        return weftJs.failed(wait, codes.WEFT_ENOTFOUND, message);
      }
      let controller;
      const context = {
        get signal() {
          return (controller ??= new AbortController()).signal;
        },
      };
      const convert = (value) => weftJs.store(result, value);
      try {
        const value = fn(...args, context);
        if (typeof value?.then !== 'function') return convert(value);
        const abort = () => controller?.abort();
        return weftJs.pend(wait, value, { what: name, convert, abort });
      } catch (error) {
        return weftJs.failed(wait, ...weftJs.explain(name, error));
      }
    },

    iteratorOf(object) {
      // First, because a stream's own iterator cannot end while it waits.
      if (object.getReader) {
        const reader = object.getReader();
        return { next: () => reader.read(), return: () => reader.cancel() };
      }
      if (object[Symbol.asyncIterator]) return object[Symbol.asyncIterator]();
      return object[Symbol.iterator]?.();
    },

    stopIterating(entry) {
      const { iterator } = entry;
      entry.iterator = { next: () => ({ done: true }) };
      // Nobody is left to hear of an error.
      Promise.resolve(iterator.return?.()).catch(() => {});
    },

    next(wait, id, result) {
      const { codes, failed } = weftJs;
      const entry = weftJs.objects.get(id);
      try {
        if (entry) entry.iterator ??= weftJs.iteratorOf(entry.value);
        if (!entry?.iterator) {
          return failed(wait, codes.WEFT_EINVAL, 'the value is not iterable');
        }
        if (entry.busy) {
          return failed(wait, codes.WEFT_EALREADY, 'another task waits for it');
        }
        entry.busy = true;
        const step = Promise.resolve(entry.iterator.next()).finally(() => {
          entry.busy = false;
        });
        return weftJs.pend(wait, step, {
          what: 'weft_js_next',
          convert: ({ done, value }) =>
            done ? 0 : weftJs.store(result, value) || 1,
          abort: () => weftJs.stopIterating(entry),
        });
      } catch (error) {
        entry.busy = false;
        return failed(wait, ...weftJs.explain('weft_js_next', error));
      }
    },

    yield(wait, record, value) {
      const call = weftJs.calls.get(record);
      if (!call.wanted) {
        const message = 'the caller awaits one value; iterate() takes many';
        return weftJs.failed(wait, weftJs.codes.WEFT_ENOTSUP, message);
      }
      call.wanted.shift()?.resolve({ done: false, value });
      if (call.wanted.length) return 0;
      call.waiting = wait;
      weftJs.waits.set(wait, { abort: () => (call.waiting = 0) });
      return 2;
    },

    serve(wait) {
      if (weftJs.closed) return 0;
      weftJs.serving = wait;
      weftJs.waits.set(wait, { abort: () => (weftJs.serving = 0) });
      return 2;
    },

    // ---- the end

    /** Ends weft_js_serve; gives whether the program will so end by itself. */
    close() {
      weftJs.closed = true;
      const wait = weftJs.serving;
      weftJs.serving = 0;
      if (wait) weftJs.endWait(wait, 0);
      return wait !== 0;
    },

    /** The program has ended: so has all that is under way. */
    end() {
      weftJs.ended = true;
      const waits = [...weftJs.waits.values()];
      weftJs.waits.clear();
      waits.forEach(({ abort }) => abort?.());
      [...weftJs.objects.keys()].forEach(weftJs.release);
      const calls = [...weftJs.calls.values(), ...weftJs.queue.splice(0)];
      weftJs.calls.clear();
      for (const call of calls) {
        weftJs.fail(call, 'WEFT_ECLOSED', 'the program has ended');
      }
    },
  },

  weft__bridge_begin_call__deps: ['$weftJs'],
  weft__bridge_begin_call: (wait, name, values, count, result) => {
    const args = Array.from({ length: count }, (_, i) =>
      weftJs.read(values + i * 16),
    );
    return weftJs.callImport(wait, UTF8ToString(name), args, result);
  },
  weft__bridge_begin_next__deps: ['$weftJs'],
  weft__bridge_begin_next: (wait, id, result) => weftJs.next(wait, id, result),
  weft__bridge_begin_yield__deps: ['$weftJs'],
  weft__bridge_begin_yield: (wait, record, value) =>
    weftJs.yield(wait, record, weftJs.read(value)),
  weft__bridge_begin_serve__deps: ['$weftJs'],
  weft__bridge_begin_serve: (wait) => weftJs.serve(wait),
  weft__bridge_forget__deps: ['$weftJs'],
  weft__bridge_forget: (wait) => {
    const pending = weftJs.waits.get(wait);
    weftJs.waits.delete(wait);
    pending.abort?.();
  },
  weft__bridge_release__deps: ['$weftJs'],
  weft__bridge_release: (id) => weftJs.release(id),
  weft__bridge_returned__deps: ['$weftJs'],
  weft__bridge_returned: (record, value) => {
    const call = weftJs.calls.get(record);
    call.returned = true;
    call.result = weftJs.read(value);
  },
  weft__bridge_ended__deps: ['$weftJs'],
  weft__bridge_ended: (record, code, name, message) => {
    const call = weftJs.calls.get(record);
    weftJs.calls.delete(record);
    call.record = 0;
    call.objects.forEach(weftJs.release);
    if (!call.returned) call.result = code;
    if (code === weftJs.codes.WEFT_ECANCELED) {
      weftJs.settle(call, weftJs.canceled(call));
    } else if (code < 0) {
      const text = UTF8ToString(message);
      weftJs.settle(call, weftJs.error(code, UTF8ToString(name), text));
    } else {
      weftJs.settle(call);
    }
  },
});
