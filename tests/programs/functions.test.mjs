// C functions as promises and promises as awaits: one suite, in Node.js and in
// a page. Each case gets the program's functions; in a page it runs there.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { compile, openBrowser, root, run } from '../lib/weft.mjs';

/** @typedef {Record<string, any>} Functions */

const source = 'tests/programs/functions.c';
const limit = { timeout: 30_000 };

/** What C can call; `functions` is filled in once the program runs. */
function makeImports() {
  /** @type {{functions: Functions, aborted: string[]}} */
  const state = { functions: {}, aborted: [] };
  const imports = {
    factorial: (/** @type {number} */ n) => state.functions.factorial(n),
    twice: (/** @type {number} */ n) => 2 * n,
    later: async (/** @type {unknown} */ value) => value,
    never: (
      /** @type {string} */ name,
      /** @type {{signal: AbortSignal}} */ { signal },
    ) =>
      new Promise(() => {
        signal.addEventListener('abort', () => state.aborted.push(name));
      }),
    refuse: async () => {
      throw new TypeError('not today');
    },
    timeout: async () => {
      throw new DOMException('too late', 'TimeoutError');
    },
  };
  return { imports, state };
}

/** @type {Record<string, (f: Functions, state: any) => Promise<[unknown, unknown]>>} */
const cases = {
  'numbers, strings, bytes and the like go both ways': async (f) => {
    const bytes = new Uint8Array([0, 1, 255, 0]);
    const values = ['', 'hé\0€', -1.5, NaN, true, null, undefined, 12n];
    const got = [];
    for (const value of values) got.push(await f.echo(value));
    got.push([...(await f.echo(bytes))], [...(await f.echo(bytes.buffer))]);
    const object = { some: 'object' };
    got.push((await f.echo(object)) === object);
    got.push(await f.add(1, 2, 3.5));
    return [
      got,
      [...values.slice(0, -1), 12, [0, 1, 255, 0], [0, 1, 255, 0], true, 6.5],
    ];
  },
  'a value that C has no place for is refused before the call': async (f) => {
    const error = await f.echo(Symbol('s')).catch((/** @type {any} */ e) => e);
    return [error.name, 'TypeError'];
  },
  'an argument that is missing or of another kind is named': async (f) => {
    const bytes = new Uint8Array(3);
    const errors = [];
    for (const args of [
      [],
      [null, 1, bytes],
      ['x', '1', bytes],
      ['x', 1, [bytes]],
    ]) {
      errors.push(await f.demand(...args).catch((/** @type {any} */ e) => e));
    }
    return [
      [
        ...errors.map((e) => [e.name, e.code, e.message]),
        await f.demand('x', 1, bytes, 'one too many'),
      ],
      [
        ...[
          'argument 1 is undefined, not a string',
          'argument 1 is null, not a string',
          'argument 2 is a string, not a number',
          'argument 3 is an object, not bytes',
        ].map((message) => ['WeftError', 'WEFT_EINVAL', message]),
        3,
      ],
    ];
  },
  'an error becomes a WeftError with code and message': async (f) => {
    const error = await f.fail(-2).catch((/** @type {any} */ e) => e);
    return [
      [error.name, error.code, error.errno, error.message],
      ['WeftError', 'WEFT_ETIMEDOUT', -2, 'the deadline has passed'],
    ];
  },
  'a trap rejects its own call only': async (f) => {
    const other = f.echo('fine', 0.02);
    const error = await f.trap().catch((/** @type {any} */ e) => e);
    return [
      [error.code, await other, await f.echo('still')],
      ['WEFT_ETRAP', 'fine', 'still'],
    ];
  },
  '10,000 calls are in flight at once': async (f) => {
    const begin = performance.now();
    const calls = Array.from({ length: 10_000 }, (_, i) => f.echo(i, 0.2));
    const results = await Promise.all(calls);
    const overlapped = performance.now() - begin < 20_000;
    return [
      [results.every((value, i) => value === i), results.length, overlapped],
      [true, 10_000, true],
    ];
  },
  '10,000 calls at once, each by way of JavaScript into C again': async (f) => {
    const calls = Array.from({ length: 10_000 }, () => f.factorial(3));
    const results = await Promise.all(calls);
    return [results.every((value) => value === 6), true];
  },
  'an AbortSignal cancels its call, which may clean up first': async (f) => {
    const before = await f.count_cleaned_up();
    const controller = new AbortController();
    const call = f.hang(controller.signal);
    const other = f.echo('other', 0.01);
    await f.echo(0);
    controller.abort(new Error('enough'));
    const error = await call.catch((/** @type {any} */ e) => e);
    const cleanedUp = (await f.count_cleaned_up()) - before;
    return [
      [error.code, error.cause.message, cleanedUp, await other],
      ['WEFT_ECANCELED', 'enough', 1, 'other'],
    ];
  },
  'a signal aborted before the call refuses it': async (f) => {
    const error = await f
      .echo(1, AbortSignal.abort())
      .catch((/** @type {any} */ e) => e);
    return [error.code, 'WEFT_ECANCELED'];
  },
  'C awaits a promise, and takes a plain value without waiting': async (f) => [
    [await f.ask('later', 'x', 1), await f.ask('twice', 21)],
    ['x', 42],
  ],
  'C gets what a JavaScript function throws': async (f) => {
    const errors = await Promise.all(
      ['refuse', 'timeout', 'missing'].map((name) =>
        f.ask(name).catch((/** @type {any} */ e) => [e.code, e.message]),
      ),
    );
    return [
      errors,
      [
        ['WEFT_EJS', 'refuse: TypeError: not today'],
        ['WEFT_ETIMEDOUT', 'timeout: TimeoutError: too late'],
        ['WEFT_ENOTFOUND', "load() was given no function 'missing' to import"],
      ],
    ];
  },
  'cancelling the wait aborts the signal that the function got': async (
    f,
    state,
  ) => {
    const error = await f
      .ask_briefly('never', 'one')
      .catch((/** @type {any} */ e) => e);
    return [
      [error.code, state.aborted.includes('one')],
      ['WEFT_ETIMEDOUT', true],
    ];
  },
  'C calls JavaScript calls C, 100 deep, many at once': async (f) => {
    const results = await Promise.all([
      f.factorial(10),
      f.factorial(100),
      f.factorial(3),
    ]);
    let expected = 1;
    for (let i = 2; i <= 100; i++) expected *= i;
    return [results, [3628800, expected, 6]];
  },
  'C iterates over iterables, generators and streams': async (f) => {
    let ended = 0;
    async function* generator() {
      try {
        for (const text of ['x', 'y', 'z']) yield text;
      } finally {
        ended++;
      }
    }
    const stream = new Blob(['from a stream'])
      .stream()
      .pipeThrough(new TextDecoderStream());
    return [
      [
        await f.join(['a', 'b']),
        await f.join(generator()),
        await f.join(generator(), 1),
        await f.join(stream),
        await f.join({}).catch((/** @type {any} */ e) => e.code),
        ended,
      ],
      ['ab', 'xyz', 'x', 'from a stream', 'WEFT_EINVAL', 2],
    ];
  },
  'an error in an iteration reaches C': async (f) => {
    async function* generator() {
      yield 'x';
      throw new RangeError('no more');
    }
    const error = await f.join(generator()).catch((/** @type {any} */ e) => e);
    return [
      [error.code, error.message],
      ['WEFT_EJS', 'weft_js_next: RangeError: no more'],
    ];
  },
  'JavaScript iterates over what C yields': async (f) => {
    const got = [];
    for await (const n of f.countdown.iterate(3)) got.push(n);
    const iterator = f.countdown.iterate(1);
    const all = await Promise.all([
      iterator.next(),
      iterator.next(),
      iterator.next(),
    ]);
    return [
      [got, all],
      [
        [3, 2, 1],
        [
          { done: false, value: 1 },
          { done: true, value: 'lift-off' },
          { done: true, value: undefined },
        ],
      ],
    ];
  },
  'leaving the loop cancels the C function and waits for its end': async (
    f,
  ) => {
    const before = await f.count_cleaned_up();
    for await (const n of f.countdown.iterate(1e9)) if (n < 1e9 - 2) break;
    return [(await f.count_cleaned_up()) - before, 1];
  },
  'what C yields is a ReadableStream too; bytes go through a stream': async (
    f,
  ) => {
    const numbers = [];
    const reader = f.countdown.stream(3).getReader();
    for (let next; !(next = await reader.read()).done;) {
      numbers.push(next.value);
    }
    const source = new Blob(['bytes, ', 'and more']).stream();
    const text = await new Response(f.relay.stream(source)).text();
    const zipped = f.relay
      .stream(new Blob(['x'.repeat(100_000)]).stream())
      .pipeThrough(new CompressionStream('gzip'))
      .pipeThrough(new DecompressionStream('gzip'));
    const { length } = await new Response(f.relay.stream(zipped)).text();
    return [
      [numbers, text, length],
      [[3, 2, 1], 'bytes, and more', 100_000],
    ];
  },
  'a stream is asked for no more than what its reader wants': async (f) => {
    let pulled = 0;
    const source = new ReadableStream(
      { pull: (controller) => controller.enqueue(++pulled) },
      { highWaterMark: 0 },
    );
    const reader = f.relay.stream(source).getReader();
    await f.echo(0, 0.01);
    const atFirst = pulled;
    const got = [(await reader.read()).value, (await reader.read()).value];
    await f.echo(0, 0.01);
    const afterTwo = pulled;
    await reader.cancel();
    return [
      [atFirst, got, afterTwo],
      [0, [1, 2], 2],
    ];
  },
  'cancelling the stream cancels C, and the stream that C reads': async (f) => {
    /** @type {(reason: unknown) => void} */
    let told = () => {};
    const cancelled = new Promise((resolve) => (told = resolve));
    const source = new ReadableStream({
      start: (controller) => controller.enqueue('one'),
      cancel: () => told('cancelled'),
    });
    const reader = f.relay.stream(source).getReader();
    const first = (await reader.read()).value;
    const pending = reader.read(); // C waits for what never comes
    await reader.cancel();
    return [
      [first, await cancelled, (await pending).done],
      ['one', 'cancelled', true],
    ];
  },
  'a call cancelled while its stream gives nothing cancels the stream': async (
    f,
  ) => {
    const controller = new AbortController();
    /** @type {() => void} */
    let began = () => {};
    const beginning = new Promise((resolve) => {
      began = () => resolve(undefined);
    });
    let cancelled = 0;
    const source = new ReadableStream(
      {
        pull: () => {
          began();
          return new Promise(() => {});
        },
        cancel: () => void cancelled++,
      },
      { highWaterMark: 0 },
    );
    const call = f.join(source, 1, controller.signal);
    await beginning;
    controller.abort();
    const error = await call.catch((/** @type {any} */ e) => e);
    return [
      [error.code, cancelled],
      ['WEFT_ECANCELED', 1],
    ];
  },
  'errors go through a stream both ways': async (f) => {
    const broken = new ReadableStream({
      pull: () => {
        throw new RangeError('no more');
      },
    });
    const errors = [];
    for (const source of [broken, 5]) {
      const reader = f.relay.stream(source).getReader();
      errors.push(
        await reader
          .read()
          .catch((/** @type {any} */ e) => [e.code, e.message]),
      );
    }
    return [
      errors,
      [
        ['WEFT_EJS', 'weft_js_next: RangeError: no more'],
        ['WEFT_EINVAL', 'weft_js_next: the value is not iterable'],
      ],
    ];
  },
  'what is yielded to a caller that only awaits is an error': async (f) => {
    const error = await f.countdown(3).catch((/** @type {any} */ e) => e);
    return [error.code, 'WEFT_ENOTSUP'];
  },
};

/** @type {any} */
let app;
/** @type {any} */
let state;
/** @type {import('playwright-core').Page} */
let page;

before(async () => {
  const program = await compile(source);
  const { start } = await import(pathToFileURL(program).href);
  const made = makeImports();
  app = await start({ imports: made.imports });
  state = made.state;
  state.functions = app.functions;
  page = await (await openBrowser()).newPage(path.dirname(program));
  await page.evaluate(
    async ([name, makeImports]) => {
      const { start } = await import(new URL(name, document.baseURI).href);
      const { imports, state } = (0, eval)(`(${makeImports})`)();
      const { functions } = await start({ imports });
      state.functions = functions;
      Object.assign(globalThis, { state, functions });
    },
    [path.basename(program), makeImports.toString()],
  );
}, limit);
after(async () => {
  app.close();
  assert.equal(await app.exit, 0);
  await page.close();
}, limit);

for (const [name, body] of Object.entries(cases)) {
  test(`Node.js: ${name}`, limit, async () => {
    const [actual, expected] = await body(app.functions, state);
    assert.deepEqual(actual, expected);
  });
  test(`a page: ${name}`, limit, async () => {
    const [actual, expected] = /** @type {[unknown, unknown]} */ (
      await page.evaluate(
        (body) =>
          (0, eval)(`(${body})`)(
            /** @type {any} */ (globalThis).functions,
            /** @type {any} */ (globalThis).state,
          ),
        body.toString(),
      )
    );
    assert.deepEqual(actual, expected);
  });
}

test('calls under way when the program is closed end, none is left', async () => {
  const { start } = await import(pathToFileURL(await compile(source)).href);
  const { functions, close, exit } = await start();
  const early = functions.echo('early');
  const hanging = functions.hang().catch((/** @type {any} */ e) => e.code);
  const asking = functions
    .ask('never', 1)
    .catch((/** @type {any} */ e) => e.code);
  assert.equal(await early, 'early');
  assert.equal(close(), true);
  assert.deepEqual(
    [await hanging, await asking, await exit],
    ['WEFT_ECANCELED', 'WEFT_ENOTFOUND', 0],
  );
  const late = await functions.echo(1).catch((/** @type {any} */ e) => e.code);
  assert.equal(late, 'WEFT_ECLOSED');
});

test('wasmtime: the calls say that there is no JavaScript', limit, async () => {
  const { stdout, code } = await run('tests/programs/no_javascript.c', {
    host: 'wasmtime',
  });
  assert.equal(
    stdout,
    [
      'WEFT_ENOTSUP: weft_js_call: there is no JavaScript on this host; run the program on Node.js or in a browser',
      'WEFT_ENOTSUP: weft_js_serve: there is no JavaScript on this host; run the program on Node.js or in a browser',
      '',
    ].join('\n'),
  );
  assert.equal(code, 0);
});

test('the numbers that C and JavaScript share are the same', async () => {
  const read = (/** @type {string} */ file) =>
    readFile(path.join(root, file), 'utf8');
  const library = await read('web/library_bridge_values.js');
  const errors = await read('include/weft/error.h');
  const pairs = [...library.matchAll(/(WEFT_E\w+): (-\d+)/g)];
  assert.ok(pairs.length > 5);
  for (const [, name, code] of pairs) {
    assert.match(errors, new RegExp(`\\b${name} = ${code},`));
  }
  const kinds = /enum weft_js_kind \{([^}]*)\}/.exec(
    await read('include/weft/js.h'),
  )?.[1];
  const names = [...(kinds ?? '').matchAll(/^ *WEFT_JS_(\w+),/gm)];
  assert.ok(names.length > 5);
  names.forEach(([, name], i) => {
    assert.match(library, new RegExp(`\\b${name}: ${i},`));
  });
});
