/*
 * The standard streams of Node.js as streams: the JavaScript half of
 * web/stdio.c.
 */
addToLibrary({
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

    shutdown() {}

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

  weft__js_open_stdio__deps: ['$WeftStdStream'],
  weft__js_open_stdio: (s, fd) => {
    if (!globalThis.process?.versions?.node) return false;
    const { stdin, stdout, stderr } = process;
    new WeftStdStream(s, [stdin, stdout, stderr][fd]);
    return true;
  },
});
