/*
 * The standard streams as streams: the JavaScript half of web/stdio.c. Behind
 * them are those of Node's process, or what Module.weft has (web/main.js).
 */
addToLibrary({
  /** One of the streams of Node's process. */
  $WeftStdStream__deps: ['$weftStream', '$weftStreams'],
  $WeftStdStream: class {
    alive = true;

    constructor(s, stream) {
      this.s = s;
      this.stream = stream;
      weftStream.add(s, this);
      this.listeners = {
        error: (error) => this.end(error),
        end: () => weftStream.ended(s),
        data: (bytes) => weftStream.arrived(s, bytes),
      };
      stream.on('error', this.listeners.error);
    }

    read(on) {
      const { stream, listeners } = this;
      if (!this.listening) {
        this.listening = true;
        stream.on('end', listeners.end);
        stream.on('data', listeners.data);
        stream.ref?.(); // as it was before the last one has left
        // The last one has read it to its end. Not now: this is called from
        // inside the program.
        if (stream.destroyed || stream.readableEnded) {
          setImmediate(() => this.alive && listeners.end());
        }
      }
      if (on) stream.resume();
      else stream.pause();
    }

    write(place, size) {
      let sent = false;
      this.stream.write(HEAPU8.slice(place, place + size), () => {
        sent = true;
        if (this.waiting && this.alive) {
          this.waiting = false;
          weftStream.written(this.s);
        }
      });
      this.waiting = !sent && this.stream.writableLength > 0;
      return !this.waiting;
    }

    close() {
      setImmediate(() => this.end());
    }

    abort() {
      this.alive = false;
      this.leave();
    }

    end(error) {
      if (!this.alive) return;
      this.leave();
      weftStream.lost(this.s, error);
    }

    /** What is behind it stays open, for others. */
    leave() {
      const { stream, listeners } = this;
      for (const name in listeners) stream.off(name, listeners[name]);
      if (!this.listening) return;
      stream.pause();
      stream.unref?.();
    }
  },

  /** What run() or load() was given: an iterator, or a function to write. */
  $WeftGivenStream__deps: ['$weftStream'],
  $WeftGivenStream: class {
    alive = true;

    constructor(s, behind) {
      this.s = s;
      this.behind = behind;
      weftStream.add(s, this);
    }

    async read(on) {
      const { s, behind } = this;
      this.on = on;
      if (this.busy) return;
      this.busy = true;
      try {
        while (this.on && this.alive) {
          // What comes when this stream is gone is the next one's.
          const { done, value } = await (behind.piece ??= behind.next());
          if (!this.alive) break;
          if (done) {
            weftStream.ended(s);
            break;
          }
          behind.piece = undefined;
          const isText = typeof value === 'string';
          const bytes = isText ? new TextEncoder().encode(value) : value;
          if (bytes.length) weftStream.arrived(s, bytes);
        }
      } catch (error) {
        if (this.alive) weftStream.lost(s, error);
      }
      this.busy = false;
    }

    /** If it gives a promise, there is no room until that is fulfilled. */
    write(place, size) {
      let sent;
      try {
        sent = this.behind(HEAPU8.slice(place, place + size));
      } catch (error) {
        sent = Promise.reject(error);
      }
      if (typeof sent?.then !== 'function') return true;
      sent.then(
        () => this.alive && weftStream.written(this.s),
        (error) => this.alive && weftStream.lost(this.s, error),
      );
      return false;
    }

    close() {
      setTimeout(() => this.alive && weftStream.lost(this.s));
    }

    abort() {
      this.alive = false;
    }
  },

  weft__js_open_input__deps: ['$WeftStdStream', '$WeftGivenStream'],
  // Tells web/main.js that what comes while the program runs will be read.
  weft__js_open_input__postset: "Module['weftReadsLive'] = true;",
  weft__js_open_input: (s) => {
    const weft = Module['weft'];
    const isOfProcess =
      isNode && !Module['weftWay'] && weft.stdin === undefined;
    if (isOfProcess) new WeftStdStream(s, process.stdin);
    else {
      weft.input ??= {
        next() {
          const value = new Uint8Array(65536);
          const size = weft.read(value);
          return { done: size <= 0, value: value.subarray(0, size) };
        },
      };
      new WeftGivenStream(s, weft.input);
    }
  },

  weft__js_open_output__deps: ['$WeftStdStream', '$WeftGivenStream'],
  weft__js_open_output: (s, fd) => {
    const weft = Module['weft'];
    const given = weft.outputs?.[fd];
    if (isNode && !Module['weftWay'] && !given) {
      new WeftStdStream(s, fd === 1 ? process.stdout : process.stderr);
    } else {
      const write = (bytes) => void weft.write(fd, bytes);
      new WeftGivenStream(s, given ?? write);
    }
  },
});
