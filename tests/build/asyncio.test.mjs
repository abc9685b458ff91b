// docs/asyncio.md: complete, and true as far as names go.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { execute, root, tool } from '../lib/weft.mjs';

const page = readFileSync(path.join(root, 'docs/asyncio.md'), 'utf8');

/** The rows of its tables, without those of the last one. */
const rows = page
  .split('## What asyncio does not have')[0]
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.slice(2, -2).split(' | '));

/** @param {number} column */
const cells = (column) => rows.map((row) => row[column]).join('\n');

test('the table asyncio → weft has each public name of asyncio', async () => {
  const { stdout, stderr, code } = await execute([
    tool('PYTHON'),
    '-c',
    `
import asyncio, inspect
for name in asyncio.__all__:
    if name[0] == '_': continue
    print(name)
    found = getattr(asyncio, name)
    if not inspect.isclass(found) or issubclass(found, (BaseException, tuple)): continue
    if hasattr(found, '__dataclass_fields__'): continue
    for method in vars(found):
        if method[0] != '_': print(name + '.' + method)
`,
  ]);
  assert.equal(code, 0, stderr);
  const names = stdout.trim().split('\n');
  assert(names.length > 250);
  const listed = new Set(cells(0).match(/(?<=`)[A-Za-z_.]+/g));
  // What is missing as a class is missing with its methods.
  const none = new Set(
    rows
      .filter((row) => row[1].startsWith('none'))
      .flatMap((row) => row[0].match(/(?<=`)[A-Za-z_]+(?=`)/g) ?? []),
  );
  const missing = names.filter((name) => {
    const [owner, method] = name.split('.');
    if (listed.has(name)) return false;
    if (!method) return true;
    return !(owner.endsWith('EventLoop')
      ? listed.has(`loop.${method}`)
      : none.has(owner));
  });
  assert.deepEqual(missing, []);
});

test('the table has only names that asyncio has', async () => {
  const names = rows
    .flatMap((row) => row[0].match(/(?<=`)[A-Za-z_.]+/g) ?? [])
    .map((name) => name.replace(/^loop\./, 'AbstractEventLoop.'));
  const { stdout, stderr, code } = await execute([
    tool('PYTHON'),
    '-c',
    `
import asyncio, builtins, contextvars, sys
for name in sys.argv[1:]:
    found = None
    for place in (asyncio, builtins, contextvars):
        found = found or place
        for part in name.split('.'): found = getattr(found, part, None)
        if found is not None: break
    if found is None: print(name)
`,
    ...names,
  ]);
  assert.equal(code, 0, stderr);
  const known = [
    ...['async', 'await', 'python', 'contextvars.ContextVar'],
    ...['Condition.acquire', 'Condition.release', 'Condition.locked'], // of each
    'AbstractEventLoop.slow_callback_duration', // likewise
    'TaskGroup.cancel', // of 3.15
  ];
  const wrong = stdout.split('\n').filter((name) => !known.includes(name));
  assert.deepEqual(wrong, ['']);
});

test('the table names only what weft has', () => {
  const folder = path.join(root, 'include/weft');
  const headers = readdirSync(folder)
    .map((file) => readFileSync(path.join(folder, file), 'utf8'))
    .join('\n');
  const names = new Set(page.match(/\b(weft|WEFT)_[A-Za-z_]+/g));
  const environment = new Set(['WEFT_CLOCK', 'WEFT_SEED', 'WEFT_DEBUG']);
  const missing = [...names].filter(
    (name) =>
      name !== 'WEFT_E' &&
      !environment.has(name) &&
      !new RegExp(`\\b${name}\\b`).test(headers),
  );
  assert.deepEqual(missing, []);
});
