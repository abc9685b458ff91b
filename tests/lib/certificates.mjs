// Certificates for tests, made by the openssl command: a CA, and what servers
// and clients show that are good or bad in one way each.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tool } from './weft.mjs';

/**
 * @typedef {object} Certificate
 * @property {string} cert the path of the chain
 * @property {string} key
 */

export class Certificates {
  folder = mkdtempSync(path.join(tmpdir(), 'weft-certificates-'));

  constructor() {
    this.ca = this.#make('ca', {
      extensions: 'basicConstraints=critical,CA:TRUE',
    });
    this.stranger = this.#make('stranger', {
      extensions: 'basicConstraints=critical,CA:TRUE',
    });
    const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
    this.good = this.#make('good', { by: this.ca, extensions: names });
    this.client = this.#make('client', { by: this.ca });
    this.expired = this.#make('expired', {
      by: this.ca,
      extensions: names,
      times: ['20200101000000Z', '20210101000000Z'],
    });
    this.wrongName = this.#make('wrong', {
      by: this.ca,
      extensions: 'subjectAltName=DNS:elsewhere.example',
    });
    this.selfSigned = this.#make('self', { extensions: names });
    this.middle = this.#make('middle', {
      by: this.ca,
      extensions: 'basicConstraints=critical,CA:TRUE',
    });
    /** Its chain lacks the certificate of the one who has signed it. */
    this.incomplete = this.#make('leaf', {
      by: this.middle,
      extensions: names,
    });
    this.complete = this.#chain('complete', this.incomplete, this.middle);
  }

  remove() {
    rmSync(this.folder, { recursive: true });
  }

  /**
   * @param {string} name
   * @param {{by?: Certificate, extensions?: string, times?: string[]}} options
   * @returns {Certificate}
   */
  #make(name, { by, extensions, times }) {
    const key = path.join(this.folder, `${name}.key`);
    const cert = path.join(this.folder, `${name}.pem`);
    const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    execFileSync(
      tool('OPENSSL'),
      [
        ...['req', '-x509', ...ec, '-nodes', '-keyout', key, '-out', cert],
        ...['-subj', `/O=weft tests/CN=${name}`],
        ...(by ? ['-CA', by.cert, '-CAkey', by.key] : []),
        ...(extensions ? ['-addext', extensions] : []),
        ...(times
          ? ['-not_before', times[0], '-not_after', times[1]]
          : ['-days', '2']),
      ],
      { stdio: 'pipe', env: { ...process.env, OPENSSL_CONF: this.#config() } },
    );
    return { cert, key };
  }

  /** The least that `openssl req` wants. */
  #config() {
    const file = path.join(this.folder, 'openssl.cnf');
    writeFileSync(file, '[req]\ndistinguished_name=name\n[name]\n');
    return file;
  }

  /**
   * @param {string} name
   * @param {Certificate} leaf
   * @param {Certificate} signer
   * @returns {Certificate}
   */
  #chain(name, leaf, signer) {
    const cert = path.join(this.folder, `${name}.pem`);
    writeFileSync(
      cert,
      readFileSync(leaf.cert, 'utf8') + readFileSync(signer.cert, 'utf8'),
    );
    return { cert, key: leaf.key };
  }
}
