// Workers in pages as they are really served: a strict policy, a bundler, a
// worker that cannot start.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { compile, openBrowser } from '../lib/weft.mjs';

/** The policy that docs/executor.md names. */
const strict =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; " +
  "worker-src 'self'; connect-src 'self'";

/** @type {Record<string, string>} */
const types = { html: 'text/html', wasm: 'application/wasm' };

/**
 * Serves a folder; it ends with the test.
 * @param {import('node:test').TestContext} t
 * @param {string} folder
 * @param {string} policy
 */
async function serve(t, folder, policy) {
  const server = createServer(async (request, response) => {
    const name = request.url === '/' ? 'index.html' : `.${request.url}`;
    const ending = name.split('.').at(-1) ?? '';
    const bytes = await readFile(path.join(folder, name)).catch(() => null);
    response.writeHead(bytes ? 200 : 404, {
      'content-type': types[ending] ?? 'text/javascript',
      'content-security-policy': policy,
    });
    response.end(bytes);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(0)));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert(address && typeof address === 'object');
  return `http://127.0.0.1:${address.port}/`;
}

/**
 * A folder with a page that runs a program and shows what it prints.
 * @param {import('node:test').TestContext} t
 * @param {string} program
 * @param {string[]} args
 */
async function site(t, program, args) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'weft-workers-'));
  t.after(() => rm(folder, { recursive: true }));
  const module = await compile(program, { host: 'browser' });
  for (const name of [module, module.replace(/mjs$/, 'wasm')]) {
    await copyFile(name, path.join(folder, path.basename(name)));
  }
  await writeFile(
    path.join(folder, 'index.html'),
    '<!doctype html><title>running</title>' +
      '<script type="module" src="/page.js"></script>',
  );
  await writeFile(
    path.join(folder, 'page.js'),
    `import { run } from './${path.basename(module)}';
     const decoder = new TextDecoder();
     let shown = '';
     const stdout = (bytes) => (shown += decoder.decode(bytes));
     const code = await run({ args: ${JSON.stringify(args)}, stdout, stderr: stdout });
     console.log('ended', code, crossOriginIsolated, shown);`,
  );
  return folder;
}

/**
 * Opens the page and gives what it has shown at the program's end.
 * @param {string} address
 */
async function open(address) {
  const browser = await openBrowser();
  const page = await browser.newPage('.');
  /** @type {string[]} */
  const reported = [];
  // Not looked up in the page: its policy forbids Playwright's eval too.
  const ended = new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`it did not end:\n${reported.join('\n')}`)),
      30_000,
    );
    page.on('console', (message) => {
      const text = message.text();
      if (!text.startsWith('ended ')) return reported.push(text);
      clearTimeout(timer);
      return resolve(text);
    });
  });
  page.on('pageerror', (error) => reported.push(error.message));
  try {
    await page.goto(address);
    const [, code, isolated, shown] =
      /^ended (\d+) (\w+) ([^]*)$/.exec(await ended) ?? [];
    return { code, isolated, shown, reported };
  } finally {
    await page.close();
  }
}

test('workers run under a strict policy, from a page that is not isolated', async (t) => {
  const folder = await site(t, 'tests/contract/executor.c', ['spinning', '1']);
  const page = await open(await serve(t, folder, strict));
  assert.equal(
    page.shown,
    'the pool goes on\n' +
      'wait_for: WEFT_ETIMEDOUT: the deadline has passed\n' +
      'on time\nthe pool goes on\n',
  );
  assert.equal(page.code, '0');
  assert.equal(page.isolated, 'false');
  assert.deepEqual(page.reported, []);
});

test('a page whose policy forbids workers is told so by each job', async (t) => {
  const folder = await site(t, 'tests/contract/executor.c', ['start', '1']);
  const policy = strict.replace("worker-src 'self'", "worker-src 'none'");
  const page = await open(await serve(t, folder, policy));
  assert.match(page.shown, /WEFT_E(IO|TRAP): job 'quiet': /);
  assert.equal(page.code, '0');
});

test('a program built by Vite finds its workers', async (t) => {
  const folder = await site(t, 'tests/contract/executor.c', ['spinning', '1']);
  const { build } = await import('vite');
  await build({
    root: folder,
    logLevel: 'silent',
    build: { target: 'esnext', outDir: path.join(folder, 'out') },
    worker: { format: 'es' },
  });
  const address = await serve(t, path.join(folder, 'out'), strict);
  const { shown, code } = await open(address);
  assert.match(shown, /on time\nthe pool goes on\n$/);
  assert.equal(code, '0');
});
