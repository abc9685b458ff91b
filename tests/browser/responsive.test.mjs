// The host has its turn while tasks are always ready.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { compile, openBrowser, run, tool } from '../lib/weft.mjs';

const file = 'tests/browser/yielding.c';

/**
 * How long the turns of turns.c last when its steps take these milliseconds,
 * by a clock that only they move: what other processes do is not in it.
 * @param {(step: number, turn: number) => number} cost
 */
async function turns(cost) {
  const program = await compile('tests/browser/turns.c', { host: 'node' });
  const script = `
    import { run } from ${JSON.stringify(program)};
    const cost = ${cost};
    let now = 0, step = 0;
    Object.defineProperty(globalThis, 'performance', { value: { now: () => now } });
    const turns = [];
    const later = globalThis.setImmediate;
    globalThis.setImmediate = (f) => later(() => {
      const begin = now;
      f();
      turns.push(now - begin);
    });
    const work = () => void (now += cost(step++, turns.length));
    const status = await run({ imports: { work }, stdout: () => {} });
    console.log(JSON.stringify({ turns, step, status }));`;
  const child = spawn(tool('NODE'), ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const data of child.stdout) text += data;
  const { turns, step, status } = JSON.parse(text);
  assert.equal(status, 0);
  assert.equal(step, 100_000);
  return /** @type {number[]} */ (turns);
}

test('a turn of the loop takes its four milliseconds and at most one more', async () => {
  for (const cost of [
    () => 0.0001,
    () => 0.01,
    (/** @type {number} */ step) => (step % 10 ? 0.001 : 0.3),
  ]) {
    const longest = Math.max(...(await turns(cost)));
    assert.ok(longest <= 5, `${longest} ms with steps of ${cost}`);
  }
  // Longer steps cannot be divided, but once that is seen, none follows another.
  const more = (await turns(() => 7)).filter((ms) => ms > 7);
  assert.ok(more.length <= 1, `turns of ${more} ms`);
});

test('a turn does not take its steps to be as short as the last one’s', async () => {
  const costs = {
    0.3: (/** @type {number} */ _, /** @type {number} */ turn) =>
      turn % 2 ? 0.3 : 0.001,
    0.7: (/** @type {number} */ _, /** @type {number} */ turn) =>
      turn % 2 ? 0.7 : 0.001,
    5: (/** @type {number} */ _, /** @type {number} */ turn) =>
      turn % 2 ? 5 : 0.0001,
  };
  for (const [long, cost] of Object.entries(costs)) {
    const longest = Math.max(...(await turns(cost)));
    assert.ok(longest <= 4.5 + Number(long), `${longest} ms of ${long} ms`);
  }
});

test('steps that suddenly take long make one long turn, not several', async () => {
  const lengths = await turns((step) => (step < 50_000 ? 0.0001 : 1));
  const long = lengths.filter((ms) => ms > 5.5);
  assert.ok(long.length <= 1, `turns of ${long} ms`);
});

test('a page keeps its frames while 10,000 tasks yield in a loop', async () => {
  const program = await compile(file, { host: 'browser' });
  const page = await (await openBrowser()).newPage(path.dirname(program));
  const { frames, status } = await page.evaluate(
    async (name) => {
      const weft = await import(new URL(name, document.baseURI).href);
      // Turns are counted where the loop hears its port.
      let turns = 0;
      const { set } = /** @type {any} */ (
        Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage')
      );
      Object.defineProperty(MessagePort.prototype, 'onmessage', {
        /** @param {(event: unknown) => void} listener */
        set(listener) {
          set.call(this, (/** @type {unknown} */ event) => {
            turns++;
            listener(event);
          });
        },
      });
      const seen = /** @type {number[]} */ ([]);
      const frame = () => {
        seen.push(turns);
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
      const code = await weft.run({ stdout: () => {} });
      return {
        frames: seen.slice(1).map((count, i) => count - seen[i]),
        status: code,
      };
    },
    `./${path.basename(program)}`,
  );
  await page.close();
  assert.equal(status, 0);
  // Counted in turns, as what a frame lasts is the machine's matter too: with
  // twelve of four milliseconds between two, the loop would have taken 50 ms.
  const busy = frames.filter((turns) => turns > 0).sort((a, b) => a - b);
  assert.ok(busy.length >= 10, `${busy.length} frames in a second`);
  const most = busy[Math.floor(busy.length * 0.9)];
  assert.ok(most <= 12, `turns between frames: ${frames}`);
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
