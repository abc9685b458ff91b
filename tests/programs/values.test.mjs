// Values that cross from JavaScript to C and back: random ones, from a fixed
// seed, in Node.js and in a page. What comes back is what went.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { load } from '../../web/node.mjs';
import { compile, openBrowser, root } from '../lib/weft.mjs';

const limit = { timeout: 60_000 };

/**
 * Random values of a kind, from a seed; in a page it runs there.
 * @param {number} seed
 */
function generator(seed) {
  const random = () => {
    seed = (seed + 0x6d2b79f5) | 0; // mulberry32
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (/** @type {number} */ n) => Math.floor(random() * n);
  /** @template T @param {T[]} list */
  const pick = (list) => list[below(list.length)];
  /** Short ones mostly, a megabyte at times. */
  const size = () => pick([0, 1, below(10), below(300), below(300)]);
  const fill = (/** @type {Uint8Array} */ bytes) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = below(256);
    return bytes;
  };

  /** Any of the 2^64 patterns, and those that are easily lost. */
  const number = () => {
    const bits = new DataView(fill(new Uint8Array(8)).buffer);
    const special = [0, -0, NaN, Infinity, -Infinity, Number.MIN_VALUE];
    const large = [Number.MAX_VALUE, 2 ** 53, -(2 ** 53) - 2, 2 ** 31, 0.1];
    return pick([
      bits.getFloat64(0),
      bits.getFloat64(0),
      bits.getInt32(0),
      pick([...special, ...large]),
    ]);
  };

  /** Among their characters: NUL, the byte order mark, halves of pairs. */
  const string = (length = size()) => {
    const units = [0, 0x61, 0xe9, 0x20ac, 0xfeff, 0xfffd, 0xd83d, 0xdca9];
    let text = '';
    while (text.length < length) {
      text += pick([
        String.fromCharCode(pick(units)),
        String.fromCharCode(below(0x10000)),
        String.fromCodePoint(0x10000 + below(0x100000)),
      ]);
    }
    return text;
  };

  /** A buffer, or a view of part of one. */
  const bytes = (length = size()) => {
    const { buffer } = fill(new Uint8Array(length + 32));
    const at = 8 * below(3);
    return pick([
      () => /** @type {ArrayBuffer} */ (buffer.slice(at, at + length)),
      () => new Uint8Array(buffer, at, length),
      () => new Uint8Array(buffer).subarray(at + 1, at + 1 + length),
      () => new DataView(buffer, at + 3, length),
      () => new Uint16Array(buffer, at, length >> 1),
      () => new Float64Array(buffer, at, length >> 3),
    ])();
  };
  return { number, string, bytes };
}

/**
 * What a value is when it comes back: half a pair of surrogates is no text.
 * @param {any} value
 */
function returned(value) {
  if (typeof value === 'string')
    return /** @type {any} */ (value).toWellFormed();
  if (value instanceof ArrayBuffer) return new Uint8Array(value.slice(0));
  if (!ArrayBuffer.isView(value)) return value;
  const { buffer, byteOffset, byteLength } = value;
  return new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

/**
 * Whether both are the same, to the bit and of one type.
 * @param {any} a
 * @param {any} b
 */
function same(a, b) {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) {
    return Object.is(a, b);
  }
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/**
 * Sends each of the values by each way; tells which came back otherwise.
 * @param {any} functions
 * @param {any[]} values
 */
async function send(functions, values) {
  const { echo, ask, relay } = functions;
  const expected = values.map(returned);
  const ways = {
    'as argument and result': () => Promise.all(values.map((v) => echo(v))),
    'through a function of JavaScript': () =>
      Promise.all(values.map((v) => ask('later', v))),
    'as a stream': async () => {
      const got = [];
      for await (const value of relay.iterate(values)) got.push(value);
      return got;
    },
    'while the caller changes them': async () => {
      const copies = values.map((v) =>
        v instanceof Uint8Array ? v.slice() : v,
      );
      const answers = copies.map((v) => echo(v));
      copies.forEach((v) => v instanceof Uint8Array && v.fill(0));
      return Promise.all(answers);
    },
  };
  const wrong = [];
  for (const [way, go] of Object.entries(ways)) {
    const got = await go();
    expected.forEach((value, i) => {
      if (same(got[i], value)) return;
      const show = (/** @type {any} */ v) =>
        `${JSON.stringify(v)} (${v?.length ?? typeof v})`.slice(0, 60);
      wrong.push(`${way}: ${show(got[i])} for ${show(value)}`);
    });
    if (got.length !== expected.length) wrong.push(`${way}: ${got.length}`);
  }
  return wrong.slice(0, 5);
}

/** @type {Record<string, (make: ReturnType<typeof generator>) => any[]>} */
const kinds = {
  numbers: ({ number }) => Array.from({ length: 1000 }, () => number()),
  strings: ({ string }) => [
    '',
    '\0',
    '\ufeff',
    '\ufefftext',
    '\ud800',
    ...Array.from({ length: 300 }, () => string()),
    string(300_000),
  ],
  bytes: ({ bytes }) => [
    new Uint8Array(0),
    new ArrayBuffer(0),
    ...Array.from({ length: 300 }, () => bytes()),
    bytes(1 << 20),
    new Uint8Array(1 << 20).fill(255).subarray(1),
  ],
};

/** @type {import('../../web/index.mjs').Program<any>} */
let app;
/** @type {import('playwright-core').Page} */
let page;
before(async () => {
  const program = await compile('tests/programs/functions.c');
  const imports = { later: async (/** @type {any} */ value) => value };
  app = await load(program, { imports });
  page = await (await openBrowser()).newPage(root);
  await page.evaluate(
    async ([program, ...functions]) => {
      const { load } = await import(
        new URL('web/index.mjs', document.baseURI).href
      );
      const imports = { later: async (/** @type {any} */ value) => value };
      Object.assign(globalThis, { app: await load(program, { imports }) });
      // As scripts, which define them for all that follows.
      for (const text of functions) (0, eval)(text);
    },
    [path.relative(root, program), generator, returned, same, send].map(String),
  );
}, limit);
after(async () => {
  await app.close();
  await page.close();
});

for (const [i, [name, make]] of Object.entries(kinds).entries()) {
  test(`Node.js: ${name} come back from C as they went`, limit, async () => {
    assert.deepEqual(await send(app.functions, make(generator(i))), []);
  });
  test(`a page: ${name} come back from C as they went`, limit, async () => {
    const wrong = await page.evaluate(
      ([make, i]) =>
        (0, eval)(`send(app.functions, (${make})(generator(${i})))`),
      /** @type {const} */ ([make.toString(), i]),
    );
    assert.deepEqual(wrong, []);
  });
}
