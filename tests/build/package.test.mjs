// The npm package as its users meet it: packed, installed into projects of
// their own, compiled with, loaded in Node.js and through a bundler in a page.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'vite';
import { serve } from '../../web/demo/tools/serve.mjs';
import { execute, openBrowser, root, tool } from '../lib/weft.mjs';

const limit = { timeout: 240_000 };

const program = `
#include <stdio.h>
#include <stdlib.h>
#include <weft.h>

static int shout(weft_js_args *args) {
  printf("asked for %s\\n", weft_js_string(args, 0));
  weft_js_value value = weft_js_arg(args, 0), reply;
  int rc = weft_js_call("upper", &value, 1, &reply);
  if (rc < 0) return rc;
  weft_js_return(args, reply);
  weft_js_free(&reply);
  return 0;
}
WEFT_EXPORT_TYPED(shout, "(text: string, times?: number | \\"many\\") => string")

static int letters(weft_js_args *args) {
  const char *text = weft_js_string(args, 0);
  for (; text && *text; text++) {
    int rc = weft_js_yield(args, weft_js_of_number(*text));
    if (rc < 0) return rc;
  }
  return 0;
}
WEFT_EXPORT_TYPED(letters, "(text: string) => AsyncIterable<number>")

static int untyped(weft_js_args *args) { return (int)weft_js_count(args); }
WEFT_EXPORT(untyped)

static int body(void *arg) {
  (void)arg;
  char line[80];
  while (fgets(line, sizeof line, stdin)) printf("read %s", line);
  const char *mode = getenv("MODE");
  if (mode && *mode == 's') return weft_js_serve();
  fprintf(stderr, "sleeping\\n");
  return weft_sleep(mode ? 1e6 : 0.01);
}

int main(int argc, char **argv) {
  int rc = weft_run(body, NULL);
  printf("%s ends: %s\\n", argc > 1 ? argv[1] : "it", weft_error_name(rc));
  return rc < 0 ? 9 : 5;
}
`;

/** @type {string} */
let folder;
/** @type {string} */
let project;
/** What compiling its program said. @type {string} */
let said;

/** @param {string[]} command @param {string} cwd */
async function succeed(command, cwd) {
  const env = {
    PATH: `${path.dirname(tool('NODE'))}:${process.env.PATH}`,
    npm_config_offline: 'true',
  };
  const line = ['sh', '-c', 'cd "$0" && exec "$@"', cwd, ...command];
  const result = await execute(line, { env, timeout: 200_000 });
  assert.equal(result.code, 0, `${command}:\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

/** @param {string} text */
async function runScript(text) {
  await writeFile(path.join(project, 'script.mjs'), text);
  return succeed([tool('NODE'), 'script.mjs'], project);
}

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'weft-package-'));
  project = path.join(folder, 'project');
  await mkdir(project);
  const pack = ['npm', 'pack', '--silent', '--pack-destination', folder];
  const tarball = (await succeed(pack, root)).trim().split('\n').at(-1);
  await writeFile(path.join(project, 'package.json'), '{"type":"module"}');
  await succeed(
    ['npm', 'install', '--silent', '--no-audit', `../${tarball}`],
    project,
  );
  await writeFile(path.join(project, 'app.c'), program);
  const compile = ['sh', '-c', 'npx weft compile app.c 2>&1'];
  said = await succeed(compile, project);
}, limit);
after(() => rm(folder, { recursive: true, force: true }));

test('what another clone has had Emscripten build is not waited for', () => {
  assert.equal(said, './app.mjs\n');
});

test('an error that nobody catches shows a short line of the program', async () => {
  const file = path.join(project, 'uncaught.mjs');
  await writeFile(
    file,
    `import { load } from 'weft';
     const url = new URL('app.mjs', import.meta.url);
     const app = await load(url, { env: { MODE: 'serve' }, stdout() {} });
     await app.functions.shout('x');`,
  );
  const { stderr, code } = await execute([tool('NODE'), file]);
  assert.equal(code, 1);
  assert.match(stderr, /WeftError: /);
  assert(Math.max(...stderr.split('\n').map((line) => line.length)) < 600);
});

test('a compiled program is an application of Node.js', limit, async () => {
  const { stdout, code } = await execute(
    [tool('NODE'), path.join(project, 'app.mjs'), 'me'],
    { stdin: 'line\n' },
  );
  assert.equal(stdout, 'read line\nme ends: WEFT_OK\n');
  assert.equal(code, 5);
});

test('npx weft run compiles and runs', limit, async () => {
  await writeFile(
    path.join(project, 'hello.c'),
    '#include <stdio.h>\nint main(void) { puts("Hello"); }\n',
  );
  assert.equal(
    await succeed(['npx', 'weft', 'run', 'hello.c'], project),
    'Hello\n',
  );
});

test('npx weft says what it has not, and where a component runs', async () => {
  const weft = (/** @type {string[]} */ ...args) =>
    execute([path.join(project, 'node_modules/.bin/weft'), ...args], {
      timeout: 60_000,
    });
  const browser = await weft(
    'run',
    '--host',
    'browser',
    root + '/examples/helloworld.c',
  );
  assert.match(browser.stderr, /^weft: npx weft runs nothing in a browser\n/m);
  assert.equal(browser.code, 2);
  assert.match((await weft('run')).stderr, /For example: npx weft run /);
  const { stdout } = await weft('help');
  const [, launcher] = /(node_modules\/weft\S+)/.exec(stdout) ?? [];
  const { code } = await execute([path.join(project, launcher), '--flags']);
  assert.equal(code, 0);
});

test('load: arguments, input, output as functions and streams, status', async () => {
  const output = await runScript(`
    import { load } from 'weft';
    const decode = (bytes) => new TextDecoder().decode(bytes);
    const lines = [];
    const [a, b, c] = await Promise.all([
      load('app.mjs', { args: ['a'], stdin: 'one\\n', stdout: (bytes) => lines.push(decode(bytes)), stderr: () => {} }),
      load(new URL('app.mjs', import.meta.url), { args: ['b'], stdin: new Blob(['two\\n']).stream(), stdout: 'pipe', stderr: 'pipe' }),
      load(await import('./app.mjs'), {
        args: ['c'],
        stdin: (async function* () { yield new TextEncoder().encode('three'); })(),
        stdout: new WritableStream({ write: (bytes) => { lines.push(decode(bytes)); } }),
        stderr: () => {},
      }),
    ]);
    const piped = await Promise.all([new Response(b.stdout).text(), new Response(b.stderr).text()]);
    console.log(JSON.stringify({ status: await Promise.all([a.exit, b.exit, c.exit]), piped, lines: lines.sort() }));
  `);
  assert.deepEqual(JSON.parse(output), {
    status: [5, 5, 5],
    piped: ['read two\nb ends: WEFT_OK\n', 'sleeping\n'],
    lines: ['a ends: WEFT_OK\n', 'read one\n', 'read threec ends: WEFT_OK\n'],
  });
});

test('load: functions, imports, disposal, and nothing that keeps Node.js', async () => {
  const output = await runScript(`
    import { load, WeftError } from 'weft';
    const app = await load('app.mjs', {
      env: { MODE: 'serve' },
      imports: { upper: async (text) => {
        if (text === 'no') throw new WeftError('WEFT_EACCES', -26, 'not that');
        return text.toUpperCase();
      } },
      stdout: () => {},
    });
    console.log(await app.functions.shout('hey'));
    const error = await app.functions.shout('no').catch((e) => e);
    console.log(error instanceof WeftError, error.code, error.message);
    await app[Symbol.asyncDispose]();
    console.log(await app.exit);
    const many = await Promise.all(Array.from({ length: 50 }, () => load('app.mjs', { env: { MODE: 'serve' }, stdout: () => {}, imports: { upper: (x) => x } })));
    console.log((await Promise.all(many.map((one, i) => one.functions.shout(String(i))))).join() === many.map((_, i) => i).join());
    await Promise.all(many.map((one) => one.close()));
  `);
  assert.equal(output, 'HEY\ntrue WEFT_EACCES not that\n5\ntrue\n');
});

test('load: an AbortSignal interrupts the program, which may clean up', async () => {
  const output = await runScript(`
    import { load } from 'weft';
    const controller = new AbortController();
    const app = await load('app.mjs', {
      env: { MODE: 'wait' }, signal: controller.signal,
      stderr: () => setTimeout(() => controller.abort()),
    });
    console.log(await app.exit);
    console.log(await load('app.mjs', { signal: controller.signal }).catch((e) => e.name));
    const other = await load('app.mjs', { env: { MODE: 'wait' }, stderr: () => {} });
    other.stop();
    console.log(await other.stop());
  `);
  assert.equal(output, 'it ends: WEFT_EINTR\n9\nAbortError\n130\n');
});

test('load refuses what is no program', async () => {
  const output = await runScript(`
    import { load } from 'weft';
    import * as path from 'node:path';
    const refusal = (source) => load(source).catch((e) => e.code ?? e.message);
    for (const source of [path, 'data:text/javascript,', undefined, 'missing.mjs'])
      console.log(await refusal(source));
  `);
  const none = 'load() was given no program that weft has compiled\n';
  assert.equal(output, none + none + none + 'ERR_MODULE_NOT_FOUND\n');
});

test(
  'a TypeScript project sees the types of the C functions',
  limit,
  async () => {
    await writeFile(
      path.join(project, 'use.ts'),
      `import { load, WeftError } from 'weft';
     import * as app from './app.mjs';
     import type { Functions } from './app.mjs';
     const status: number = await app.run({ args: ['x'] });
     await using program = await load(app, { stdout: 'pipe' });
     const { functions } = program;
     const text: string = await functions.shout('x', AbortSignal.timeout(5));
     await functions.shout('x', 'many');
     await functions.shout('x', 2, AbortSignal.timeout(5));
     // @ts-expect-error: no number
     await functions.shout(1);
     // @ts-expect-error: a string
     const number: number = await functions.shout('x');
     // @ts-expect-error: no such function
     functions.whisper;
     // @ts-expect-error: it does not yield
     functions.shout.iterate('x');
     // @ts-expect-error: it yields
     await functions.letters('x');
     for await (const letter of functions.letters.iterate('x')) letter.toFixed();
     const stream: ReadableStream<number> = functions.letters.stream('x');
     const anything: number = await functions.untyped(1, 'x', new Uint8Array(1));
     const loaded = await load<Functions>(new URL('./app.mjs', import.meta.url));
     // @ts-expect-error: no number
     await loaded.functions.shout(1);
     const unknown = await load('./app.mjs', { stdin: stream.pipeThrough(new TextEncoderStream() as any) });
     await unknown.functions.whisper?.iterate(1);
     const started = await app.start();
     const shouted: string = await started.functions.shout('x');
     // @ts-expect-error: no such option
     await load(app, { argv: [] });
     export const code: string = new WeftError('WEFT_EIO', -31, text + status).code;`,
    );
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    const options =
      '--noEmit --strict --target es2022 --lib es2023,esnext.disposable,dom,dom.asynciterable';
    for (const resolution of [
      'nodenext',
      'esnext --moduleResolution bundler',
    ]) {
      const words = `${options} --module ${resolution} use.ts`.split(' ');
      await succeed([tool('NODE'), tsc, ...words], project);
    }
  },
);

test('a Vite project bundles it, and the page runs it', limit, async () => {
  const site = path.join(project, 'dist');
  await writeFile(
    path.join(project, 'index.html'),
    '<!doctype html><title>app</title><link rel="icon" href="data:,"><pre></pre><script type="module" src="page.js"></script>',
  );
  await writeFile(
    path.join(project, 'page.js'),
    `import { load } from 'weft';
     import * as module from './app.mjs';
     const app = await load(module, {
       env: { MODE: 'serve' },
       imports: { upper: async (text) => text.toUpperCase() },
       stdout: (bytes) => document.querySelector('pre').append(new TextDecoder().decode(bytes)),
     });
     document.querySelector('pre').append(await app.functions.shout('hey'));
     document.title = 'status ' + (await app.close());`,
  );
  await build({ root: project, logLevel: 'silent' });
  const { server, address } = await serve(site, 0);
  const page = await (await openBrowser()).newPage(site);
  try {
    await page.goto(address);
    await page.waitForFunction(() => document.title.startsWith('status'));
    assert.equal(await page.title(), 'status 5');
    const text = await page.locator('pre').innerText();
    assert.equal(text, 'asked for hey\nHEYit ends: WEFT_OK\n');
  } finally {
    await page.close();
    server.closeAllConnections();
    server.close();
  }
});
