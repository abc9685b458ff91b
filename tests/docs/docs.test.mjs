// What the documentation says is so: its programs run and print what is shown,
// its tables are complete, its links lead somewhere.

import assert from 'node:assert/strict';
import { access, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { build, root, run } from '../lib/weft.mjs';

const read = (/** @type {string} */ file) =>
  readFile(path.join(root, file), 'utf8');

const tutorial = await read('docs/tutorial.md');
const sample =
  /<!-- (\w+)\.c -->\s*```c\n([\s\S]*?)```\s*```text\n([\s\S]*?)```/g;
const samples = [...tutorial.matchAll(sample)];

for (const [, name, source, expected] of samples) {
  test(`tutorial: ${name}.c runs and prints what is shown`, async () => {
    const folder = path.join(root, 'build/tutorial');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, `${name}.c`), source);
    const { stdout, stderr, code } = await run(`build/tutorial/${name}.c`);
    assert.equal(stdout, expected);
    assert.equal(stderr, '');
    assert.equal(code, 0);
  });
}

test('tutorial: each program is among those that are run', () => {
  const programs = tutorial.match(/int main\(/g) ?? [];
  assert.equal(samples.length, programs.length);
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
