/*
 * UDP of Node.js: the JavaScript half of web/udp.c.
 */
addToLibrary({
  $WeftUdp__deps: ['$weftStream', '$weftStreams', 'weft__js_unsent'],
  $WeftUdp: class {
    alive = true;
    unsent = 0; // bytes of datagrams that wait for their host's address
    waiting = 0; // how many these are

    constructor(s) {
      this.s = s;
      weftStream.add(s, this);
    }

    async open(address, port) {
      try {
        const { createSocket } = await import('node:dgram');
        if (!this.alive) return;
        this.socket = createSocket(address?.includes(':') ? 'udp6' : 'udp4');
        const { socket } = this;
        socket.on('error', (error) => {
          if (this.opened || !this.alive) return; // a datagram that was lost
          socket.close();
          weftStream.lost(this.s, error);
        });
        socket.on('message', (bytes, from) => this.arrived(bytes, from));
        socket.bind({ address, port }, () => {
          this.opened = true;
          weftStream.opened(this.s);
        });
      } catch (error) {
        if (this.alive) weftStream.lost(this.s, error);
      }
    }

    /** A datagram with its weft__datagram_head (52 bytes), in one piece. */
    arrived(bytes, { address, port }) {
      if (!this.reading || !this.alive) return;
      const framed = Buffer.alloc(52 + bytes.length);
      framed.writeUInt32LE(bytes.length, 0);
      framed.writeUInt16LE(port, 4);
      framed.write(address.slice(0, 45), 6);
      bytes.copy(framed, 52);
      weftStream.arrived(this.s, framed);
    }

    send(host, port, bytes) {
      this.waiting++;
      this.unsent += bytes.length;
      this.socket.send(bytes, port, host, () => {
        this.waiting--;
        this.unsent -= bytes.length;
        if (!this.alive) return;
        _weft__js_unsent(this.s, this.unsent);
        if (this.closing) this.finish();
        weftDriver.schedule();
      });
      return this.unsent;
    }

    read(on) {
      this.reading = on;
    }

    close() {
      this.closing = true;
      this.finish();
    }

    /** Node.js would forget what it has not sent. */
    finish() {
      if (this.waiting) return;
      this.socket.close(() => this.alive && weftStream.lost(this.s));
    }

    abort() {
      this.alive = false;
      // Also in the middle of opening; a socket is closed once.
      if (!this.closing || this.waiting) this.socket?.close();
    }

    info(name) {
      if (name !== 'sockname' || this.closing) return undefined;
      const { address, port } = this.socket.address();
      return address.includes(':')
        ? `[${address}]:${port}`
        : `${address}:${port}`;
    }
  },

  weft__js_udp__deps: ['$WeftUdp', '$UTF8ToString'],
  weft__js_udp: (s, host, port) => {
    if (!globalThis.process?.versions?.node) return false;
    new WeftUdp(s).open(host ? UTF8ToString(host) : undefined, port);
    return true;
  },

  weft__js_udp_send__deps: ['$weftStreams', '$UTF8ToString'],
  weft__js_udp_send: (s, host, port, place, size) =>
    weftStreams
      .get(s)
      .send(UTF8ToString(host), port, HEAPU8.slice(place, place + size)),
});
