// Ctrl-C, an aborted signal, a page's unloading and weft_interrupt: each
// cancels the main task, lets it clean up, and ends with the interrupt.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import path from 'node:path';
import test from 'node:test';
import {
  compile,
  execute,
  hosts,
  openBrowser,
  root,
  run,
  tool,
} from '../lib/weft.mjs';

const file = 'tests/contract/interrupt.c';
const cleaned = 'ready\ncancelled: -1\ncleanup: 0\nother cancelled\nrun: -12\n';

for (const host of hosts) {
  test(`weft_interrupt cancels the main task, which cleans up (${host})`, async () => {
    const { stdout, code } = await run(file, { host, args: ['self'] });
    assert.equal(
      stdout,
      `outside: -5\n${cleaned.replace('ready\n', 'ready\ninterrupt: 1\n')}`,
    );
    assert.equal(code, 244);
  });

  test(`a main task that swallows the interrupt gives its own result (${host})`, async () => {
    const { stdout, code } = await run(file, { host, args: ['swallow'] });
    assert.match(stdout, /cleanup: 0\nother cancelled\nrun: 7\n/);
    assert.equal(code, 7);
  });

  test(`interrupted twice, it still ends with the interrupt (${host})`, async () => {
    const { stdout } = await run(file, { host, args: ['twice'] });
    assert.match(stdout, /interrupt: 1\nagain: 1\ncancelled: -1\n/);
    assert.match(stdout, /run: -12\n$/);
  });
}

/**
 * Starts the program in a group of processes of its own, as a terminal does,
 * and gives all of them Ctrl-C, once each time the program says a word.
 * @param {'node' | 'wasmtime'} host
 * @param {string[]} words
 * @param {...string} args of the program
 */
async function signalled(host, words, ...args) {
  const program = await compile(file, { host });
  const start =
    host === 'node' ? tool('NODE') : path.join(root, 'wasi/weft-run');
  const child = spawn(start, [program, ...args], {
    detached: true,
    timeout: 20_000,
  });
  let stdout = '';
  const rest = [...words];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
    if (rest.length && stdout.includes(rest[0])) {
      rest.shift();
      process.kill(-Number(child.pid), 'SIGINT');
    }
  });
  const [code, signal] = await once(child, 'close');
  return { stdout, code, signal };
}

for (const host of /** @type {const} */ (['node', 'wasmtime'])) {
  if (!hosts.includes(host)) continue;

  test(`Ctrl-C cancels the main task, lets it clean up, ends by SIGINT (${host})`, async () => {
    const { stdout, signal } = await signalled(host, ['ready\n']);
    assert.equal(stdout, `outside: -5\n${cleaned}`);
    assert.equal(signal, 'SIGINT');
  });

  test(`a main task that swallows Ctrl-C ends as it likes (${host})`, async () => {
    const { stdout, code } = await signalled(host, ['ready\n'], 'deaf');
    assert.match(stdout, /cleanup: 0\nother cancelled\nrun: 7\n$/);
    assert.equal(code, 7);
  });

  test(`a second Ctrl-C ends the program at once (${host})`, async () => {
    const words = ['ready\n', 'cancelled: -1\n'];
    const { stdout, signal } = await signalled(host, words, 'slow');
    assert.equal(signal, 'SIGINT');
    assert.doesNotMatch(stdout, /cleanup/);
  });

  test(`outside of weft_run Ctrl-C ends the program at once (${host})`, async () => {
    const { stdout, signal } = await signalled(host, ['run: '], 'after');
    assert.equal(signal, 'SIGINT');
    assert.doesNotMatch(stdout, /never/);
  });
}

if (hosts.includes('wasmtime')) {
  test('any launcher can interrupt a program that knows its token (wasmtime)', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    socket.close();
    await once(socket, 'close');
    const program = await compile(file, { host: 'wasmtime' });
    const child = spawn(
      tool('WASMTIME'),
      [
        ...['run', ...tool('WASMTIME_FLAGS').split(' ')],
        ...['--env', `WEFT_INTERRUPT=${port}:a token`, program],
      ],
      { timeout: 20_000 },
    );
    let stdout = '';
    const sender = createSocket('udp4');
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const before = stdout;
      stdout += text; // a line may come in pieces
      if (before.includes('ready\n') || !stdout.includes('ready\n')) return;
      for (const word of ['another', 'a token and more', 'a', '', 'a token']) {
        sender.send(word, port, '127.0.0.1');
      }
    });
    assert.deepEqual(await once(child, 'close'), [244, null]);
    sender.close();
    assert.equal(stdout, `outside: -5\n${cleaned}`);
  });

  test('a program that cannot listen for Ctrl-C says so and goes on (wasmtime)', async () => {
    for (const [value, why] of [
      ['80', /^weft: listening at WEFT_INTERRUPT=80: /],
      ['x:token', /^weft: listening at WEFT_INTERRUPT=x:token: /],
      ['70000:token', /^weft: listening at WEFT_INTERRUPT=70000:token: /],
    ]) {
      const { stdout, stderr } = await run(file, {
        host: 'wasmtime',
        args: ['self'],
        env: { WEFT_INTERRUPT: String(value) },
      });
      assert.match(stdout, /run: -12\n$/);
      assert.match(stderr, /** @type {RegExp} */ (why));
    }
    const { stdout, stderr } = await run(file, {
      host: 'wasmtime',
      args: ['self'],
      env: { WEFT_INTERRUPT: '50000:token' },
      wasmtimeFlags: [],
    });
    assert.match(stdout, /run: -12\n$/);
    assert.match(stderr, /-S inherit-network\n$/);
  });
}

if (hosts.includes('node')) {
  test('run({signal}) rejects with the reason once the program has cleaned up (node)', async () => {
    const program = await compile(file);
    const { stdout } = await execute([
      tool('NODE'),
      '--input-type=module',
      '-e',
      `import { run } from ${JSON.stringify(program)};
       const controller = new AbortController();
       const ended = run({ signal: controller.signal });
       setTimeout(() => controller.abort(new Error('that is why')), 50);
       console.log(await ended.catch((error) => error.message));`,
    ]);
    assert.equal(stdout, `outside: -5\n${cleaned}that is why\n`);
  });
}

if (hosts.includes('browser')) {
  test('a page that is unloaded interrupts the program (browser)', async () => {
    const program = await compile(file, { host: 'browser' });
    const browser = await openBrowser();
    const page = await browser.newPage(path.dirname(program));
    await page.evaluate(
      async (name) => {
        const { run } = await import(new URL(name, document.baseURI).href);
        localStorage.log = '';
        const decoder = new TextDecoder();
        await new Promise((resolve) => {
          run({
            args: ['unload'],
            stdout: (/** @type {Uint8Array} */ bytes) => {
              localStorage.log += decoder.decode(bytes);
              if (localStorage.log.includes('ready')) resolve(undefined);
            },
          });
        });
      },
      `./${path.basename(program)}`,
    );
    await page.reload();
    const log = await page.evaluate(() => localStorage.log);
    await page.close();
    assert.equal(
      log,
      'outside: -5\nready\ncancelled: -1\nother cancelled\nrun: -12\n',
    );
  });
}
