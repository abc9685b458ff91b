// A headless Chromium that runs compiled programs in pages.
//
// As a program of its own: node browser.mjs NAME.mjs [ARGS], which is
// `./build.sh run --host browser`. Its output and exit code are the program's.

import { createServer } from 'node:http';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/**
 * @typedef {object} PageOptions
 * @property {string[]} [args] the program's arguments
 * @property {Record<string, string | undefined>} [env] its environment
 * @property {string} [stdin] all of its input
 * @property {(text: string) => void} stdout
 * @property {(text: string) => void} stderr
 * @property {number} [timeout] ms until the page is closed
 */

const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const types = new Map([
  ['.html', 'text/html'],
  ['.js', 'text/javascript'],
  ['.mjs', 'text/javascript'],
  ['.css', 'text/css'],
  ['.json', 'application/json'],
  ['.wasm', 'application/wasm'],
]);

export class Browser {
  /** The folders that are served, each under its index: /0/, /1/, … */
  #folders = /** @type {string[]} */ ([]);
  #server;
  #chromium;

  /**
   * @param {import('node:http').Server} server
   * @param {import('playwright-core').Browser} chromium
   */
  constructor(server, chromium) {
    this.#server = server;
    this.#chromium = chromium;
    server.on('request', (request, response) => this.#serve(request, response));
  }

  static async open() {
    const executablePath = process.env.WEFT_CHROMIUM;
    const browser = await chromium
      .launch({
        executablePath,
        args: flags,
        chromiumSandbox: false, // it needs a privilege, and the pages are ours
      })
      .catch((error) => {
        const said = /\[err\] (.*)/.exec(error.message)?.[1] ?? error.message;
        throw new Error(`Chromium (${executablePath}) does not start: ${said}`);
      });
    const server = createServer();
    await new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve(undefined)),
    );
    return new Browser(server, browser);
  }

  async close() {
    await this.#chromium.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /**
   * A new page at a blank document of the folder's own, whose files it can
   * import. Close it after use.
   * @param {string} folder
   */
  async newPage(folder) {
    folder = path.resolve(folder);
    let index = this.#folders.indexOf(folder);
    if (index < 0) index = this.#folders.push(folder) - 1;
    const page = await this.#chromium.newPage();
    const address = /** @type {import('node:net').AddressInfo} */ (
      this.#server.address()
    );
    await page.goto(`http://127.0.0.1:${address.port}/${index}/`);
    return page;
  }

  /**
   * Runs a compiled program in a page of its own and gives its exit code:
   * undefined if it did not end in time, 1 if it failed. Its error, and what
   * else the page reports, goes to stderr.
   * @param {string} module path of NAME.mjs
   * @param {PageOptions} options
   */
  async run(
    module,
    { args = [], env = {}, stdin = '', stdout, stderr, timeout },
  ) {
    const page = await this.newPage(path.dirname(module));
    const report = (/** @type {unknown} */ error) =>
      stderr(`${error instanceof Error ? error.message : error}\n`);
    page.on('console', (message) => stderr(`${message.text()}\n`));
    page.on('pageerror', report);
    await page.exposeFunction(
      'weftOutput',
      (/** @type {[boolean, string][]} */ texts) => {
        for (const [isError, text] of texts) (isError ? stderr : stdout)(text);
      },
    );
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const late = new Promise((resolve) => {
      if (timeout !== undefined) timer = setTimeout(resolve, timeout);
    });
    const name = `./${path.basename(module)}`;
    const ended = page.evaluate(runInPage, { name, args, env, stdin });
    try {
      return await Promise.race([ended, late]);
    } catch (error) {
      report(error);
      return 1;
    } finally {
      clearTimeout(timer);
      ended.catch(() => {}); // closing the page ends it, too late to matter
      await page.close();
    }
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  #serve(request, response) {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const [, index, ...rest] = decodeURIComponent(url.pathname).split('/');
    const folder = this.#folders[Number(index)];
    const name = rest.join('/');
    response.setHeader('Cache-Control', 'no-store');
    if (folder !== undefined && name === '') {
      response.setHeader('Content-Type', 'text/html');
      response.end(
        '<!doctype html><title>weft</title><link rel="icon" href="data:,">',
      );
      return;
    }
    const file = path.join(folder ?? '', name);
    if (folder === undefined || !file.startsWith(folder + path.sep)) {
      response.writeHead(404).end();
      return;
    }
    const type = types.get(path.extname(file)) ?? 'application/octet-stream';
    createReadStream(file)
      .on('open', () => response.setHeader('Content-Type', type))
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  }
}

/**
 * The half of Browser.run that runs in the page. Output is handed over in
 * batches, and all of it before the exit code.
 * @param {{name: string, args: string[], env: Record<string, string | undefined>, stdin: string}} program
 * @returns {Promise<number>}
 */
async function runInPage({ name, args, env, stdin }) {
  /** @type {[boolean, string][]} */
  let texts = [];
  let sent = Promise.resolve();
  const write = (
    /** @type {boolean} */ isError,
    /** @type {string} */ text,
  ) => {
    if (texts.push([isError, text]) > 1) return;
    sent = Promise.resolve().then(() => {
      const batch = texts;
      texts = [];
      return /** @type {any} */ (globalThis).weftOutput(batch);
    });
  };
  const writer = (/** @type {boolean} */ isError) => {
    const decoder = new TextDecoder();
    return (/** @type {Uint8Array} */ bytes) =>
      write(isError, decoder.decode(bytes, { stream: true }));
  };
  const program = await import(new URL(name, document.baseURI).href);
  try {
    return await program.run({
      args,
      env,
      stdin,
      stdout: writer(false),
      stderr: writer(true),
    });
  } finally {
    await sent;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [module, ...args] = process.argv.slice(2);
  const browser = await Browser.open();
  process.exitCode = await browser.run(module, {
    args,
    env: process.env,
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
  });
  await browser.close();
}
