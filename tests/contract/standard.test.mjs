// The standard streams and files: a wait that is cancelled loses nothing, and
// one stream goes on where the last one has left.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { commandOf, compile, hosts } from '../lib/weft.mjs';

/**
 * @param {import('../lib/weft.mjs').Host} host
 * @param {string[]} args
 */
async function start(host, ...args) {
  const program = await compile('tests/contract/standard.c', { host });
  const command = commandOf(host, program);
  const child = spawn(command[0], [...command.slice(1), ...args], {
    timeout: 20_000,
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const end = once(child, 'close').then(([code]) => ({ code, stderr }));
  return { child, end };
}

for (const host of hosts.filter((host) => host !== 'browser')) {
  test(`a cancelled read of stdin loses nothing; another stream goes on (${host})`, async () => {
    const { child, end } = await start(host, 'input');
    const over = end.then(() => []);
    let said = '';
    const says = async (/** @type {string} */ text) => {
      while (!said.endsWith(text)) {
        const [more] = await Promise.race([once(child.stdout, 'data'), over]);
        assert(more, `it has ended, and said ${said}`);
        said += more;
      }
      said = '';
    };
    child.stdout.setEncoding('utf8');
    child.stdin.write('beg');
    await says('open: ok\nline: WEFT_ETIMEDOUT\n');
    child.stdin.write('in\n');
    await says('line: begin\nopen: ok\n');
    child.stdin.write('middle\n');
    await says('line: middle\n');
    child.stdin.end();
    await says('line: (end)\nclose: ok\nopen: ok\nline: (end)\n');
    assert.deepEqual(await end, { code: 0, stderr: '' });
  });
}

// wasmtime blocks in a file, and in an output that nobody reads, and so knows no
// cancel of it.
if (hosts.includes('node')) {
  test('a cancelled drain of stdout loses nothing (node)', async () => {
    const { child, end } = await start('node', 'output');
    await once(child.stderr, 'data');
    /** @type {Buffer[]} */
    const pieces = [];
    child.stdout.on('data', (piece) => pieces.push(piece));
    assert.deepEqual(await end, {
      code: 0,
      stderr: 'drain: WEFT_ETIMEDOUT\ndrain: WEFT_OK\n',
    });
    const expected = Array.from({ length: 20 }, (_, i) =>
      Buffer.alloc(100_000, 97 + i),
    );
    assert(Buffer.concat(pieces).equals(Buffer.concat(expected)));
  });

  test('a cancelled read or write of a file ends at once (node)', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'weft-files-'));
    try {
      const [unwritten, unread, file] = ['unwritten', 'unread', 'file'].map(
        (name) => path.join(folder, name),
      );
      execFileSync('mkfifo', [unwritten, unread]);
      const { child, end } = await start(
        'node',
        ...['file', unwritten, unread, file],
      );
      let said = '';
      for await (const text of child.stdout.setEncoding('utf8')) {
        said += text;
        if (!said.endsWith('whole\n')) continue;
        // The system's calls still wait: for one to write, and one to read.
        writeFileSync(unwritten, '');
        assert.equal(readFileSync(unread, 'utf8'), 'x');
      }
      assert.equal(
        said,
        'read: WEFT_ETIMEDOUT\nwrite: WEFT_ETIMEDOUT\nwrite: ok\nread: ok\nwhole\n',
      );
      assert.deepEqual(await end, { code: 0, stderr: '' });
      assert.equal(readFileSync(file, 'utf8'), 'whole');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
