// docs/asyncio.md: complete, and true as far as names go.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { execute, root, tool } from '../lib/weft.mjs';

const page = readFileSync(path.join(root, 'docs/asyncio.md'), 'utf8');

/** The first or second cells of its tables, without those of the last one. */
const cells = (/** @type {number} */ column) =>
  page
    .split('## What asyncio does not have')[0]
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split(' | ')[column])
    .join('\n');

test('the table asyncio → weft has each public name of asyncio', async () => {
  const { stdout, stderr, code } = await execute([
    tool('PYTHON'),
    '-c',
    `
import asyncio, importlib, inspect
modules = 'runners tasks futures taskgroups timeouts locks queues exceptions threads graph'
for name in modules.split():
    try: module = importlib.import_module('asyncio.' + name)
    except ImportError: continue # newer than this Python
    for name in module.__all__:
        if name[0] == '_': continue
        print(name)
        found = getattr(module, name)
        if not inspect.isclass(found) or issubclass(found, (BaseException, tuple)): continue
        if hasattr(found, '__dataclass_fields__'): continue
        for method in vars(found):
            if method[0] != '_' and not method.startswith('_log'): print(name + '.' + method)
`,
  ]);
  assert.equal(code, 0, stderr);
  const names = stdout.trim().split('\n');
  assert(names.length > 50);
  const left = cells(0);
  const missing = names.filter(
    (name) => !new RegExp(`\`${name.replace('.', '\\.')}\\b`).test(left),
  );
  assert.deepEqual(missing, []);
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
