// The sources: formatted, and the JavaScript free of type errors.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build, execute, tool } from '../lib/weft.mjs';

test('every file is formatted', async () => {
  const { code, stdout, stderr } = await build(['format', '--check']);
  assert.equal(code, 0, `try ./build.sh format\n${stdout}${stderr}`);
});

test('the JavaScript has no type errors', async () => {
  const { code, stdout } = await execute([
    tool('NODE'),
    'node_modules/typescript/bin/tsc',
    '-p',
    'tests/tsconfig.json',
  ]);
  assert.equal(code, 0, stdout);
});
