/*
 * WebSockets: the JavaScript half of web/websocket.c, and TCP of a page
 * through a gateway that speaks websockify's protocol: a WebSocket whose
 * binary messages are the bytes of the connection.
 */
addToLibrary({
  /** What both have in common. */
  $WeftWeb__deps: ['$weftStream', '$weftStreams'],
  $WeftWeb: class {
    alive = true;
    waiting = []; // messages that have come while the program does not read

    constructor(s) {
      this.s = s;
      weftStream.add(s, this);
    }

    async open(url, protocols) {
      try {
        const WebSocket = await this.constructor.WebSocket();
        if (!this.alive) return;
        try {
          this.socket = new WebSocket(url, protocols);
        } catch (error) {
          throw weftStream.error('EINVAL', error.message);
        }
      } catch (error) {
        if (this.alive) weftStream.lost(this.s, error);
        return;
      }
      const { socket } = this;
      socket.binaryType = 'arraybuffer';
      socket.addEventListener('open', () => {
        this.opened = true;
        if (this.alive) weftStream.opened(this.s);
      });
      socket.addEventListener('message', ({ data }) => this.message(data));
      // Else close tells, which Node.js 22 lacks when opening has failed.
      socket.addEventListener('error', () => {
        if (!this.opened) this.ended({ code: 1006, reason: '' });
      });
      socket.addEventListener('close', (event) => this.ended(event));
    }

    /** The host's own, or on Node.js before 22 the one of the package ws. */
    static async WebSocket() {
      if (globalThis.WebSocket) return globalThis.WebSocket;
      try {
        return (await import('ws')).WebSocket;
      } catch {
        throw weftStream.error(
          'ENOTSUP',
          `Node.js ${process.versions.node} has no WebSocket: npm install ws, or use Node.js 22 or later`,
        );
      }
    }

    ended(event) {
      if (!this.alive) return;
      this.event = event;
      if (!this.opened) {
        this.lose(
          'ECONNREFUSED',
          `nobody answers at ${this.socket.url}, or not as a WebSocket`,
        );
      } else if (this.closing) weftStream.lost(this.s);
      else if (this.waiting.length) this.end_waits = true;
      else this.tell_end();
    }

    /** The end, in good order or not; what came before it was delivered. */
    tell_end() {
      const { code, reason } = this.event;
      if (this.isGood(code)) {
        weftStream.ended(this.s);
        return;
      }
      const why = reason ? `: ${reason}` : '';
      this.lose(
        'ECONNRESET',
        `the WebSocket was closed with code ${code}${why}`,
      );
    }

    lose(code, message) {
      weftStream.lost(this.s, weftStream.error(code, message));
    }

    message(data) {
      if (!this.alive) return;
      if (this.reading && !this.waiting.length) this.deliver(data);
      else this.waiting.push(data);
    }

    read(on) {
      this.reading = on;
      if (!on || !(this.waiting.length || this.end_waits)) return;
      // Not now: this is called from inside the program.
      setTimeout(() => {
        while (this.alive && this.reading && this.waiting.length) {
          this.deliver(this.waiting.shift());
        }
        if (!this.alive || !this.end_waits || this.waiting.length) return;
        this.end_waits = false;
        this.tell_end();
      });
    }

    /** Tells the program when what is unsent has become less; nobody tells us. */
    watch(tell) {
      if (this.watching) return;
      this.watching = setInterval(() => {
        const { socket } = this;
        const open = () => this.alive && socket.readyState === 1;
        if (open()) tell(socket.bufferedAmount); // which may send more
        if (open() && socket.bufferedAmount) return;
        clearInterval(this.watching);
        this.watching = undefined;
        if (this.alive) tell(0); // sent, or nobody is there to send it to
      }, 5);
    }

    close() {
      this.closing = true;
      if (this.event) setTimeout(() => this.alive && weftStream.lost(this.s));
      else this.socket.close(this.code ?? 1000, this.reason ?? '');
    }

    abort() {
      this.alive = false;
      this.socket?.close();
    }
  },

  $WeftMessages__deps: [
    '$WeftWeb',
    '$weftStream',
    '$weftUtf8',
    'weft__js_unsent',
  ],
  $WeftMessages__postset: 'WeftMessages = WeftMessages();',
  $WeftMessages: () =>
    class extends WeftWeb {
      isGood(code) {
        return code !== 1006; // it was closed; the program can see the code
      }

      /** A message with its weft__message_head, in one piece. */
      deliver(data) {
        const text = typeof data === 'string';
        const bytes = text
          ? new TextEncoder().encode(data)
          : new Uint8Array(data);
        const framed = new Uint8Array(8 + bytes.length);
        const view = new DataView(framed.buffer);
        view.setUint32(0, text ? 1 : 2, true);
        view.setUint32(4, bytes.length, true);
        framed.set(bytes, 8);
        weftStream.arrived(this.s, framed);
      }

      send(text, bytes) {
        const { socket } = this;
        if (socket.readyState !== 1) return -1;
        socket.send(text ? weftUtf8.decode(bytes) : bytes);
        if (socket.bufferedAmount) {
          this.watch((unsent) => {
            _weft__js_unsent(this.s, unsent);
            weftDriver.schedule();
          });
        }
        return socket.bufferedAmount;
      }

      info(name) {
        if (name === 'protocol') return this.socket.protocol || undefined;
        if (name === 'close_code') return this.event && String(this.event.code);
        if (name === 'close_reason') return this.event?.reason;
        return undefined;
      }
    },

  $WeftGateway__deps: ['$WeftWeb', '$weftStream'],
  $WeftGateway__postset: 'WeftGateway = WeftGateway();',
  $WeftGateway: () =>
    class extends WeftWeb {
      static connect(s, { host, port, path }, template) {
        const gateway = new this(s);
        template ??= Module['weft'].env['WEFT_GATEWAY'];
        if (template && !path) {
          const url = template
            .replaceAll('{host}', encodeURIComponent(host))
            .replaceAll('{port}', String(port));
          gateway.peer = `${host}:${port}`;
          gateway.open(url, ['binary']);
          return;
        }
        const message = path
          ? 'a browser page has no Unix sockets'
          : 'a browser page has no TCP: name a WebSocket gateway (websockify) in weft_stream_options.gateway or the page\'s WEFT_GATEWAY, such as "wss://example.org/?token={host}:{port}"';
        setTimeout(() => gateway.alive && gateway.lose('ENOTSUP', message));
      }

      isGood(code) {
        return code === 1000 || code === 1005;
      }

      deliver(data) {
        weftStream.arrived(this.s, new Uint8Array(data));
      }

      write(place, size) {
        const { socket } = this;
        if (socket.readyState !== 1) return true; // its close is on its way
        socket.send(HEAPU8.slice(place, place + size));
        if (!socket.bufferedAmount) return true;
        this.unsent = true;
        this.watch((amount) => {
          if (amount || !this.unsent) return;
          this.unsent = false;
          weftStream.written(this.s);
        });
        return false;
      }

      info(name) {
        return name === 'peername' ? this.peer : undefined;
      }
    },

  weft__js_websocket__deps: ['$WeftMessages', '$UTF8ToString'],
  weft__js_websocket: (s, url, protocols) => {
    const names = protocols ? UTF8ToString(protocols).split(',') : [];
    new WeftMessages(s).open(UTF8ToString(url), names);
  },

  weft__js_websocket_send__deps: ['$weftStreams'],
  weft__js_websocket_send: (s, text, place, size) =>
    weftStreams.get(s).send(text, HEAPU8.slice(place, place + size)),

  weft__js_websocket_reason__deps: ['$weftStreams', '$UTF8ToString'],
  weft__js_websocket_reason: (s, code, reason) => {
    const stream = weftStreams.get(s);
    stream.code = code;
    stream.reason = reason ? UTF8ToString(reason) : '';
  },
});
