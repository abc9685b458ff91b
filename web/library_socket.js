/*
 * Sockets of Node.js as streams: the JavaScript half of web/connect.c.
 */
addToLibrary({
  $WeftSocket__deps: ['$weftStream', '$weftStreams'],
  $WeftSocket: class {
    constructor(s) {
      this.s = s;
      weftStreams.set(s, this);
    }

    /** Takes over a socket; it does not read yet. */
    attach(socket) {
      this.socket = socket;
      this.onwritten = () => {
        if (this.waiting && this.alive && socket === this.socket) {
          this.waiting = false;
          weftStream.written(this.s);
        }
      };
      socket.on('end', () => this.alive && weftStream.ended(this.s));
      socket.on('error', (error) => (this.error = error));
      socket.on('close', () => {
        if (socket === this.socket && this.alive)
          weftStream.lost(this.s, this.error);
      });
    }

    /** Goes on in TLS on the same socket. */
    async startTls(context, name, tls) {
      try {
        const [{ connect, TLSSocket }, { isIP }, options] = await Promise.all([
          import('node:tls'),
          import('node:net'),
          tls.options(context),
        ]);
        if (!this.alive) return;
        const inner = this.socket;
        inner.removeAllListeners();
        const socket = options.isServer
          ? new TLSSocket(inner, options)
          : connect({
              ...options,
              socket: inner,
              host: name,
              servername: isIP(name) ? '' : name,
              allowHalfOpen: true,
            });
        socket.pause();
        socket.on('data', (bytes) => this.arrived(bytes));
        this.attach(socket);
        socket.on('error', (error) => (this.error = tls.explain(error)));
        socket.once(
          options.isServer ? 'secure' : 'secureConnect',
          () => this.alive && weftStream.opened(this.s),
        );
      } catch (error) {
        this.socket.destroy();
        if (this.alive) weftStream.lost(this.s, error);
      }
    }

    /** Whether the program still knows this stream. */
    get alive() {
      return weftStreams.get(this.s) === this;
    }

    /** What arrives goes straight on: one buffer serves all sockets. */
    static onread() {
      return (this.buffer ??= new Uint8Array(65536));
    }

    arrived(bytes) {
      if (this.alive) weftStream.arrived(this.s, bytes);
    }

    read(on) {
      if (on) this.socket.resume();
      else this.socket.pause();
    }

    write(place, size) {
      const { socket } = this;
      // The program's memory may change and even move before it is sent.
      socket.write(HEAPU8.slice(place, place + size), this.onwritten);
      this.waiting = socket.writableLength > 0;
      return !this.waiting;
    }

    shutdown() {
      this.socket.end();
    }

    close() {
      this.socket.destroySoon();
      this.socket.resume(); // or the end of a peer would not be seen
    }

    abort() {
      this.socket?.destroy();
    }

    info(name) {
      const { socket } = this;
      const address = (host, port) =>
        host && (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
      if (name === 'peername')
        return address(socket.remoteAddress, socket.remotePort);
      if (name === 'sockname')
        return address(socket.localAddress, socket.localPort);
      if (!socket.getCipher) return undefined;
      if (name === 'tls_version') return socket.getProtocol() ?? undefined;
      if (name === 'cipher') return socket.getCipher()?.standardName;
      if (name === 'alpn') return socket.alpnProtocol || undefined;
      if (name === 'peercert') {
        const subject = socket.getPeerCertificate()?.subject;
        return (
          subject &&
          Object.entries(subject)
            .map(([key, value]) => `${key}=${value}`)
            .join(', ')
        );
      }
      return undefined;
    }
  },

  weft__js_connect__deps: ['$WeftSocket', '$weftStream', '$UTF8ToString'],
  weft__js_connect: (
    s,
    host,
    port,
    path,
    localHost,
    localPort,
    nextAddressAfter,
    gateway,
  ) => {
    const text = (p) => (p ? UTF8ToString(p) : undefined);
    const stream = new WeftSocket(s);
    const options = path
      ? { path: text(path) }
      : {
          host: text(host),
          port,
          localAddress: text(localHost),
          localPort: localPort || undefined,
          autoSelectFamily: true,
          autoSelectFamilyAttemptTimeout: Math.max(
            10,
            Math.min(nextAddressAfter, 0x7fffffff),
          ),
        };
    const connect = async () => {
      if (!globalThis.process?.versions?.node) {
        throw weftStream.error('ENOTSUP', 'a browser page has no TCP');
      }
      const net = await import('node:net');
      if (!stream.alive) return;
      const socket = net.connect({
        ...options,
        allowHalfOpen: true,
        noDelay: true,
        onread: {
          buffer: WeftSocket.onread(),
          callback: (size, buffer) => {
            stream.arrived(buffer.subarray(0, size));
            return true;
          },
        },
      });
      socket.pause();
      stream.attach(socket);
      socket.once('connect', () => stream.alive && weftStream.opened(s));
    };
    connect().catch((error) => stream.alive && weftStream.lost(s, error));
  },
});
