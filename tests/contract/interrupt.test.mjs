// Ctrl-C, an aborted signal, a page's unloading and weft_interrupt: each
// cancels the main task, lets it clean up, and ends with the interrupt.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';
import {
  compile,
  execute,
  hosts,
  openBrowser,
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

if (hosts.includes('node')) {
  /**
   * Starts the program and gives it signals, one each time it says `word`.
   * @param {string[]} words
   */
  const signalled = async (words) => {
    const program = await compile(file);
    const child = spawn(tool('NODE'), [program], { timeout: 20_000 });
    let stdout = '';
    const rest = [...words];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      if (rest.length && stdout.includes(rest[0])) {
        rest.shift();
        child.kill('SIGINT');
      }
    });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ stdout, code, signal }));
    });
  };

  test('Ctrl-C cancels the main task, lets it clean up, ends by SIGINT (node)', async () => {
    const { stdout, signal } = await signalled(['ready\n']);
    assert.equal(stdout, `outside: -5\n${cleaned}`);
    assert.equal(signal, 'SIGINT');
  });

  test('a second Ctrl-C ends the program at once (node)', async () => {
    const { stdout, signal } = await signalled(['ready\n', 'cancelled: -1\n']);
    assert.equal(signal, 'SIGINT');
    assert.doesNotMatch(stdout, /other cancelled/);
  });

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
