// Which tools build.sh takes: those of the system that are recent enough.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { build, tool } from '../lib/weft.mjs';

const hello = 'tests/build/programs/hello.c';

/** @type {string} a folder with tools of our own */
let tools;
before(async () => {
  tools = await mkdtemp(path.join(tmpdir(), 'weft-tools-'));
});
after(() => rm(tools, { recursive: true }));

/**
 * Puts a stand-in first on PATH, that tells a version and else its arguments,
 * and runs hello.c on a host. The tool is looked for anew.
 * @param {string} name
 * @param {string} version
 * @param {string} variable that says where the tool is
 * @param {string} host
 */
async function runWith(name, version, variable, host) {
  await writeFile(
    path.join(tools, name),
    `#!/bin/sh
    case $1 in --version) echo "${name} ${version}" ;; *) echo "stand-in $*" ;; esac`,
    { mode: 0o755 },
  );
  return build(['run', hello, '--host', host, 'argument'], {
    env: { PATH: `${tools}:${process.env.PATH}`, [variable]: '' },
  });
}

test('a recent wasmtime of the system is used', async () => {
  const { stdout, code } = await runWith(
    'wasmtime',
    '99.0.0 (abcdef 2030-01-01)',
    'WEFT_WASMTIME',
    'wasmtime',
  );
  assert.match(stdout, /^stand-in run .*hello\.wasm argument$/m);
  assert.equal(code, 0);
});

test('a wasmtime that is too old is not', async () => {
  const { stdout, code, stderr } = await runWith(
    'wasmtime',
    '45.9.9',
    'WEFT_WASMTIME',
    'wasmtime',
  );
  assert.equal(stdout, 'argument\n', stderr);
  assert.equal(code, 1);
});

test('a recent Node.js of the system is used', async () => {
  const { stdout } = await runWith('node', 'v20.11.0', 'WEFT_NODE', 'node');
  assert.match(stdout, /^stand-in .*hello\.mjs argument$/m);
});

test('a variable names the tool itself', async () => {
  const { stdout } = await build(['run', hello, '--host', 'wasmtime'], {
    env: { WEFT_WASMTIME: '/bin/echo' },
  });
  assert.match(stdout, /^run .*hello\.wasm$/m);
});

test('setup again installs nothing and names the tools', async () => {
  const { stderr, code } = await build(['setup']);
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /setting up|fetching/);
  for (const name of ['NODE', 'EMCC', 'WASI_CC', 'WASMTIME', 'CHROMIUM'])
    assert(stderr.includes(tool(name)), `${name} in:\n${stderr}`);
});
