// docs/troubleshooting.md: each message that can be had here is provoked, and
// its row must fit what the tool really says.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import {
  mkdir,
  mkdtemp,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { build, execute, openBrowser, root, tool } from '../lib/weft.mjs';

const limit = { timeout: 120_000 };

/** The messages of each row of the tables; … in one stands for anything. */
const page = await readFile(path.join(root, 'docs/troubleshooting.md'), 'utf8');
const rows = page
  .slice(page.indexOf('## Building'))
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    [...line.split(' | ')[0].matchAll(/`([^`]+)`/g)].map(([, text]) => text),
  );

/** @param {string} message @param {string} text */
const fits = (message, text) =>
  new RegExp(
    message
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^\\n]*'),
  ).test(text);

/** Rows that no test here can have: the network, old tools, first times. */
const unprovoked = [
  'the first … link for the web: Emscripten builds its C library',
  '…, older than …: a private one is used',
  'could not install … from PyPI',
  'Install the tools yourself: …',
  'waiting for another build.sh',
  'Unsupported engine',
];

/** @type {string} */
let folder;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'weft-trouble-'));
  const modules = path.join(folder, 'with', 'node_modules');
  await mkdir(modules, { recursive: true });
  await symlink(root, path.join(modules, 'weft'));
});
after(() => rm(folder, { recursive: true, force: true }));

/** @typedef {{host?: string, debug?: boolean, out?: string}} How */

/**
 * Compiles C files; gives what was said, and the path of what was made.
 * @param {Record<string, string>} files
 * @param {How} [how]
 */
async function compile(files, { host = 'node', debug, out = host } = {}) {
  const names = [];
  for (const [name, text] of Object.entries(files)) {
    names.push(path.join(folder, `${name}.c`));
    await writeFile(names[names.length - 1], text);
  }
  const target = ['-o', path.join(folder, out)];
  const { stdout, stderr } = await build([
    ...['compile', ...names, '--host', host, ...target],
    ...(debug ? ['--debug'] : []),
  ]);
  return { said: stderr, program: stdout.trim() };
}

/** @param {string[]} command @param {Record<string, string>} [env] */
async function said(command, env) {
  const { stdout, stderr } = await execute(command, { env, timeout: 60_000 });
  return stdout + stderr;
}

const wasmtime = (/** @type {string} */ file) =>
  said([tool('WASMTIME'), 'run', file]);

/** A program whose main task does this. */
const doing = (/** @type {string} */ body, before = '') =>
  `#include <stdio.h>\n#include <weft.h>\n${before}
   static int f(void *arg) { (void)arg; ${body} }
   int main(void) {
     int rc = weft_run(f, NULL);
     if (rc < 0) puts(weft_errmsg(rc));
     return rc < 0;
   }\n`;
const hello = { hello: doing('return 0;') };
const deep = {
  deep: doing(
    'return deep();',
    'static volatile int n;\nint deep(void) { return n++ < 0 ? 0 : deep() + n; }',
  ),
};
const null_function = {
  null: doing('return g();', 'static int (*volatile g)(void);'),
};
const jobs = {
  jobs: doing(
    'int in = 1, out; return weft_to_thread(job, &in, &out);',
    'static int job(const int *in, int *out) { return *out = *in; }\nWEFT_JOB(job, int, int)\n',
  ),
};
const exports = {
  exports: `#include <weft.h>
    static int f(weft_js_args *args) { return (int)weft_js_count(args); }
    WEFT_EXPORT(f)\n`,
};

/**
 * Runs a script of a project, which has the package or not.
 * @param {string} place
 * @param {string} name
 * @param {string} text
 * @param {string[]} flags
 */
async function script(place, name, text, ...flags) {
  const file = path.join(folder, place, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  return said([tool('NODE'), ...flags, file]);
}

/**
 * What a page's console shows when it runs a program.
 * @param {Record<string, string>} files
 * @param {{policy?: string, types?: Record<string, string>, lack?: string}} server
 */
async function inPage(files, { policy, types = {}, lack } = {}) {
  const { program } = await compile(files);
  const name = path.basename(program);
  const known = { mjs: 'text/javascript', wasm: 'application/wasm', ...types };
  const server = createServer(async (request, response) => {
    const file = path.basename(request.url ?? '');
    const ending = file.split('.').at(-1) ?? '';
    if (policy) response.setHeader('Content-Security-Policy', policy);
    response.setHeader(
      'Content-Type',
      /** @type {Record<string, string>} */ (known)[ending] ?? 'text/html',
    );
    if (file === 'page.mjs') {
      response.setHeader('Content-Type', 'text/javascript');
      response.end(`import('./${name}').then(({ run }) => run())
        .then((code) => console.log('ended', code), (e) => console.log('ended', e));`);
    } else if (!file) {
      response.end('<!doctype html><script type=module src=page.mjs></script>');
    } else if (ending === lack) {
      response.writeHead(404).end();
    } else {
      response.end(
        await readFile(path.join(folder, 'node', file)).catch(() => ''),
      );
    }
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = /** @type {import('node:net').AddressInfo} */ (
    server.address()
  );
  const page = await (await openBrowser()).newPage('.');
  try {
    return await console_of(page, `http://127.0.0.1:${port}/`, /^ended/m);
  } finally {
    await page.close();
    server.closeAllConnections();
    server.close();
  }
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} address
 * @param {RegExp} last
 */
async function console_of(page, address, last) {
  let text = '';
  await new Promise((resolve) => {
    page.on('console', (message) => {
      text += `${message.text()}\n`;
      if (last.test(text)) resolve(text);
    });
    page.goto(address).catch(() => {}); // the page may be closed before its end
  });
  return text;
}

async function fromFile() {
  const { program } = await compile(hello);
  const file = path.join(path.dirname(program), 'page.html');
  await writeFile(file, '<script type=module src=hello.mjs></script>');
  const page = await (await openBrowser()).newPage('.');
  try {
    return await console_of(page, `file://${file}`, /origin/);
  } finally {
    await page.close();
  }
}

async function withVite() {
  const { program } = await compile(jobs);
  const site = path.dirname(program);
  await writeFile(
    path.join(site, 'index.html'),
    '<script type=module>import { run } from "./jobs.mjs"; run();</script>',
  );
  const { build: bundle } = await import('vite');
  return bundle({ root: site, logLevel: 'silent' }).then(
    () => '',
    (error) => error.message,
  );
}

const script_src = "script-src 'self'";
const wasm_src = `${script_src} 'wasm-unsafe-eval'`;

/** The messages, and what provokes each. @type {[string, () => Promise<string>][]} */
const cases = [];
/** @param {string} message @param {() => Promise<string>} provoke */
const provoked = (message, provoke) => cases.push([message, provoke]);

/** @param {string} message @param {Record<string, string>} files @param {How} [how] */
const building = (message, files, how) =>
  provoked(message, async () => (await compile(files, how)).said);

for (const host of ['node', 'wasmtime']) {
  const missing = { missing: doing('return g();', 'int g(void);') };
  building('undefined symbol: …', missing, { host });
}
building("'….h' file not found", { main: '#include <lib.h>\n' });
building("use of undeclared identifier 'weft__job_…'", {
  main: doing(
    'int in = 1; return weft_run_in_executor(NULL, job, &in) != NULL;',
    'static int job(const int *in, int *out) { return *out = *in; }',
  ),
});
building('duplicate symbol: …', { ...hello, again: 'int g;', more: 'int g;' });
building("call to undeclared function 'weft_…'", {
  main: 'int main(void) { return weft_run(0, 0); }\n',
});
building("unknown type name 'weft_…'", { main: 'weft_queue queue;\n' });
for (const [message, text] of [
  [
    "call to undeclared function '…'",
    '#include <unistd.h>\nint main(void) { return fork(); }\n',
  ],
  ['wasm lacks signal support', '#include <signal.h>\n'],
  [
    'Setjmp/longjmp support requires Exception handling support',
    '#include <setjmp.h>\n',
  ],
]) {
  building(message, { main: text }, { host: 'wasmtime' });
}
building(
  "incompatible function pointer types passing '…' to parameter of type 'weft_fn'",
  {
    main: '#include <weft.h>\nvoid f(void *p);\nint main(void) { return weft_run(f, 0); }\n',
  },
);
building("incompatible pointer types passing 'weft_stream *'", {
  main: doing('weft_stream *s; weft_open_stdout(&s); return weft_release(s);'),
});
building(
  'function signature mismatch: …',
  {
    main: 'int g(int, int);\nint main(void) { return g(1, 2); }\n',
    other: 'int g(int a) { return a; }\n',
  },
  { debug: true },
);
provoked('…wasm is there, for …', async () => {
  await compile(hello, { out: 'both' });
  return (await compile(hello, { host: 'wasmtime', out: 'both' })).said;
});
building("unknown host '…'", hello, { host: 'deno' });

provoked('there is no wasmtime on PATH', async () => {
  const { program } = await compile(hello, { host: 'wasmtime' });
  return said([path.join(root, 'wasi/weft-run'), program], {
    WEFT_WASMTIME: '/nowhere',
  });
});
provoked(
  'component imports instance …, but a matching implementation was not found',
  async () => wasmtime((await compile(jobs, { host: 'wasmtime' })).program),
);
provoked('unknown import: …', async () =>
  wasmtime((await compile(hello)).program.replace(/mjs$/, 'wasm')),
);
provoked('failed to open wasm module', () => wasmtime('missing.wasm'));
provoked('the program has no main function', async () =>
  wasmtime((await compile(exports, { host: 'wasmtime' })).program),
);
provoked('wasm trap: …', async () =>
  wasmtime((await compile(null_function, { host: 'wasmtime' })).program),
);
provoked('wasm trap: call stack exhausted', async () =>
  wasmtime((await compile(deep, { host: 'wasmtime' })).program),
);

provoked('function signature mismatch', async () =>
  said([tool('NODE'), (await compile(null_function)).program]),
);
provoked('unreachable', async () => {
  const trap = { trap: doing('__builtin_trap();') };
  return said([tool('NODE'), (await compile(trap)).program]);
});
provoked('Maximum call stack size exceeded', async () =>
  said([tool('NODE'), (await compile(deep)).program]),
);
provoked("Cannot find package 'weft'", () =>
  script('without', 'main.mjs', "import { load } from 'weft';"),
);
provoked("Cannot find module '…'", () =>
  script('with', 'main.mjs', "(await import('weft')).load('./no.mjs');"),
);
provoked("no such file or directory, open '…wasm'", async () => {
  const { program } = await compile(hello, { out: 'alone' });
  await rm(program.replace(/mjs$/, 'wasm'));
  return said([tool('NODE'), program]);
});
provoked('expected version 01 00 00 00, found 0d 00 01 00', async () => {
  const { program } = await compile(hello, { out: 'mixed' });
  const component = await compile(hello, { host: 'wasmtime' });
  const bytes = await readFile(component.program);
  await writeFile(program.replace(/mjs$/, 'wasm'), bytes);
  return said([tool('NODE'), program]);
});
provoked('require() of ES Module …', () =>
  script(
    'with',
    'main.cjs',
    "require('weft')",
    '--no-experimental-require-module',
  ),
);

provoked(
  'Compiling or instantiating WebAssembly module violates the following Content Security policy directive',
  () => inPage(hello, { policy: script_src }),
);
provoked(
  "Creating a worker from '…' violates the following Content Security Policy directive",
  () => inPage(jobs, { policy: `${wasm_src}; worker-src 'none'` }),
);
provoked(
  "Connecting to '…wasm' violates the following Content Security Policy directive",
  () => inPage(hello, { policy: `${wasm_src}; connect-src 'none'` }),
);
provoked(
  'Expected a JavaScript-or-Wasm module script but the server responded with a MIME type of …',
  () => inPage(hello, { types: { mjs: 'text/plain' } }),
);
provoked('…wasm: HTTP status 404', () => inPage(hello, { lack: 'wasm' }));
provoked(
  "Access to script at 'file:…' from origin 'null' has been blocked by CORS policy",
  fromFile,
);
provoked('Module format "iife" does not support top-level await', withVite);

for (const [message, provoke] of cases) {
  test(`its row has what is said: ${message}`, limit, async () => {
    assert.ok(rows.flat().includes(message), 'the page has such a row');
    const text = await provoke();
    assert.ok(fits(message, text), text);
  });
}

test('each row is provoked, or known to be out of reach here', () => {
  const known = [...cases.map(([message]) => message), ...unprovoked];
  assert.deepEqual(
    rows.filter((messages) => !messages.some((m) => known.includes(m))),
    [],
  );
});

test('a server that does not know .wasm is forgiven', limit, async () => {
  const types = { wasm: 'application/octet-stream' };
  assert.equal(await inPage(hello, { types }), 'ended 0\n');
});
