/* What the C half of the web back end (web/host.c) imports. */
addToLibrary({
  weft__js_now: () => performance.now(),
  weft__js_report__deps: ['$weftText'],
  weft__js_report: (text) => err(weftText.get(text).trimEnd()),
  weft__js_env__deps: ['$weftText'],
  weft__js_env: (name, value, size) => {
    const found = Module['weft'].env[weftText.get(name)];
    if (found !== undefined) weftText.put(found, value, size);
    return found !== undefined;
  },
  weft__js_exit: (status) => {
    throw new WeftExit(status);
  },
  weft__js_step: (handle) => {
    try {
      _weft__step(handle);
    } catch (error) {
      if (weftDriver.isExit(error) || !weftDriver.lost(error, handle)) {
        throw error;
      }
    }
  },

  // A byte order mark is a character of the text like any other.
  $weftUtf8: "new TextDecoder('utf-8', { ignoreBOM: true })",

  // What Emscripten has for this knows hosts without these two classes.
  $weftText__deps: ['malloc', '$weftUtf8'],
  $weftText: {
    get: (p) => {
      p >>>= 0;
      return weftUtf8.decode(HEAPU8.subarray(p, HEAPU8.indexOf(0, p)));
    },
    put: (text, p, size) => {
      const room = HEAPU8.subarray(p, p + size - 1);
      HEAPU8[p + new TextEncoder().encodeInto(text, room).written] = 0;
    },
    /** Copies it to memory from malloc; 0: there is none. */
    copy: (text) => {
      const bytes = new TextEncoder().encode(text);
      const p = _malloc(bytes.length + 1);
      if (p) {
        HEAPU8.set(bytes, p);
        HEAPU8[p + bytes.length] = 0;
      }
      return p;
    },
  },

  // Resolved by the Asyncify pass (src/context_asyncify.c); emcc, which links
  // before it, wants to see them.
  start_unwind: () => {},
  stop_unwind: () => {},
  start_rewind: () => {},
  stop_rewind: () => {},
});
