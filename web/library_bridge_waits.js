/*
 * weft/js.h: what tasks of C wait for in JavaScript: functions that it calls,
 * Module.weft.imports, and the next value of what it iterates over.
 *
 * A wait is known by the address of C's weft__bridge_wait, which stays until we
 * have told that it ended, or were told to forget it.
 */
addToLibrary({
  $weftWaits__deps: [
    '$weftCodes',
    '$weftText',
    '$weftValues',
    'weft__bridge_end',
    'weft__bridge_failed',
  ],
  $weftWaits: {
    all: new Map(), // wait -> {abort}

    endWait(wait, code, message) {
      weftWaits.all.delete(wait);
      _weft__bridge_end(wait, code, message ? weftText.copy(message) : 0);
      weftDriver.schedule();
    },

    /** A wait that has failed at once. */
    failed(wait, code, message) {
      _weft__bridge_failed(wait, weftText.copy(message));
      return code;
    },

    /** What C is told of an error: its code and message. */
    explain(what, error) {
      if (error?.name === 'WeftError' && error.errno < 0) {
        return [error.errno, error.message];
      }
      const code =
        error?.name === 'AbortError'
          ? weftCodes.WEFT_ECANCELED
          : error?.name === 'TimeoutError'
            ? weftCodes.WEFT_ETIMEDOUT
            : weftCodes.WEFT_EJS;
      return [code, `${what}: ${String(error)}`];
    },

    /** Lets C wait for a promise; convert makes a code of what it gives. */
    pend(wait, promise, { what, convert, abort }) {
      const pending = { abort };
      weftWaits.all.set(wait, pending);
      const end = (settle) => (value) => {
        if (weftWaits.all.get(wait) !== pending) return;
        let outcome;
        try {
          outcome = settle(value);
        } catch (error) {
          outcome = weftWaits.explain(what, error);
        }
        weftWaits.endWait(wait, ...outcome);
      };
      promise.then(
        end((value) => [convert(value)]),
        end((error) => weftWaits.explain(what, error)),
      );
      return 2; // PENDING
    },

    callImport(wait, name, args, result) {
      const fn = Module['weft'].imports?.[name];
      if (typeof fn !== 'function') {
        const message = `load() was given no function '${name}' to import`;
        return weftWaits.failed(wait, weftCodes.WEFT_ENOTFOUND, message);
      }
      let controller;
      const context = {
        get signal() {
          return (controller ??= new AbortController()).signal;
        },
      };
      const convert = (value) => weftValues.store(result, value);
      try {
        const value = fn(...args, context);
        if (typeof value?.then !== 'function') return convert(value);
        const abort = () => controller?.abort();
        return weftWaits.pend(wait, value, { what: name, convert, abort });
      } catch (error) {
        return weftWaits.failed(wait, ...weftWaits.explain(name, error));
      }
    },

    next(wait, id, result) {
      const { failed } = weftWaits;
      const entry = weftValues.objects.get(id);
      try {
        if (entry) entry.iterator ??= weftValues.iteratorOf(entry.value);
        if (!entry?.iterator) {
          return failed(
            wait,
            weftCodes.WEFT_EINVAL,
            'the value is not iterable',
          );
        }
        if (entry.busy) {
          return failed(
            wait,
            weftCodes.WEFT_EALREADY,
            'another task waits for it',
          );
        }
        entry.busy = true;
        const step = Promise.resolve(entry.iterator.next()).finally(() => {
          entry.busy = false;
        });
        return weftWaits.pend(wait, step, {
          what: 'weft_js_next',
          convert: ({ done, value }) =>
            done ? 0 : weftValues.store(result, value) || 1,
          abort: () => weftValues.stopIterating(entry),
        });
      } catch (error) {
        entry.busy = false;
        return failed(wait, ...weftWaits.explain('weft_js_next', error));
      }
    },
  },

  weft__bridge_begin_call__deps: ['$weftWaits'],
  weft__bridge_begin_call: (wait, name, values, count, result) => {
    const args = Array.from({ length: count }, (_, i) =>
      weftValues.read(values + i * 16),
    );
    return weftWaits.callImport(wait, weftText.get(name), args, result);
  },
  weft__bridge_begin_next__deps: ['$weftWaits'],
  weft__bridge_begin_next: (wait, id, result) =>
    weftWaits.next(wait, id, result),
  weft__bridge_forget__deps: ['$weftWaits'],
  weft__bridge_forget: (wait) => {
    const pending = weftWaits.all.get(wait);
    weftWaits.all.delete(wait);
    pending.abort?.();
  },
});
