/*
 * TLS of Node.js on sockets: the JavaScript half of web/tls.c.
 */
addToLibrary({
  $weftTls__deps: ['$weftStream', '$weftExplain'],
  $weftTls: {
    contexts: {},
    next: 1,

    explain: (error) => weftExplain(error),

    /** Node's options; the secure context is made at the first use. */
    async options(context) {
      const { createSecureContext } = await import('node:tls');
      try {
        context.secureContext ??= createSecureContext(context);
      } catch (error) {
        throw weftStream.error(
          'ECERT',
          `the certificate, key or CA cannot be read: ${error.message}`,
        );
      }
      return {
        secureContext: context.secureContext,
        ALPNProtocols: context.alpn,
        rejectUnauthorized: context.server ? !!context.ca : !context.insecure,
        requestCert: !context.server || !!context.ca,
        isServer: context.server,
      };
    },
  },

  weft__js_tls_new__deps: ['$weftTls', '$UTF8ToString'],
  weft__js_tls_new: (server, ca, cert, key, alpn, insecure) => {
    if (!globalThis.process?.versions?.node) return 0;
    const text = (p) => (p ? UTF8ToString(p) : undefined);
    weftTls.contexts[weftTls.next] = {
      server: !!server,
      ca: text(ca),
      cert: text(cert),
      key: text(key),
      alpn: text(alpn)?.split(','),
      insecure: !!insecure,
    };
    return weftTls.next++;
  },

  weft__js_tls_free__deps: ['$weftTls'],
  weft__js_tls_free: (tls) => {
    delete weftTls.contexts[tls];
  },

  weft__js_tls_start__deps: [
    '$weftTls',
    '$weftStream',
    '$weftStreams',
    '$UTF8ToString',
  ],
  weft__js_tls_start: (s, tls, serverName, arrived, size) => {
    const context = weftTls.contexts[tls];
    const name = serverName ? UTF8ToString(serverName) : undefined;
    const bytes = HEAPU8.slice(arrived, arrived + size);
    weftStreams.get(s).startTls(context, name, weftTls, bytes);
  },
});
