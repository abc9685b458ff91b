/*
 * HTTP by fetch: the JavaScript half of web/fetch.c. A request and its response
 * are one stream.
 */
addToLibrary({
  $WeftFetch__deps: ['$weftStream', '$weftStreams', '$weftExplain'],
  $WeftFetch: class {
    alive = true;
    aborter = new AbortController();

    constructor(s) {
      this.s = s;
      weftStream.add(s, this);
    }

    async start(url, init, streamsBody) {
      try {
        if (streamsBody) init.body = await this.body(init);
        if (!this.alive) return;
        this.response = await fetch(this.request(url, init));
        if (!this.alive) return;
        if (this.response.type === 'opaqueredirect') {
          throw weftStream.error('ENOTSUP', 'a page cannot see redirects');
        }
        this.reader = this.response.body?.getReader();
        weftStream.opened(this.s);
        if (!this.reader) weftStream.ended(this.s);
      } catch (error) {
        this.fail(error);
      }
    }

    request(url, init) {
      try {
        const { protocol } = new URL(url, globalThis.location?.href);
        if (!/^https?:$/.test(protocol))
          throw new Error(`${protocol} is not HTTP`);
        return new Request(url, { ...init, signal: this.aborter.signal });
      } catch (error) {
        throw weftStream.error('EINVAL', error.message);
      }
    }

    /**
     * What the program writes: a stream where requests can stream (Node.js),
     * else all of it, when it is there.
     */
    body(init) {
      const isNode = globalThis.process?.versions?.node;
      if (!isNode) {
        const parts = [];
        return new Promise((resolve) => {
          this.sink = {
            take: (bytes) => parts.push(bytes),
            end: () => resolve(new Blob(parts)),
          };
        });
      }
      init.duplex = 'half';
      return new ReadableStream({
        start: (controller) => {
          this.sink = {
            take: (bytes) => {
              controller.enqueue(bytes);
              return controller.desiredSize > 0;
            },
            end: () => controller.close(),
          };
        },
        pull: () => this.written(),
        // The server has answered, or gone, before it has taken all.
        cancel: () => {
          this.sink = { take: () => true, end: () => {} };
          this.written();
        },
      });
    }

    written() {
      if (!this.waiting || !this.alive) return;
      this.waiting = false;
      weftStream.written(this.s);
    }

    fail(error) {
      if (!this.alive || this.closing) return;
      // Node.js says why in the cause; a page is not told.
      weftStream.lost(this.s, weftExplain(error.cause ?? error));
    }

    read(on) {
      this.reading = on;
      if (on && this.reader && !this.pumping) this.pump();
    }

    async pump() {
      this.pumping = true;
      try {
        while (this.reading && this.alive) {
          const { done, value } = await this.reader.read();
          if (!this.alive) return;
          if (done) {
            weftStream.ended(this.s);
            break;
          }
          weftStream.arrived(this.s, value);
        }
      } catch (error) {
        this.fail(error);
      }
      this.pumping = false;
    }

    write(place, size) {
      this.waiting =
        this.sink.take(HEAPU8.slice(place, place + size)) === false;
      return !this.waiting;
    }

    shutdown() {
      this.sink.end();
    }

    close() {
      this.closing = true;
      this.waiting = false; // nothing is told from inside the program
      this.aborter.abort();
      setTimeout(() => this.alive && weftStream.lost(this.s));
    }

    abort() {
      this.alive = false;
      this.aborter.abort();
    }

    info(name) {
      const { response } = this;
      if (!response) return undefined;
      if (name === 'status') return String(response.status);
      if (name === 'url') return response.url;
      if (!name.startsWith('header:')) return undefined;
      return response.headers.get(name.slice(7)) ?? undefined;
    }
  },

  weft__js_fetch__deps: ['$WeftFetch', '$UTF8ToString'],
  weft__js_fetch: (
    s,
    url,
    method,
    headers,
    count,
    body,
    bodySize,
    streamsBody,
    noRedirects,
  ) => {
    const list = [];
    for (let i = headers >> 2; count-- > 0; i += 2) {
      list.push([UTF8ToString(HEAPU32[i]), UTF8ToString(HEAPU32[i + 1])]);
    }
    new WeftFetch(s).start(
      UTF8ToString(url),
      {
        method: UTF8ToString(method),
        headers: list,
        // Node.js 20 could not send an array again after a redirect.
        body: body
          ? new Blob([HEAPU8.subarray(body, body + bodySize)])
          : undefined,
        redirect: noRedirects ? 'manual' : 'follow',
      },
      !!streamsBody,
    );
  },
});
