// The demo page in Chromium, served by its own server under its own policy.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { build, openBrowser } from '../lib/weft.mjs';
import { serve } from '../../web/demo/tools/serve.mjs';

/** @typedef {import('playwright-core').Page} Page */

const limit = { timeout: 60_000 };
const examples = new URL('../../examples/', import.meta.url);
const axe = await readFile(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** @type {Awaited<ReturnType<typeof serve>>} */
let site;
before(async () => {
  const { code, stdout, stderr } = await build(['demo', '--build']);
  assert.equal(code, 0, stderr);
  site = await serve(stdout.trim(), 0);
}); // it may have to compile all the programs: build's own limit holds
after(() => {
  site?.server.closeAllConnections();
  site?.server.close();
});

/**
 * Opens the page at a program, hands it to the body, and expects that it has
 * reported nothing on its console.
 * @param {string} name
 * @param {(page: Page) => Promise<unknown>} body
 * @param {{dark?: boolean, width?: number}} [options]
 */
async function onPage(name, body, { dark, width = 1280 } = {}) {
  const browser = await openBrowser();
  const page = await browser.newPage('.');
  /** @type {string[]} */
  const reported = [];
  page.on('console', (message) => reported.push(message.text()));
  page.on('pageerror', (error) => reported.push(error.message));
  try {
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${site.address}#${name}`);
    await page.locator('#run:not(:disabled)').waitFor();
    await body(page);
    assert.deepEqual(reported, []);
  } finally {
    await page.close();
  }
}

/** @param {Page} page */
async function runToEnd(page) {
  await page.click('#run');
  const status = page.locator('#status', { hasText: /Ended|failed/ });
  await status.waitFor({ timeout: 20_000 });
  return {
    status: await status.innerText(),
    output: await page.locator('#output').innerText(),
  };
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

test('each program is listed, with its source and a link to it', limit, () =>
  onPage('', async (page) => {
    const names = await page.locator('#programs a').allInnerTexts();
    assert.equal(names[0], 'helloworld');
    for (const name of names) {
      await page.click(`#programs a[href="#${name}"]`);
      await page.locator('#title', { hasText: name }).waitFor();
      const link = await page.locator('#source-link').getAttribute('href');
      const served = await (await fetch(`${site.address}${link}`)).text();
      await page.waitForFunction(
        (text) => document.querySelector('#source')?.textContent === text,
        served,
      );
    }
    const hello = await readFile(new URL('helloworld.c', examples), 'utf8');
    await page.goto(`${site.address}#helloworld`);
    await page.waitForFunction(
      (text) => document.querySelector('#source')?.textContent === text,
      hello,
    );
  }),
);

test('the keyboard alone picks a program and runs it', limit, () =>
  onPage('', async (page) => {
    const link = page.locator('#programs a[href="#return_value"]');
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      if (await link.evaluate((a) => a === document.activeElement)) break;
    }
    await page.keyboard.press('Enter');
    await page.locator('#title', { hasText: 'return_value' }).waitFor();
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => document.activeElement?.id === 'run')) {
        break;
      }
    }
    await page.keyboard.press('Enter');
    await page.locator('#output', { hasText: '12345' }).waitFor();
  }),
);

for (const [state, options] of Object.entries({
  'in light': {},
  'in dark': { dark: true },
  'on a phone': { width: 360 },
})) {
  test(`axe finds nothing to object to, ${state}`, limit, () =>
    onPage(
      'return_value',
      async (page) => {
        await runToEnd(page);
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() =>
          /** @type {any} */ (globalThis).axe.run(),
        );
        assert.deepEqual(
          violations.map((/** @type {any} */ v) => [
            v.id,
            v.nodes.map((/** @type {any} */ n) => n.html),
          ]),
          [],
        );
        const width = await page.evaluate(
          () => document.documentElement.scrollWidth,
        );
        assert.ok(width <= (options.width ?? 1280), `${width} px wide`);
      },
      options,
    ),
  );
}
