/*
 * Servers of Node.js: the JavaScript half of web/server.c.
 */
addToLibrary({
  $weftServers: 'new Map()',

  $WeftServer__deps: [
    '$WeftSocket',
    '$weftServers',
    '$withStackSave',
    '$stringToUTF8OnStack',
    'weft__js_listening',
    'weft__js_not_listening',
    'weft__js_accept',
    'weft__js_cannot_accept',
  ],
  $WeftServer: class {
    accepting = true;
    // Sockets, while it does not accept: Node.js takes all, so the backlog is
    // kept here.
    waiting = [];

    constructor(address) {
      this.address = address;
      weftServers.set(address, this);
      weftDriver.cleanups.add(WeftServer.closeAll);
    }

    static closeAll() {
      weftServers.forEach((server) => server.close());
    }

    get alive() {
      return weftServers.get(this.address) === this;
    }

    async listen(options) {
      try {
        const net = await import('node:net');
        if (!this.alive) return;
        this.backlog = options.backlog;
        this.path = options.path;
        this.Socket = net.Socket;
        this.server = net.createServer({
          allowHalfOpen: true,
          pauseOnConnect: true,
          noDelay: true,
        });
        this.server.on('connection', (socket) => this.accept(socket));
        this.server.on('error', (error) => {
          if (this.server.listening) this.report(error);
          else this.fail(error);
        });
        this.server.listen(options, () => {
          if (!this.alive) return;
          _weft__js_listening(this.address, this.server.address().port ?? 0);
          weftDriver.schedule();
        });
      } catch (error) {
        this.fail(error);
      }
    }

    fail(error) {
      if (!this.alive) return;
      weftServers.delete(this.address);
      this.server?.close();
      withStackSave(() =>
        _weft__js_not_listening(
          this.address,
          stringToUTF8OnStack(error.code ?? 'EIO'),
          stringToUTF8OnStack(error.message),
        ),
      );
      weftDriver.schedule();
    }

    /** A connection could not be accepted; the next one may be. */
    report({ message }) {
      withStackSave(() =>
        _weft__js_cannot_accept(stringToUTF8OnStack(message)),
      );
    }

    accept(socket) {
      if (!this.alive) {
        socket.destroy();
        return;
      }
      if (!this.accepting && this.waiting.length >= this.backlog) {
        socket.destroy();
        return;
      }
      if (!this.accepting) {
        // A peer that goes away meanwhile is met when its turn has come.
        socket.on('error', () => {});
        this.waiting.push(socket);
        return;
      }
      const s = _weft__js_accept(this.address);
      if (!s) {
        socket.destroy();
        return;
      }
      const stream = new WeftSocket(s);
      stream.sockname = this.path;
      stream.adopt(socket, this.Socket);
      weftDriver.schedule();
    }

    accept_more(on) {
      this.accepting = on;
      // Not now: this is called from inside the program.
      if (on) setImmediate(() => this.accept_waiting());
    }

    accept_waiting() {
      while (this.accepting && this.waiting.length) {
        this.accept(this.waiting.shift());
      }
    }

    close() {
      weftServers.delete(this.address);
      this.server?.close();
      for (const socket of this.waiting) socket.destroy();
    }
  },

  weft__js_listen__deps: ['$WeftServer', '$UTF8ToString'],
  weft__js_listen: (server, host, port, path, backlog) => {
    if (!globalThis.process?.versions?.node) return false;
    const text = (p) => (p ? UTF8ToString(p) : undefined);
    new WeftServer(server).listen(
      path
        ? { path: text(path), backlog }
        : { host: text(host), port, backlog },
    );
    return true;
  },

  weft__js_unlisten__deps: ['$weftServers'],
  weft__js_unlisten: (server) => weftServers.get(server)?.close(),

  weft__js_accepting__deps: ['$weftServers'],
  weft__js_accepting: (server, on) =>
    weftServers.get(server)?.accept_more(!!on),
});
