// The demo page in Chromium, served by its own server under its own policy.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { build, openBrowser } from './weft.mjs';
import { serve } from '../../web/demo/tools/serve.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof serve>>} */
let site;
before(async () => {
  const { code, stdout, stderr } = await build(['demo', '--build'], {
    timeout: 400_000,
  });
  assert.equal(code, 0, stderr);
  site = await serve(stdout.trim(), 0);
}); // it may have to compile all the programs: build's own limit holds
after(() => {
  site?.server.closeAllConnections();
  site?.server.close();
});

/** Where it is served. */
export const address = () => site.address;

/**
 * Opens the page at a program, hands it to the body, and expects that it has
 * reported nothing on its console.
 * @param {string} name
 * @param {(page: Page) => Promise<unknown>} body
 * @param {{dark?: boolean, width?: number}} [options]
 */
export async function onPage(name, body, { dark, width = 1280 } = {}) {
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
export async function runToEnd(page) {
  await page.click('#run');
  const status = page.locator('#status', { hasText: /Ended|failed/ });
  await status.waitFor({ timeout: 20_000 });
  return {
    status: await status.innerText(),
    output: await page.locator('#output').innerText(),
  };
}
