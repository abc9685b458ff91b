// What the documentation says is so: its programs run and print what is shown,
// its tables are complete, its links lead somewhere.

import assert from 'node:assert/strict';
import { access, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { build, execute, root, run, tool } from '../lib/weft.mjs';

const read = (/** @type {string} */ file) =>
  readFile(path.join(root, file), 'utf8');

const pages = ['README.md', 'docs/tutorial.md', 'docs/javascript.md'];
const texts = await Promise.all(pages.map(read));

/**
 * The samples of a page, each under a comment that names it: programs, what
 * they print, and what of JavaScript uses them.
 */
const program = /<!-- (\w+)\.c -->\s*```c\n([\s\S]*?)```/g;
const output = /^\s*```text\n([\s\S]*?)```/;
const script =
  /<!-- (\w+)\.c: (\w+\.mjs) -->\s*```js\n([\s\S]*?)```\s*```text\n([\s\S]*?)```/g;

for (const [i, page] of pages.entries()) {
  const folder = `build/samples/${path.basename(page, '.md')}`;
  for (const [whole, name, source] of texts[i].matchAll(program)) {
    const [, expected] =
      output.exec(texts[i].slice(texts[i].indexOf(whole) + whole.length)) ?? [];
    const file = `${folder}/${name}.c`;
    await mkdir(path.join(root, folder), { recursive: true });
    await writeFile(path.join(root, file), source);
    if (expected === undefined) continue; // JavaScript runs it
    test(`${page}: ${name}.c runs and prints what is shown`, async () => {
      const { stdout, stderr, code } = await run(file);
      assert.equal(stdout, expected);
      assert.equal(stderr, '');
      assert.equal(code, 0);
    });
  }
  for (const [, name, main, source, expected] of texts[i].matchAll(script)) {
    test(`${page}: what uses ${name}.c prints what is shown`, async () => {
      // In the repository, 'weft' is the package itself.
      const place = path.join(root, folder, name);
      const compile = ['compile', `${folder}/${name}.c`, '-o', place];
      const built = await build(compile);
      assert.equal(built.code, 0, built.stderr);
      await writeFile(path.join(place, main), source);
      const command = [tool('NODE'), path.join(place, main)];
      const { stdout, stderr, code } = await execute(command);
      assert.equal(stdout, expected, stderr);
      assert.equal(code, 0);
    });
  }
}

test('each sample of the tutorial and of javascript.md is among those', () => {
  for (const text of texts.slice(1)) {
    const samples = text.match(/^```(c|js)$/gm) ?? [];
    const named = [...text.matchAll(program), ...text.matchAll(script)];
    assert.equal(named.length, samples.length);
  }
});

test('troubleshooting: each error of weft/error.h has its cure, once', async () => {
  const header = await read('include/weft/error.h');
  const page = await read('docs/troubleshooting.md');
  const codes = [...header.matchAll(/^ +(WEFT_E\w+) = /gm)].map(([, c]) => c);
  const rows = [...page.matchAll(/^\| `(WEFT_E\w+)` \|/gm)].map(([, c]) => c);
  assert.deepEqual(rows, codes);
});

test('each link between the pages leads somewhere', async () => {
  const pages = (await readdir(path.join(root, 'docs')))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`);
  for (const page of [...pages, 'README.md']) {
    const text = await read(page).catch(() => '');
    for (const [, target] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      await access(path.join(root, path.dirname(page), target)).catch(() =>
        assert.fail(`${page} has a link to ${target}`),
      );
    }
  }
});

test('build.sh docs makes the reference of the headers', async () => {
  const { stdout, stderr, code } = await build(['docs']);
  assert.equal(code, 0, stderr);
  const folder = path.dirname(stdout.trim());
  const text = (await readFile(path.join(folder, 'task_8h.html'), 'utf8'))
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ');
  assert.match(text, /weft_sleep ?\( ?double/);
  assert.match(text, /suspends the task for that long, never shorter/);
});
