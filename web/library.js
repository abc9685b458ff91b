/* What the C half of the web back end (web/host.c) imports. */
addToLibrary({
  weft__js_now: () => performance.now(),
  weft__js_report__deps: ['$UTF8ToString'],
  weft__js_report: (text) => err(UTF8ToString(text).trimEnd()),
  weft__js_env__deps: ['$UTF8ToString', '$stringToUTF8'],
  weft__js_env: (name, value, size) => {
    const found = Module['weft'].env[UTF8ToString(name)];
    if (found !== undefined) stringToUTF8(found, value, size);
    return found !== undefined;
  },
  weft__js_exit: (status) => {
    throw new WeftExit(status);
  },

  // Resolved by the Asyncify pass (src/context_asyncify.c); emcc, which links
  // before it, wants to see them.
  start_unwind: () => {},
  stop_unwind: () => {},
  start_rewind: () => {},
  stop_rewind: () => {},
});
