// The host has its turn while tasks are always ready.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { compile, openBrowser, run, tool } from '../lib/weft.mjs';

const file = 'tests/browser/yielding.c';

test('a page keeps its frames while 10,000 tasks yield in a loop', async () => {
  const program = await compile(file, { host: 'browser' });
  const page = await (await openBrowser()).newPage(path.dirname(program));
  const { gaps, status } = await page.evaluate(
    async (name) => {
      const weft = await import(new URL(name, document.baseURI).href);
      const times = /** @type {number[]} */ ([]);
      const frame = (/** @type {number} */ time) => {
        times.push(time);
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
      const code = await weft.run({ stdout: () => {} });
      return {
        gaps: times.slice(1).map((time, i) => time - times[i]),
        status: code,
      };
    },
    `./${path.basename(program)}`,
  );
  await page.close();
  assert.equal(status, 0);
  // Other processes may cost a frame now and then; tasks that keep the page
  // would cost all of them.
  gaps.sort((a, b) => a - b);
  assert.ok(gaps.length >= 15, `${gaps.length} frames in a second`);
  const most = gaps[Math.floor(gaps.length * 0.8)];
  assert.ok(most < 50, `frames of ${gaps.map(Math.round)} ms`);
});

test("Node's own timers and sockets are served while tasks yield", async () => {
  const program = await compile(file, { host: 'node' });
  const script = `
    import net from 'node:net';
    import { run } from ${JSON.stringify(program)};
    let ticks = 0, echoes = 0;
    setInterval(() => ticks++, 5).unref();
    const server = net.createServer((c) => c.pipe(c)).listen(0, '127.0.0.1', () => {
      const client = net.connect(server.address().port, '127.0.0.1', () => client.write('x'));
      client.on('data', () => { echoes++; client.write('x'); });
      client.unref(); server.unref();
    });
    server.unref();
    await run({ stdout: () => {} });
    console.log(JSON.stringify({ ticks, echoes }));
    process.exit();`;
  const child = spawn(tool('NODE'), ['--input-type=module', '-e', script]);
  let text = '';
  for await (const data of child.stdout) text += data;
  const { ticks, echoes } = JSON.parse(text);
  assert.ok(ticks >= 20, `${ticks} ticks of 5 ms in a second`);
  assert.ok(echoes >= 20, `${echoes} echoes in a second`);
});

for (const host of /** @type {const} */ (['node', 'wasmtime'])) {
  test(`${host}: tasks that yield are all served`, async () => {
    const { stdout, code } = await run(file, { host });
    assert.equal(code, 0);
    assert.ok(Number.parseInt(stdout) > 100_000, stdout);
  });
}
