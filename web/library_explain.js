/*
 * What errors of TLS, and of what stands on it, mean.
 */
addToLibrary({
  $weftExplain__deps: ['$weftStream'],

  /** The same error with a code that web/codes.c knows. */
  $weftExplain: (error) => {
    const { code = '', message } = error;
    // Names that Node.js gives to OpenSSL's verdicts on a certificate.
    if (
      /CERT|^UNABLE_TO_|^SELF_SIGNED|^DEPTH_ZERO|^HOSTNAME_MISMATCH|^INVALID_CA|^PATH_LENGTH|^CRL_/.test(
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
    if (/^(ERR_SSL_|ERR_TLS_|HPE_|EPROTO)/.test(code)) {
      return weftStream.error(
        'EPROTO',
        `the peer does not keep to the protocol: ${message}`,
      );
    }
    // Those of Node.js's fetch.
    if (code === 'UND_ERR_SOCKET') {
      return weftStream.error(
        'ECONNRESET',
        `the server broke the connection: ${message}`,
      );
    }
    if (/^UND_ERR_\w+_TIMEOUT$/.test(code)) {
      return weftStream.error('ETIMEDOUT', message);
    }
    if (message === 'redirect count exceeded') {
      return weftStream.error('EPROTO', 'too many redirects');
    }
    if (/^(ERR_INVALID|UND_ERR_INVALID)/.test(code)) {
      return weftStream.error('EINVAL', message);
    }
    return error;
  },
});
