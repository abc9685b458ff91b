/*
 * Sockets of Node.js as streams: the JavaScript half of web/connect.c.
 */
addToLibrary({
  $WeftSocket__deps: ['$weftStream', '$weftStreams'],
  $WeftSocket: class {
    /** Whether the program still knows this stream. */
    alive = true;
    wanted = false; // it is to read
    peername; // the path of a Unix socket that a client has connected to
    sockname; // the path of a server's

    constructor(s) {
      this.s = s;
      weftStream.add(s, this);
    }

    /** What fails at once is told later: this is called from the program. */
    async connect(options, delay) {
      // An import takes as long as a connection, and so happens once.
      const { connect, isIP } = (WeftSocket.net ??= await import('node:net'));
      if (!this.alive) return;
      if (options.host && !isIP(options.host)) {
        const addresses = await this.addresses(options);
        if (this.alive) this.race(addresses, delay, options);
        return;
      }
      this.peername = options.path;
      this.attach(connect({ ...options, ...this.options }));
      this.socket.once('connect', WeftSocket.opened);
    }

    /** The addresses of a name, of IPv6 and IPv4 in turn. */
    async addresses({ host, localAddress }) {
      const { lookup } = (WeftSocket.dns ??= await import('node:dns/promises'));
      const only = localAddress && WeftSocket.net.isIP(localAddress);
      const found = await lookup(host, { all: true });
      const all = found.filter(({ family }) => !only || family === only);
      if (!all.length) {
        throw weftStream.error(
          'EINVAL',
          'the local address is of another family than the addresses of the host',
        );
      }
      const first = all.filter(({ family }) => family === all[0].family);
      const other = all.filter(({ family }) => family !== all[0].family);
      return all
        .flatMap((_, i) => [first[i], other[i]])
        .filter((place) => place)
        .map(({ address }) => address);
    }

    /**
     * Tries addresses in turn, the next one when the last has failed or has
     * not answered for a while (RFC 8305, as asyncio does it; Node.js would
     * give the last one up). The first that answers is taken.
     */
    race(addresses, delay, options) {
      const attempts = new Set();
      let timer, failure;
      this.giveUp = () => {
        clearTimeout(timer);
        attempts.forEach((socket) => socket.destroy());
      };
      const next = () => {
        clearTimeout(timer);
        const host = addresses.shift();
        if (host) attempt({ ...options, ...this.options, host });
        else if (!attempts.size) weftStream.lost(this.s, failure);
      };
      const attempt = (options) => {
        const socket = WeftSocket.net.connect(options);
        attempts.add(socket);
        const failed = (error) => {
          failure ??= error;
          attempts.delete(socket);
          if (this.alive) next();
        };
        socket.once('error', failed);
        socket.once('connect', () => {
          socket.off('error', failed);
          attempts.delete(socket);
          this.giveUp();
          this.attach(socket);
          weftStream.opened(this.s);
        });
        if (addresses.length) timer = setTimeout(next, delay);
      };
      next();
    }

    /**
     * Takes over a socket, which does not read yet, or reads from its connection
     * on: to stop it until the program wants to read costs two system calls.
     */
    attach(socket) {
      this.socket = socket;
      socket.weft = this;
      this.onwritten = () => {
        if (!this.waiting || !this.has(socket)) return;
        this.waiting = false;
        weftStream.written(this.s);
      };
      socket.on('end', WeftSocket.ended);
      socket.on('error', WeftSocket.failed);
      socket.on('close', WeftSocket.closed);
    }

    /** Whether what happens to a socket still concerns the program. */
    has(socket) {
      return this.alive && socket === this.socket;
    }

    // What sockets call, as `this`: one function for all of them.
    static opened() {
      if (this.weft.has(this)) weftStream.opened(this.weft.s);
    }
    static ended() {
      if (!this.weft.has(this)) return;
      this.weft.ended = true;
      weftStream.ended(this.weft.s);
    }
    static failed(error) {
      this.weft.error = error;
    }
    static closed() {
      const { weft } = this;
      if (weft.has(this)) weftStream.lost(weft.s, weft.error);
    }

    /**
     * Options of a socket with which what arrives is in one buffer for all
     * sockets when it goes on into the program: nothing is allocated for it.
     */
    get options() {
      return {
        noDelay: true,
        allowHalfOpen: true,
        onread: {
          buffer: (WeftSocket.buffer ??= new Uint8Array(65536)),
          callback: (size, buffer) => {
            this.arrived(size === 65536 ? buffer : buffer.subarray(0, size));
            if (!this.wanted) this.socket.pause();
            this.constructor.piled(size);
            return true;
          },
        },
      };
    }

    /**
     * So many bytes have arrived. A turn follows when all sockets have been
     * served, or now that what has piled up is as much as caches hold: tasks
     * find their bytes there, and peers go on while others are read.
     */
    static piled(size) {
      this.pile = (this.pile ?? 0) + size + 1024; // and what a task touches
      if (this.pile < 262144) return;
      this.pile = 0;
      weftDriver.turn();
    }

    /**
     * Takes over a connection of a server. Its socket cannot be given options,
     * so another one takes its handle, as Node.js itself does it for sockets
     * that come from other processes.
     */
    adopt(socket, Socket) {
      const handle = socket._handle;
      if (typeof handle?.useUserBuffer === 'function') {
        socket._handle = null;
        this.attach(
          new Socket({ ...this.options, handle, pauseOnCreate: true }),
        );
      } else {
        socket.on('data', (bytes) => this.has(socket) && this.arrived(bytes));
        this.attach(socket.pause());
      }
    }

    /** Goes on in TLS on the same socket, some bytes of which are here already. */
    async startTls(context, name, tls, arrived) {
      this.socket.pause();
      try {
        const [{ connect, TLSSocket }, { isIP }, options] = await Promise.all([
          import('node:tls'),
          import('node:net'),
          tls.options(context),
        ]);
        if (!this.alive) return;
        const inner = this.socket;
        if (arrived.length) inner.unshift(arrived);
        const socket = options.isServer
          ? new TLSSocket(inner, options)
          : connect({
              ...options,
              socket: inner,
              host: name,
              servername: isIP(name) ? '' : name,
              allowHalfOpen: true,
            });
        socket.on('data', (bytes) => this.arrived(bytes));
        this.attach(socket.pause());
        socket.on('error', (error) => {
          this.error = tls.explain(error);
          socket.destroy(); // Node.js would go on, to an end like a good one
        });
        if (!options.isServer) socket.once('secureConnect', WeftSocket.opened);
        else {
          socket.once('secure', () => {
            // Of a certificate that was asked for Node.js has only checked that
            // there is one: the verdict is its own tls.Server's.
            const refusal = options.requestCert && socket._handle.verifyError();
            if (refusal) socket.destroy(refusal);
            else WeftSocket.opened.call(socket);
          });
        }
      } catch (error) {
        this.socket.destroy();
        if (this.alive) weftStream.lost(this.s, error);
      }
    }

    arrived(bytes) {
      if (this.alive) weftStream.arrived(this.s, bytes);
    }

    read(on) {
      this.wanted = on;
      if (!on) this.socket.pause();
      else if (this.socket.isPaused()) this.socket.resume();
    }

    write(place, size) {
      const { socket } = this;
      socket.write(WeftSocket.staged(place, size), this.onwritten);
      this.waiting = socket.writableLength > 0;
      // What could not be sent at once stays with the socket: it keeps the copy.
      if (this.waiting) WeftSocket.stage = undefined;
      return !this.waiting;
    }

    /**
     * A copy of the program's bytes, which may change, and even move, before
     * they are sent. Mostly they are sent at once, and then the same memory
     * serves the next write.
     */
    static staged(place, size) {
      if (this.heap?.buffer !== HEAPU8.buffer)
        this.heap = Buffer.from(HEAPU8.buffer);
      if (!(this.stage?.length >= size)) {
        this.stage = Buffer.allocUnsafeSlow(Math.max(size, 65536));
        this.view = undefined;
      }
      this.heap.copy(this.stage, 0, place, place + size);
      if (this.view?.length !== size) this.view = this.stage.subarray(0, size);
      return this.view;
    }

    shutdown() {
      this.socket.end();
    }

    close() {
      const { socket } = this;
      // All is written and read: nothing is left to say but TLS's own end.
      if (this.ended && !socket.encrypted) socket.destroy();
      else {
        socket.destroySoon();
        this.wanted = true;
        socket.resume(); // or the end of a peer would not be seen
      }
    }

    abort() {
      this.alive = false;
      this.giveUp?.();
      this.socket?.destroy();
    }

    info(name) {
      const { socket } = this;
      const address = (host, port) =>
        host && (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
      if (name === 'peername')
        return (
          this.peername ?? address(socket.remoteAddress, socket.remotePort)
        );
      if (name === 'sockname')
        return this.sockname ?? address(socket.localAddress, socket.localPort);
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

  weft__js_connect__deps: [
    '$WeftSocket',
    '$WeftGateway',
    '$weftStream',
    '$UTF8ToString',
  ],
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
    const options = path
      ? { path: text(path) }
      : {
          host: text(host),
          port,
          localAddress: text(localHost),
          localPort: localPort || undefined,
        };
    const isNode = !!globalThis.process?.versions?.node;
    if (!isNode) {
      WeftGateway.connect(s, options, text(gateway));
      return true;
    }
    const stream = new WeftSocket(s);
    stream
      .connect(options, Math.min(nextAddressAfter, 0x7fffffff))
      .catch((error) => stream.alive && weftStream.lost(s, error));
    return false;
  },
});
