// Compares weft with CPython's asyncio: both run the same programs, and what
// happens must be the same, in the same order.

import path from 'node:path';
import { compile, execute, root, run, tool } from '../lib/weft.mjs';
import { format, smaller } from './programs.mjs';

/** @typedef {import('./programs.mjs').Program} Program */
/** @typedef {import('../lib/weft.mjs').Host | 'native'} Side */

/**
 * @typedef {object} Difference
 * @property {Program} program
 * @property {string[]} asyncio
 * @property {string[]} weft
 */

/**
 * The traces by the programs' titles.
 * @param {string} output
 */
function traces(output) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  /** @type {string[]} */
  let lines = [];
  for (const line of output.split('\n')) {
    if (line.startsWith('program ')) found.set(line, (lines = []));
    else if (line) lines.push(line);
  }
  return found;
}

/** @param {string} stdin */
async function onAsyncio(stdin) {
  const script = path.join(root, 'tests/differential/asyncio_side.py');
  const result = await execute([tool('PYTHON'), '-B', script], {
    stdin,
    timeout: 600_000,
  });
  if (result.code !== 0) throw new Error(`asyncio_side.py: ${result.stderr}`);
  return traces(result.stdout);
}

/**
 * @param {string} stdin
 * @param {Side} side
 * @param {Record<string, string>} env
 */
async function onWeft(stdin, side, env) {
  const file = 'tests/differential/weft_side.c';
  const timeout = 600_000;
  let result;
  if (side === 'native') {
    const program = await compile(file, { host: 'native', debug: true });
    result = await execute([program], { stdin, env, timeout });
  } else {
    result = await run(file, { host: side, stdin, env, timeout });
  }
  const found = traces(result.stdout);
  // A crash is told where it has happened.
  if (result.code !== 0) {
    const trace = [...found.values()].at(-1) ?? [];
    const said = result.stderr.split('\n').filter((l) => !/^weft: /.test(l));
    trace.push(`exit code ${result.code}`, ...said);
  }
  return found;
}

/**
 * What asyncio's trace asks for; it may end at a deliberate difference.
 * @param {string[]} asyncio
 * @param {string[]} weft
 */
function same(asyncio, weft) {
  const cut = asyncio.at(-1)?.startsWith('~');
  const compared = cut ? asyncio.length - 1 : asyncio.length;
  if (!cut && weft.length !== compared) return false;
  return asyncio.slice(0, compared).every((line, i) => line === weft[i]);
}

/**
 * Runs the programs on both sides.
 * @param {Program[]} programs
 * @param {Side} side
 * @param {Record<string, string>} [env] of weft's side
 */
export async function compare(programs, side, env = {}) {
  const text = programs.map(format).join('');
  const [asyncio, weft] = await Promise.all([
    onAsyncio(text),
    onWeft(text, side, env),
  ]);
  /** @type {Difference[]} */
  const differences = [];
  /** @type {Map<string, number>} programs compared in part only, by reason */
  const cut = new Map();
  /** @type {Set<string>} the ops that ran, and how: "get ECLOSED" */
  const seen = new Set();
  let lines = 0;
  for (const program of programs) {
    const expected = asyncio.get(program.title) ?? ['nothing'];
    const found = weft.get(program.title) ?? ['nothing'];
    if (!same(expected, found)) {
      differences.push({ program, asyncio: expected, weft: found });
    }
    const end = expected.at(-1) ?? '';
    if (end.startsWith('~')) cut.set(end, (cut.get(end) ?? 0) + 1);
    lines += expected.length;
    for (const line of expected) {
      const [, op, result] = /^\d+\.\d+ (\w+) (\w+)/.exec(line) ?? [];
      if (!op) continue;
      const kind = result
        .replace(/^[1-9].*/, 'n')
        .replace(/^E(IO|PROTO|ACCES)$/, 'EOWN');
      seen.add(`${op} ${kind}`);
    }
  }
  return { differences, cut, lines, seen };
}

/**
 * The smallest program near this one for which the sides still differ.
 * @param {Difference} difference
 * @param {Side} side
 */
export async function minimise(difference, side) {
  for (;;) {
    const candidates = smaller(difference.program).map((program, i) => ({
      ...program,
      title: `program ${i}`,
    }));
    const { differences } = await compare(candidates, side);
    if (!differences.length) return difference;
    const size = (/** @type {Difference} */ d) => format(d.program).length;
    difference = differences.reduce((a, b) => (size(b) < size(a) ? b : a));
  }
}

/** @param {Difference} difference */
export function show({ program, asyncio, weft }) {
  const width = Math.max(...asyncio.map((line) => line.length), 10);
  const rows = Math.max(asyncio.length, weft.length);
  const table = Array.from({ length: rows }, (_, i) => {
    const a = asyncio[i] ?? '';
    const w = weft[i] ?? '';
    return `${a.padEnd(width)} ${a === w ? ' ' : '|'} ${w}`;
  });
  return `${format(program)}\n${table.join('\n')}\n`;
}
