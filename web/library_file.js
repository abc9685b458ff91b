/*
 * Whole files of Node.js: the JavaScript half of web/file.c.
 */
addToLibrary({
  $weftFiles: 'new Set()',
  $weftFile__deps: [
    '$weftFiles',
    '$weftStream',
    '$withStackSave',
    '$stringToUTF8OnStack',
    'weft__js_file_failed',
    'weft__js_file_room',
    'weft__js_file_done',
  ],

  /** Does something with a file, and tells the program how that has ended. */
  $weftFile: async (file, act) => {
    weftFiles.add(file);
    let bytes, error;
    try {
      if (!globalThis.process?.versions?.node) {
        throw weftStream.error(
          'ENOTSUP',
          'a browser page has no files: get the bytes with weft_fetch, or ' +
            'have JavaScript pass them',
        );
      }
      bytes = await act((await import('node:fs')).promises);
    } catch (reason) {
      error = reason;
    }
    if (!weftFiles.delete(file)) return; // nobody waits any more
    if (bytes) {
      const place = _weft__js_file_room(file, bytes.length);
      if (place) HEAPU8.set(bytes, place);
      else error = weftStream.error('ENOMEM', 'no memory for the file');
    }
    if (error) {
      withStackSave(() =>
        _weft__js_file_failed(
          file,
          stringToUTF8OnStack(error.code ?? 'EIO'),
          stringToUTF8OnStack(error.message),
        ),
      );
    } else _weft__js_file_done(file);
    weftDriver.schedule();
  },

  weft__js_file_read__deps: ['$weftFile', '$UTF8ToString'],
  weft__js_file_read: (file, path) => {
    const name = UTF8ToString(path);
    weftFile(file, (fs) => fs.readFile(name));
  },

  weft__js_file_write__deps: ['$weftFile', '$UTF8ToString'],
  weft__js_file_write: (file, path, place, size) => {
    const name = UTF8ToString(path);
    const bytes = HEAPU8.slice(place, place + size);
    weftFile(file, (fs) => fs.writeFile(name, bytes).then(() => undefined));
  },

  weft__js_file_forget__deps: ['$weftFiles'],
  weft__js_file_forget: (file) => {
    weftFiles.delete(file);
  },
});
