// cpu_jobs.mjs WASM_OPT MODULE REMOVED FLAG…: gives the jobs of WEFT_CPU_JOB
// copies of their own of what they call, before the module is instrumented.
//
// A function that calls through pointers, or calls by name one that does, is
// going to be instrumented, because a task may suspend in it, and loses a
// third of its speed. A job of WEFT_CPU_JOB never suspends. This follows its
// calls by name and copies those functions; the copies call copies, and have
// names that src/asyncify.remove (REMOVED, with commas) leaves as they are.
// What is called through a pointer is not copied.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const [wasmOpt, module, removed, ...flags] = process.argv.slice(2);
const features = flags.filter((flag) => flag.startsWith('--enable-'));

const JOB = '$weft__cpu_job_';
const NAME = String.raw`\$(?:"[^"]*"|[^\s()]+)`; // in Binaryen's text format
const CALL = new RegExp(String.raw`(\((?:return_)?call )(${NAME})`, 'g');
const FUNCTION = new RegExp(String.raw`^ \(func (${NAME})`);
const THROUGH_POINTER = /\((?:return_)?call_(?:indirect|ref)\b/;

/** Never instrumented, and so no reason to instrument what calls them. */
const exempt = new RegExp(
  `^\\$(${removed
    .replace(/[.$^+?()[\]{}|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll(',', '|')})$`,
);

/**
 * All that `from` leads to, itself included.
 * @param {Iterable<string>} from
 * @param {Map<string, string[]>} next
 */
function closure(from, next) {
  const seen = new Set(from);
  for (const name of seen) {
    for (const other of next.get(name) ?? []) seen.add(other);
  }
  return seen;
}

/** @param {string} text a module */
function withCopies(text) {
  const end = text.lastIndexOf('\n)');
  const fields = text.slice(0, end).split(/\n(?= \()/);
  /** @type {Map<string, string>} */
  const functions = new Map();
  /** @type {Map<string, string[]>} */
  const called = new Map();
  /** @type {Map<string, string[]>} */
  const callers = new Map();
  const dynamic = [];
  for (const field of fields) {
    const name = FUNCTION.exec(field)?.[1];
    if (!name) continue;
    functions.set(name, field);
    called.set(
      name,
      [...field.matchAll(CALL)].map((call) => call[2]),
    );
    if (exempt.test(name)) continue;
    if (THROUGH_POINTER.test(field)) dynamic.push(name);
    for (const other of called.get(name) ?? []) {
      callers.set(other, [...(callers.get(other) ?? []), name]);
    }
  }
  const jobs = [...functions.keys()].filter((name) => name.startsWith(JOB));
  const instrumented = closure(dynamic, callers);
  const copied = [...closure(jobs, called)].filter(
    (name) => instrumented.has(name) && functions.has(name),
  );
  const copies = new Map(
    copied.map((name) => [name, `${JOB}calls.${name.slice(1)}`]),
  );
  /** @param {string} field */
  const redirected = (field) =>
    field.replace(CALL, (_, call, name) => call + (copies.get(name) ?? name));
  const result = fields.map((field) => {
    const name = FUNCTION.exec(field)?.[1];
    return name?.startsWith(JOB) ? redirected(field) : field;
  });
  for (const [name, copy] of copies) {
    const field = redirected(functions.get(name) ?? '');
    result.push(field.replace(name, () => copy));
  }
  return result.join('\n') + text.slice(end);
}

/**
 * The sections of a module in which components describe themselves, which its
 * text does not have.
 * @param {Buffer} bytes
 */
function componentSections(bytes) {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const found = [];
  while (at < bytes.length) {
    const start = at;
    const custom = bytes[at++] === 0;
    const size = number();
    const end = at + size;
    if (custom) {
      const length = number();
      const name = bytes.toString('latin1', at, at + length);
      if (name.startsWith('component-type')) {
        found.push(bytes.subarray(start, end));
      }
    }
    at = end;
  }
  return found;
}

const opt = (/** @type {string[]} */ ...args) =>
  execFileSync(wasmOpt, [...args, '--quiet', ...features]);
const text = `${module}.wat`;
opt(module, '-S', '-o', text);
writeFileSync(text, withCopies(readFileSync(text, 'latin1')), 'latin1');
const described = componentSections(readFileSync(module));
opt(text, '-g', '-o', module);
writeFileSync(module, Buffer.concat([readFileSync(module), ...described]));
