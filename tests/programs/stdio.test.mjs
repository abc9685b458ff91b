// The standard streams, arguments and environment of a program on the JS
// hosts: bytes in, bytes out.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { load } from '../../web/node.mjs';
import { compile, openBrowser, run, tool } from '../lib/weft.mjs';

const program = 'tests/programs/stdio.c';

test('Node.js: what is written arrives to the byte, lines or not', async () => {
  const file = await compile(program);
  const { stdout, stderr, status } = spawnSync(
    tool('NODE'),
    [file, 'a', 'b c'],
    {
      input: 'one\ntwo',
      env: { ...process.env, WEFT_TEST: 'hé' },
      timeout: 30_000,
    },
  );
  assert.equal(
    stdout.toString('latin1'),
    Buffer.from('[a][b c](hé)partial <one\n><two>\0').toString('latin1') +
      '\xc3\x28',
  );
  assert.equal(stderr.toString('latin1'), 'err\xff');
  assert.equal(status, 3);
});

test('run() gives each run its own streams, input and environment', async () => {
  const { run } = await import(pathToFileURL(await compile(program)).href);
  const results = await Promise.all(
    ['first', 'second'].map(async (name) => {
      /** @type {Uint8Array[]} */
      const chunks = [];
      const status = await run({
        args: ['q'],
        env: { WEFT_TEST: name, OTHER: undefined },
        stdin: `input of ${name}`,
        stdout: (/** @type {Uint8Array} */ bytes) => chunks.push(bytes),
        stderr: () => {},
      });
      return [status, Buffer.concat(chunks).toString('latin1')];
    }),
  );
  assert.deepEqual(
    results,
    ['first', 'second'].map((name) => [
      3,
      `[q](${name})partial <input of ${name}>\0\xc3\x28`,
    ]),
  );
});

test('exit() in a task ends an imported run only, with its status', async () => {
  const { run } = await import(pathToFileURL(await compile(program)).href);
  const before = process.exitCode;
  const status = await run({ args: ['x'], stdout: () => {}, stderr: () => {} });
  assert.equal(status, 7);
  assert.equal(process.exitCode, before);
});

test('a page: partial lines are shown, input is empty', async () => {
  const result = await run(program, { host: 'browser', args: ['q'] });
  assert.equal(result.stdout, '[q](unset)partial \0\ufffd(');
  assert.equal(result.code, 3);
});

const live = 'tests/programs/live.c';
const decode = (/** @type {Uint8Array} */ bytes) =>
  new TextDecoder().decode(bytes);

test('load: a line is answered before the next one is there', async () => {
  const { readable, writable } = new TransformStream();
  const writer = writable.getWriter();
  const app = await load(await compile(live), {
    stdin: readable,
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const output = /** @type {ReadableStream} */ (app.stdout).getReader();
  for (const line of ['one\n', new TextEncoder().encode('two\n')]) {
    await writer.write(line);
    const { value } = await output.read();
    assert.equal(decode(value), String(value && decode(value)).toUpperCase());
  }
  await writer.close();
  assert.equal(await app.exit, 0);
  assert.equal((await output.read()).done, true);
  assert.equal(await new Response(app.stderr).text(), 'WEFT_OK');
});

test('a page: a line is answered before the next one is there', async () => {
  const program = await compile(live, { host: 'browser' });
  const page = await (await openBrowser()).newPage(path.dirname(program));
  const result = await page.evaluate(async (name) => {
    const { run } = await import(new URL(name, document.baseURI).href);
    /** @type {string[]} */
    const log = [];
    /** @type {() => void} */
    let answered = () => {};
    async function* lines() {
      for (const line of ['one\n', 'two\n']) {
        const answer = new Promise((resolve) => {
          answered = () => resolve(undefined);
        });
        log.push(`said ${line}`);
        yield line;
        await answer;
      }
    }
    const status = await run({
      stdin: lines(),
      stdout: (/** @type {Uint8Array} */ bytes) => {
        log.push(`heard ${new TextDecoder().decode(bytes)}`);
        answered();
      },
      stderr: () => {},
    });
    return { status, log };
  }, path.basename(program));
  await page.close();
  assert.deepEqual(result, {
    status: 0,
    log: ['said one\n', 'heard ONE\n', 'said two\n', 'heard TWO\n'],
  });
});

test('weft_open_stdin reads a text or bytes that were given, too', async () => {
  for (const stdin of ['a\nb\n', new TextEncoder().encode('a\nb\n')]) {
    const app = await load(await compile(live), {
      stdin,
      stdout: 'pipe',
      stderr: () => {},
    });
    assert.equal(await new Response(app.stdout).text(), 'A\nB\n');
    assert.equal(await app.exit, 0);
  }
});

test('weft_drain waits for a stdout that is full', async () => {
  let text = '';
  /** @type {() => void} */
  let open = () => {};
  const opened = new Promise((resolve) => (open = () => resolve(undefined)));
  const app = await load(await compile(live), {
    args: ['50000'], // above the high-water mark
    stdin: 'a\nb\nc\n',
    stdout: new WritableStream({
      write: (bytes) => {
        text += decode(bytes);
        return opened;
      },
    }),
    stderr: () => {},
  });
  for (let turns = 0; turns < 20; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.match(text, /^(A\n)+$/);
  open();
  assert.equal(await app.exit, 0);
  assert.equal(text, ['A', 'B', 'C'].map((x) => `${x}\n`.repeat(5e4)).join(''));
});

test('a program hears of a broken stdin, stdout or callback', async () => {
  /** @param {import('../../web/index.mjs').LoadOptions} options */
  const errorOf = async (options) => {
    const app = await load(await compile(live), { ...options, stderr: 'pipe' });
    const error = await new Response(app.stderr).text();
    await app.exit;
    return error;
  };
  const sources = {
    stdin: new ReadableStream({
      pull: () => {
        throw new Error('no more');
      },
    }),
    stdout: new WritableStream({
      write: () => {
        throw new Error('no place');
      },
    }),
    callback: () => {
      throw Object.assign(new Error('gone'), { code: 'EPIPE' });
    },
  };
  const lines = 'a\nb\n';
  const many = ['50000'];
  assert.deepEqual(
    await Promise.all([
      errorOf({ stdin: sources.stdin }),
      errorOf({ stdin: lines, args: many, stdout: sources.stdout }),
      errorOf({ stdin: lines, args: many, stdout: sources.callback }),
    ]),
    ['WEFT_EIO', 'WEFT_EIO', 'WEFT_ECONNRESET'],
  );
});

test('a program that ends early cancels the stream that it was given', async () => {
  let cancelled = 0;
  const app = await load(await compile(live), {
    stdin: new ReadableStream({ cancel: () => void cancelled++ }),
    stderr: () => {},
  });
  app.stop();
  await app.stop();
  assert.equal(cancelled, 1);
});

test('an AbortSignal ends the wait for an input that C has to have whole', async () => {
  const controller = new AbortController();
  const app = await load(await compile(program), {
    args: ['q'],
    stdin: new ReadableStream(
      {
        pull: () => {
          controller.abort();
          return new Promise(() => {}); // it never gives anything
        },
      },
      { highWaterMark: 0 },
    ),
    stdout: () => {},
    stderr: () => {},
    signal: controller.signal,
  });
  assert.equal(await app.exit, -12 & 0xff);
});
