/*
 * TLS of Node.js on sockets: the JavaScript half of web/tls.c.
 */
addToLibrary({
  $weftTls__deps: ['$weftStream'],
  $weftTls: {
    contexts: {},
    next: 1,

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
        rejectUnauthorized:
          !context.insecure && (!context.server || !!context.ca),
        requestCert: !context.server || !!context.ca,
        isServer: context.server,
      };
    },

    /** What went wrong in a handshake or after it, with a code of ours. */
    explain(error) {
      const { code = '', message } = error;
      // Names that Node.js gives to OpenSSL's verdicts on a certificate.
      if (
        /CERT|^ERR_TLS_CERT_ALTNAME|^UNABLE_TO_|^SELF_SIGNED|^DEPTH_ZERO|^HOSTNAME_MISMATCH|^INVALID_CA|^PATH_LENGTH|^CRL_/.test(
          code,
        ) &&
        !code.startsWith('ERR_SSL_')
      ) {
        return weftStream.error(
          'ECERT',
          `the certificate was refused: ${message} (${code})`,
        );
      }
      if (/^ERR_SSL_.*(CERTIFICATE|UNKNOWN_CA)/.test(code)) {
        return weftStream.error(
          'ECERT',
          `the peer refused the certificate: ${message}`,
        );
      }
      if (
        code.startsWith('ERR_SSL_') ||
        code.startsWith('ERR_TLS_') ||
        code === 'EPROTO'
      ) {
        return weftStream.error('EPROTO', `TLS failed: ${message}`);
      }
      return error;
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
  weft__js_tls_start: (s, tls, serverName) => {
    const context = weftTls.contexts[tls];
    const name = serverName ? UTF8ToString(serverName) : undefined;
    weftStreams.get(s).startTls(context, name, weftTls);
  },
});
