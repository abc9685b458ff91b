/*
 * Streams whose bytes JavaScript moves: the JavaScript half of web/stream.c.
 *
 * weftStreams has an object for each record that the host knows. Such an
 * object has a field `alive`, which ends with it, and the methods read(on), write(place, size) (true: all is with the
 * kernel; else weftStream.written is to be called when it is), shutdown(),
 * close(), abort() and info(name); it tells what happens by weftStream.
 * Nothing of this is called from inside the C program: it calls only from the
 * host's event loop.
 */
addToLibrary({
  $weftStreams: 'new Map()',

  $weftStream__deps: [
    '$weftStreams',
    '$withStackSave',
    '$stringToUTF8OnStack',
    'weft__js_room',
    'weft__js_arrived',
    'weft__js_opened',
    'weft__js_ended',
    'weft__js_written',
    'weft__js_lost',
  ],
  $weftStream: {
    /** The object of a stream that the host knows from now on. */
    add(s, stream) {
      weftStreams.set(s, stream);
      weftDriver.cleanups.add(this.abortAll);
    },

    /** A program that ends in the middle leaves nothing open. */
    abortAll() {
      weftStreams.forEach((stream) => stream.abort());
    },

    opened(s) {
      _weft__js_opened(s);
      weftDriver.schedule();
    },

    /** Copies what has arrived into the program: the one copy there is. */
    arrived(s, bytes) {
      const place = _weft__js_room(s, bytes.length);
      if (!place) return;
      HEAPU8.set(bytes, place);
      _weft__js_arrived(s, bytes.length);
      weftDriver.schedule();
    },

    ended(s) {
      _weft__js_ended(s);
      weftDriver.schedule();
    },

    written(s) {
      _weft__js_written(s);
      weftDriver.schedule();
    },

    /** The stream is closed, for that reason if it was not in good order. */
    lost(s, error) {
      weftStreams.get(s).alive = false;
      weftStreams.delete(s);
      if (error) {
        withStackSave(() =>
          _weft__js_lost(
            s,
            stringToUTF8OnStack(error.code ?? 'EIO'),
            stringToUTF8OnStack(error.message || error.code || String(error)),
          ),
        );
      } else _weft__js_lost(s, 0, 0);
      weftDriver.schedule();
    },

    /** An error with a code that web/codes.c knows. */
    error: (code, message) => Object.assign(new Error(message), { code }),
  },

  weft__js_stream_read__deps: ['$weftStreams'],
  weft__js_stream_read: (s, on) => weftStreams.get(s).read(!!on),
  weft__js_stream_write__deps: ['$weftStreams'],
  weft__js_stream_write: (s, place, size) =>
    weftStreams.get(s).write(place, size),
  weft__js_stream_shutdown__deps: ['$weftStreams'],
  weft__js_stream_shutdown: (s) => weftStreams.get(s).shutdown(),
  weft__js_stream_close__deps: ['$weftStreams'],
  weft__js_stream_close: (s) => weftStreams.get(s).close(),
  weft__js_stream_abort__deps: ['$weftStreams'],
  weft__js_stream_abort: (s) => {
    const stream = weftStreams.get(s);
    weftStreams.delete(s);
    stream?.abort();
  },
  weft__js_stream_info__deps: [
    '$weftStreams',
    '$UTF8ToString',
    '$stringToUTF8',
    '$lengthBytesUTF8',
  ],
  weft__js_stream_info: (s, name, text, size) => {
    const value = weftStreams.get(s)?.info?.(UTF8ToString(name));
    if (value === undefined) return -1;
    stringToUTF8(value, text, size);
    return lengthBytesUTF8(value);
  },
});
