// The demo page: its programs, their output and their timelines.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { address, onPage, runToEnd } from '../lib/demo.mjs';
import { build, openBrowser } from '../lib/weft.mjs';

/** @typedef {import('playwright-core').Page} Page */

const limit = { timeout: 60_000 };
const examples = new URL('../../examples/', import.meta.url);

/** @param {Page} page */
async function events(page) {
  // What is told by now is shown with the next frame.
  await page.evaluate(
    () =>
      new Promise((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(resolve)),
      ),
  );
  const text = await page.locator('#events').textContent();
  return (text ?? '').split('\n').map((line) => {
    const [, ms, what] = /^(\d+) ms: (.*)$/.exec(line) ?? [];
    return { ms: Number(ms), what };
  });
}

const outputs = {
  helloworld: 'Hello ...\n... World!\n',
  async_sleep1:
    'func1() started\nfunc2() started\nfunc1() finished\nfunc2() finished\n',
  async_sleep2:
    'func1() started\nfunc1() finished\nfunc2() started\nfunc2() finished\n',
  async_sleep3:
    'func1() started\nfunc2() started\nfunc2() finished\nfunc1() finished\n',
  return_value: '12345\n',
  timeout: 'func1() started\ntimeout...\n',
};
for (const [name, expected] of Object.entries(outputs)) {
  test(`${name} runs in the page and shows its output`, limit, () =>
    onPage(name, async (page) => {
      const { status, output } = await runToEnd(page);
      assert.equal(output, expected);
      assert.match(status, /exit code 0/);
    }),
  );
}

test(
  'each of the others runs to its end, too',
  { timeout: 200_000 },
  async () => {
    const listed = await (await fetch(`${address()}programs.json`)).json();
    const names = listed.map((/** @type {{name: string}} */ { name }) => name);
    // Those have tests of their own, below.
    const told = ['tasks', 'mandelbrot', 'stress', 'headers', 'stream', 'trap'];
    const others = names.filter(
      (/** @type {string} */ name) => !(name in outputs || told.includes(name)),
    );
    assert.ok(others.length >= 5, others.join());
    for (const name of others) {
      await onPage(name, async (page) => {
        const { status, output } = await runToEnd(page);
        if (name === 'stream2') assert.match(output, /no TCP/);
        else assert.match(status, /exit code 0\./, `${name}: ${output}`);
        assert.notEqual(output, '', name);
      });
    }
  },
);

test('each program is listed, with its source and a link to it', limit, () =>
  onPage('', async (page) => {
    const names = await page.locator('#programs a').allInnerTexts();
    assert.equal(names[0], 'helloworld');
    for (const name of names) {
      await page.click(`#programs a[href="#${name}"]`);
      await page.locator('#title', { hasText: name }).waitFor();
      const link = await page.locator('#source-link').getAttribute('href');
      const served = await (await fetch(`${address()}${link}`)).text();
      await page.waitForFunction(
        (text) => document.querySelector('#source')?.textContent === text,
        served,
      );
      const words = page.locator('#source .hljs-keyword');
      assert.ok((await words.count()) > 0, `${name} is highlighted`);
    }
    const hello = await readFile(new URL('helloworld.c', examples), 'utf8');
    await page.goto(`${address()}#helloworld`);
    await page.waitForFunction(
      (text) => document.querySelector('#source')?.textContent === text,
      hello,
    );
  }),
);

test('the timeline tells each step of each task, in order', limit, () =>
  onPage('async_sleep1', async (page) => {
    await runToEnd(page);
    const steps = await events(page);
    assert.deepEqual(
      steps.map(({ what }) => what),
      [
        'async_main created',
        'func created',
        'func created',
        'async_main waits in weft_await for func',
        'func waits in weft_sleep',
        'func waits in weft_sleep',
        'func ended with 0',
        'func ended with 0',
        'async_main ended with 0',
      ],
    );
    const waited = steps[6].ms - steps[4].ms;
    assert.ok(waited >= 995 && waited < 1900, `waited ${waited} ms`);
    const label = await page.locator('#timeline').getAttribute('aria-label');
    assert.match(label ?? '', /^3 tasks and workers over 1\.\d seconds$/);
  }),
);

test('the timeline shows a blocking call as running', limit, () =>
  onPage('async_sleep2', async (page) => {
    await runToEnd(page);
    const ends = (await events(page)).filter(({ what }) => /ended/.test(what));
    assert.equal(ends.length, 3);
    assert.ok(ends[1].ms - ends[0].ms >= 995);
  }),
);

test('the tree shows who waits for whom while it runs', limit, () =>
  onPage('tasks', async (page) => {
    await page.fill('#choices input >> nth=0', '2');
    await page.fill('#choices input >> nth=1', '5');
    await page.click('#run');
    const nested = page.locator('#tree > ul > li ul > li');
    await nested.waitFor();
    assert.equal(await nested.innerText(), 'task 1: weft_sleep');
    await page.click('#stop');
    await page.locator('#status', { hasText: 'Stopped' }).waitFor();
    const steps = (await events(page)).map(({ what }) => what);
    assert.ok(steps.includes('task 1 cancelled'), steps.join('; '));
    assert.equal(await page.locator('#run').isEnabled(), true);
  }),
);

test('choices change what runs; what is too long is cancelled', limit, () =>
  onPage('tasks', async (page) => {
    const values = ['3', '0.1', '9', '0.3'];
    for (const [i, value] of values.entries()) {
      await page.fill(`#choices input >> nth=${i}`, value);
    }
    const { output } = await runToEnd(page);
    assert.match(output, /task 1: done\n(task \d: cancelled\n){2}main: all/);
    await page.fill('#choices input >> nth=0', '51');
    await page.click('#run');
    await page.waitForFunction(
      () => document.querySelector('#choices input:invalid') !== null,
    );
    assert.equal(await page.locator('#stop').isEnabled(), false);
  }),
);

test('leaving a program stops it', limit, () =>
  onPage('tasks', async (page) => {
    await page.fill('#choices input >> nth=1', '5');
    await page.click('#run');
    await page.locator('#output', { hasText: 'task 1' }).waitFor();
    await page.click('#programs a[href="#return_value"]');
    const { output } = await runToEnd(page);
    assert.equal(output, '12345\n');
  }),
);

test(
  'the Mandelbrot set is drawn by workers, and the chart filled',
  limit,
  () =>
    onPage('mandelbrot', async (page) => {
      await page.click('#panel-body button');
      const most = await page.evaluate(() => navigator.hardwareConcurrency);
      await page.locator(`.bars tbody tr >> nth=${most - 1}`).waitFor();
      const cells = await page.locator('.bars tbody tr').allInnerTexts();
      cells.forEach((text, i) => {
        assert.match(text, new RegExp(`^${i + 1}\\s+[\\d.]+\\s+[\\d.]+ ×`));
      });
      const colours = await page.evaluate(() => {
        const canvas = document.querySelector('#panel-body canvas');
        const pen = /** @type {any} */ (canvas).getContext('2d');
        const { data } = pen.getImageData(0, 0, 512, 384);
        const seen = new Set();
        for (let i = 0; i < data.length; i += 4) {
          seen.add(data.slice(i, i + 4).join());
        }
        return [seen.size, seen.has('0,0,0,0')];
      });
      assert.ok(Number(colours[0]) > 50);
      assert.equal(colours[1], false, 'each tile has come');
      const lanes = await page.locator('#events').textContent();
      assert.match(lanes ?? '', new RegExp(`worker ${most} ended a job`));
    }),
);

test('a job that traps is named, and the others go on', limit, () =>
  onPage('trap', async (page) => {
    const { output } = await runToEnd(page);
    assert.match(output, /5040 \/ 3: WEFT_ETRAP: .*divide/);
    assert.match(output, /5040 \/ 6 = 840/);
    const steps = (await events(page))
      .map(({ what }) => what)
      .filter((what) => what.startsWith('worker'));
    const job = (/** @type {number} */ worker, result = 0) => [
      `worker ${worker} begins a job`,
      `worker ${worker} ended a job with ${result}`,
    ];
    assert.deepEqual(steps, [
      ...job(1),
      ...job(1),
      ...job(1, -11),
      'worker 1 was stopped',
      ...job(2),
      ...job(2),
      ...job(2),
      'worker 2 was stopped',
    ]);
  }),
);

test(
  'a running job is drawn growing, until it ends or its worker is lost',
  limit,
  () =>
    onPage('helloworld', async (page) => {
      const widths = await page.evaluate(async () => {
        const { Timeline } = await import(
          new URL('timeline.mjs', document.baseURI).href
        );
        const canvas = document.createElement('canvas');
        const pen = /** @type {CanvasRenderingContext2D} */ (
          canvas.getContext('2d', { willReadFrequently: true })
        );
        document.body.append(canvas);
        const box = () => document.createElement('div');
        const text = box();
        const timeline = new Timeline({ canvas, tree: box(), text });
        const tell = timeline.start();
        canvas.style.setProperty('--accent', 'rgb(1, 2, 3)');
        const frame = () => new Promise(requestAnimationFrame);
        /** Pixels of the running colour in the middle of the first lane. */
        const width = async () => {
          await frame();
          await frame();
          const { data } = pen.getImageData(0, 16, canvas.width, 1);
          let count = 0;
          for (let i = 0; i < data.length; i += 4) {
            if (data[i] === 1 && data[i + 1] === 2 && data[i + 2] === 3)
              count++;
          }
          return count;
        };
        const start = performance.now();
        tell({ kind: 'sent', worker: 7, jobs: 2, at: start });
        const seen = [await width()];
        while (performance.now() - start < 200) await frame();
        seen.push(await width());
        tell({ kind: 'job', worker: 7, seconds: 0.1, at: start + 150 });
        while (performance.now() - start < 400) await frame();
        seen.push(await width());
        tell({ kind: 'stopped', worker: 7, at: start + 420 });
        await frame();
        await frame();
        return { seen, lines: text.textContent };
      });
      const [first, second, third] = widths.seen;
      assert.ok(first < second && second < third, String(widths.seen));
      assert.equal(
        widths.lines,
        [
          '0 ms: worker 1 begins a job',
          '150 ms: worker 1 ended a job with 0',
          '150 ms: worker 1 begins a job',
          '420 ms: worker 1 was lost',
        ].join('\n'),
      );
    }),
);

test('100,000 tasks leave the page its frames', limit, () =>
  onPage('stress', async (page) => {
    // A frame in which the machine was busy elsewhere is none of ours: turns
    // are counted, of four milliseconds each (responsive.test.mjs).
    await page.evaluate(() => {
      const { set } = /** @type {any} */ (
        Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage')
      );
      let turns = 0;
      Object.defineProperty(MessagePort.prototype, 'onmessage', {
        /** @param {(event: unknown) => void} listener */
        set(listener) {
          set.call(this, (/** @type {unknown} */ event) => {
            turns++;
            listener(event);
          });
        },
      });
      /** @type {number[]} */
      const frames = [];
      const frame = () => {
        if (turns) frames.push(turns);
        turns = 0;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
      Object.assign(globalThis, { frames });
    });
    await page.fill('#choices input >> nth=1', '2');
    const { output, status } = await runToEnd(page);
    assert.match(status, /exit code 0/);
    assert.match(
      output,
      /^100000 tasks\n([\d.]+ million switches a second\n)+/,
    );
    const frames = await page.evaluate(
      () => /** @type {any} */ (globalThis).frames,
    );
    frames.sort((/** @type {number} */ a, /** @type {number} */ b) => a - b);
    assert.ok(frames.length >= 20, `${frames.length} frames in two seconds`);
    const most = frames[Math.floor(frames.length * 0.9)];
    assert.ok(most <= 12, `turns between frames: ${frames}`);
  }),
);

test('the headers of the page’s own server', limit, () =>
  onPage('headers', async (page) => {
    const { output } = await runToEnd(page);
    assert.match(output, /HTTP header> 200 OK\n/);
    assert.match(output, /HTTP header> content-security-policy: default-src/);
  }),
);

test('an error is shown where it happens', limit, () =>
  onPage('stream', async (page) => {
    const { status, output } = await runToEnd(page);
    assert.match(status, /exit code [^0]/);
    assert.match(output, /a browser page has no TCP/);
    const kind = await page.locator('#output .stderr').count();
    assert.ok(kind > 0);
  }),
);

test(
  'any static server will do: in a folder, without headers',
  limit,
  async () => {
    const { stdout } = await build(['demo', '--build']);
    const browser = await openBrowser();
    const page = await browser.newPage(stdout.trim());
    const address = page.url();
    await page.goto(`${address}index.html#mandelbrot`);
    await page.locator('#run:not(:disabled)').waitFor();
    const { status } = await runToEnd(page);
    assert.match(status, /exit code 0/);
    await page.close();
  },
);
