// build.sh itself: its words and messages, what it rebuilds, two at once.

import assert from 'node:assert/strict';
import {
  access,
  mkdir,
  mkdtemp,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build, root } from '../lib/weft.mjs';

const hello = 'tests/build/programs/hello.c';

/** @type {string} a folder of our own, removed at the end */
let scratch;
before(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'weft-build-'));
});
after(() => rm(scratch, { recursive: true }));

/**
 * A C file in the scratch folder.
 * @param {string} name
 * @param {string} text
 */
async function program(name, text) {
  const file = path.join(scratch, name);
  await writeFile(file, text);
  return file;
}

/** @param {string} file */
const modified = async (file) => (await stat(file)).mtimeMs;

describe('the command line', () => {
  test('help names every command', async () => {
    const { code, stdout } = await build(['help']);
    assert.equal(code, 0);
    for (const command of 'run compile demo test bench setup format clean'.split(
      ' ',
    ))
      assert.match(stdout, new RegExp(`^  ${command}\\b`, 'm'));
  });

  test('help is what no command gives', async () => {
    const { code, stdout } = await build([]);
    assert.equal(code, 0);
    assert.match(stdout, /run FILE\.c/);
  });

  /** @type {[string, string[], RegExp][]} */
  const mistakes = [
    [
      'a metric that bench does not have',
      ['bench', 'node'],
      /no metric 'node'. There is: switch, .*, size\./,
    ],
    [
      'a case that a metric does not have',
      ['bench', 'cpu_job', 'loop'],
      /no case of cpu_job 'loop'. There is: loops, .*, methods\./,
    ],
    [
      'a word for a number',
      ['bench', 'switch', 'many', '0'],
      /no case of switch 'many 0'. There is: 2 0, 1000 0, /,
    ],
    [
      'a host that bench does not have',
      ['bench', 'switch', '--host', 'deno'],
      /no host 'deno'. There is: node, wasmtime, browser\./,
    ],
    ['an unknown command', ['rnu'], /unknown command 'rnu'[^]*run compile/],
    ['run without a file', ['run'], /run needs a C file/],
    ['a file of another kind', ['run', 'a.cpp'], /C file.*'a\.cpp' is none/],
    ['a missing folder', ['run', '-I', 'nope', hello], /no folder nope/],
    ['a file that is not there', ['run', 'nope.c'], /no file nope\.c/],
    ['an unknown host', ['run', hello, '--host', 'x'], /unknown host 'x'/],
    ['a missing value', ['run', hello, '--host'], /--host needs a value/],
    ['compile with a stray word', ['compile', hello, 'x'], /not know 'x'/],
    ['a pattern without tests', ['test', 'no-such'], /no test file/],
    ['an unknown format flag', ['format', '-x'], /not know '-x'/],
  ];
  for (const [name, args, message] of mistakes) {
    test(`${name} is named, with exit code 2`, async () => {
      const { code, stdout, stderr } = await build(args);
      assert.match(stderr, message);
      assert.equal(stdout, '');
      assert.equal(code, 2);
    });
  }
});

describe('compile', () => {
  test('puts a program into a folder', async () => {
    const out = path.join(scratch, 'out');
    for (const [host, files] of /** @type {[string, string[]][]} */ ([
      ['node', ['hello.mjs', 'hello.wasm']],
      ['wasmtime', ['hello.wasm']],
    ])) {
      const target = path.join(out, host);
      const made = await build([
        'compile',
        hello,
        '--host',
        host,
        '-o',
        target,
      ]);
      assert.equal(made.code, 0, made.stderr);
      assert.equal(made.stdout, `${path.join(target, files[0])}\n`);
      for (const file of files) await access(path.join(target, file));
    }
  });

  test('makes one program of several files', async () => {
    const main = await program(
      'one.c',
      'int two(void);int main(void) { return two(); }',
    );
    const other = await program(
      'two.c',
      'int two(void);int two(void) { return 2; }',
    );
    const { stdout, stderr } = await build([
      'compile',
      main,
      other,
      '--host',
      'native',
    ]);
    const { code } = await build(['run', main, other, '--host', 'native']);
    assert.equal(code, 2, stderr);
    assert.equal(path.basename(stdout.trim()), 'one');
  });

  test('gives the compiler -I and -D', async () => {
    await mkdir(path.join(scratch, 'its headers'));
    await program('its headers/size.h', '#define SIZE (N + 1)\n');
    const file = await program(
      'flags.c',
      '#include <size.h>\nint main(void) { return SIZE + sizeof NAME; }\n',
    );
    const include = path.join(scratch, 'its headers');
    for (const [host, n] of [
      ['node', 10],
      ['wasmtime', 20],
      ['native', 30],
    ]) {
      const { code, stderr } = await build([
        ...['run', file, '-I', include, `-DN=${n}`, '-D', 'NAME="a b"'],
        ...['--host', String(host)],
      ]);
      assert.equal(code, Number(n) + 5, stderr);
    }
  });

  test("fails with the compiler's words", async () => {
    const file = await program(
      'broken.c',
      'int main(void) { return nothing; }\n',
    );
    for (const host of ['node', 'wasmtime', 'native']) {
      const { code, stdout, stderr } = await build([
        'compile',
        file,
        '--host',
        host,
      ]);
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /broken\.c:1:\d+: error: .*'nothing'/);
      assert.match(stderr, /could not compile .*broken\.c/);
    }
  });

  test("fails with the linker's words", async () => {
    const file = await program(
      'unlinked.c',
      'int f(void);int main(void) { return f(); }',
    );
    for (const host of ['node', 'wasmtime', 'native']) {
      const { code, stderr } = await build(['compile', file, '--host', host]);
      assert.notEqual(code, 0);
      assert.match(stderr, /undefined symbol: f\b/);
      assert.match(stderr, /could not link unlinked\n.*name all of them/);
      assert.doesNotMatch(stderr, /--export|exit code/);
    }
  });

  test('shows warnings and goes on', async () => {
    const file = await program(
      'unused.c',
      'int main(void) { int x; return 0; }',
    );
    const { code, stderr } = await build(['compile', file]);
    assert.match(stderr, /unused variable 'x'/);
    assert.equal(code, 0);
  });
});

describe('what is rebuilt', () => {
  for (const host of ['node', 'wasmtime', 'native']) {
    test(`on ${host}, nothing when nothing changed`, async () => {
      const args = ['compile', hello, '--host', host];
      const made = (await build(args)).stdout.trim();
      const time = await modified(made);
      const { code, stdout, ms } = await build(args);
      assert.equal(code, 0);
      assert.equal(stdout.trim(), made);
      assert.equal(await modified(made), time);
      assert(ms < 2000, `took ${ms} ms`);
    });
  }

  test('a program whose header changed', async () => {
    const header = await program('value.h', '#define VALUE 3\n');
    const file = await program(
      'header.c',
      '#include "value.h"\nint main(void) { return VALUE; }\n',
    );
    const args = ['run', file, '--host', 'native'];
    assert.equal((await build(args)).code, 3);
    await writeFile(header, '#define VALUE 4\n');
    assert.equal((await build(args)).code, 4);
  });

  test('the library when a file of it changed', async () => {
    const library = path.join(root, 'build/native-release/libweft.a');
    await build(['compile', hello, '--host', 'native']);
    const time = await modified(library);
    const now = new Date();
    await utimes(path.join(root, 'tests/native/host.c'), now, now);
    await build(['compile', hello, '--host', 'native']);
    assert.notEqual(await modified(library), time);
  });
});

test('a program for another host in the same folder is not overwritten', async () => {
  for (const [first, second, message] of [
    ['node', 'wasmtime', /hello\.wasm is there, for Node\.js and pages/],
    ['wasmtime', 'browser', /hello\.wasm is there, for wasmtime/],
  ]) {
    const folder = await mkdtemp(path.join(scratch, 'out-'));
    /** @param {string} host */
    const compiled = (host) =>
      build(['compile', hello, '--host', host, '-o', folder]);
    assert.equal((await compiled(String(first))).code, 0);
    const { code, stderr } = await compiled(String(second));
    assert.equal(code, 2);
    assert.match(stderr, /** @type {RegExp} */ (message));
    assert.match(stderr, /Choose another folder with -o/);
    assert.equal((await compiled(String(first))).code, 0);
  }
});

test('two builds of one program at once both succeed', async () => {
  const file = await program('twice.c', 'int main(void) { return 7; }');
  const args = ['run', file, '--host', 'native'];
  const results = await Promise.all([build(args), build(args), build(args)]);
  for (const { code, stderr } of results) assert.equal(code, 7, stderr);
});
