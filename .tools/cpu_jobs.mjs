// cpu_jobs.mjs WASM_OPT MODULE REMOVED FLAG…: gives the jobs of WEFT_CPU_JOB
// copies of their own of what they call, before the module is instrumented.
//
// A function that may suspend is going to be instrumented, which costs up to
// half of its speed: one that calls through pointers, as any task may be behind
// them, and what calls it. A job of WEFT_CPU_JOB never suspends. This follows
// its calls, those through a pointer to every function of the pointer's type,
// and copies what would be instrumented. The copies call copies, and have names
// that src/asyncify.remove (REMOVED, with commas) leaves as they are.
//
// A pointer is an index into the module's table, the same number in all code.
// The table becomes twice as large, with the copies of its functions in the
// second half, where jobs and copies look a pointer up. (A table of their own
// would be slower in V8 of Node.js 20, and `wasmtime serve` allows only one.)
//
// weft's own functions, which refuse to wait in such a job, and those of
// asyncify.remove stay the only ones, and what they call stays the original.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const [wasmOpt, module, removed, ...flags] = process.argv.slice(2);
const features = flags.filter((flag) => flag.startsWith('--enable-'));

const JOB = '$weft__cpu_job_';

// In Binaryen's text format; each field of a module begins on its own line.
const NAME = String.raw`\$(?:"[^"]*"|[^\s()]+)`;
const CALL = new RegExp(String.raw`(\((?:return_)?call )(${NAME})`, 'g');
const THROUGH_POINTER = new RegExp(
  String.raw`\((?:return_)?call_indirect ${NAME} \(type (${NAME})\)`,
  'g',
);
const FUNCTION = new RegExp(String.raw`^ \(func (${NAME})`);
const TYPE = new RegExp(String.raw`^ \(type (${NAME}) \(func`);
const UNWINDING = new RegExp(
  String.raw`^ \(import "asyncify" "start_unwind" \(func (${NAME})`,
);
// One that cannot grow: its greatest size is its first.
const TABLE = new RegExp(String.raw`^( \(table ${NAME}) (\d+) \2 funcref\)`);
const ELEMENTS = new RegExp(
  String.raw`^ \(elem ${NAME} \(i32\.const (\d+)\) (.*)\)`,
);

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
 * @param {(name: string) => Iterable<string>} next
 */
function closure(from, next) {
  const seen = new Set(from);
  for (const name of seen) {
    for (const other of next(name)) seen.add(other);
  }
  return seen;
}

/**
 * What a function takes and gives, from its field or that of its type.
 * @param {string} field
 */
function signature(field) {
  const [line] = field.split('\n', 1);
  const types = (/** @type {string} */ of) =>
    [...line.matchAll(new RegExp(String.raw`\(${of} ([^()]*)\)`, 'g'))]
      .flatMap((list) => list[1].split(' '))
      .filter((word) => !word.startsWith('$'));
  return `${types('param')}:${types('result')}`;
}

/**
 * The functions of a module: their fields, what each calls, and which of them
 * are going to be instrumented.
 * @param {string[]} fields
 */
function analyse(fields) {
  /** @type {Map<string, string>} */
  const functions = new Map();
  /** @type {Map<string, string>} */
  const types = new Map();
  /** @type {Map<string, Set<string>>} */
  const callers = new Map();
  /** @type {Map<string, Set<string>>} */
  const pointees = new Map();
  const suspend = [];
  /** @type {(map: Map<string, Set<string>>, key: string, name: string) => void} */
  const add = (map, key, name) =>
    void map.set(key, (map.get(key) ?? new Set()).add(name));

  for (const field of fields) {
    const name = FUNCTION.exec(field)?.[1];
    const type = TYPE.exec(field)?.[1];
    const unwinding = UNWINDING.exec(field)?.[1];
    if (type) types.set(type, signature(field));
    if (unwinding) suspend.push(unwinding);
    if (!name) continue;
    functions.set(name, field);
    if (exempt.test(name)) continue;
    if (field.search(THROUGH_POINTER) >= 0) suspend.push(name);
    for (const [, , called] of field.matchAll(CALL)) add(callers, called, name);
  }
  for (const field of fields) {
    for (const name of ELEMENTS.exec(field)?.[2].split(' ') ?? []) {
      add(pointees, signature(functions.get(name) ?? ''), name);
    }
  }
  /** @param {string} name */
  const called = (name) => {
    const field = functions.get(name) ?? '';
    const behind = [...field.matchAll(THROUGH_POINTER)].flatMap((call) => [
      ...(pointees.get(types.get(call[1]) ?? '') ?? []),
    ]);
    return [...[...field.matchAll(CALL)].map((call) => call[2]), ...behind];
  };
  const instrumented = closure(suspend, (name) => callers.get(name) ?? []);
  return { functions, called, instrumented };
}

/**
 * Lets a function look up pointers so much further on in the table.
 * @param {string} field
 * @param {number} offset
 */
function lookingUp(field, offset) {
  const lines = field.split('\n');
  for (const [start, line] of lines.entries()) {
    if (line.search(THROUGH_POINTER) < 0) continue;
    // Its operands are a step further in; the last one is the pointer.
    const indent = ' '.repeat(line.search(/\S/));
    const end = lines.indexOf(`${indent})`, start);
    let pointer = end;
    while (!lines[pointer].startsWith(`${indent} (`)) pointer--;
    const sum = `(i32.add (i32.const ${offset}) (`;
    lines[pointer] = lines[pointer].replace('(', sum);
    lines[end] += ')';
  }
  return lines.join('\n');
}

/** @param {string} text a module */
function withCopies(text) {
  const end = text.lastIndexOf('\n)');
  const fields = text.slice(0, end).split(/\n(?= \()/);
  const { functions, called, instrumented } = analyse(fields);
  const isJob = (/** @type {string} */ name) => name.startsWith(JOB);
  const jobs = [...functions.keys()].filter(isJob);
  const reached = closure(jobs, (name) =>
    called(name).filter(
      (other) =>
        functions.has(other) &&
        instrumented.has(other) &&
        !other.startsWith('$weft_'),
    ),
  );
  const copies = new Map(
    [...reached]
      .filter((name) => !isJob(name))
      .map((name) => [name, `${JOB}calls.${name.slice(1)}`]),
  );
  const copyOf = (/** @type {string} */ name) => copies.get(name) ?? name;
  const size = fields
    .flatMap((field) => TABLE.exec(field)?.[2] ?? [])
    .map(Number)[0];
  /** @param {string} field */
  const redirected = (field) =>
    lookingUp(
      field.replace(CALL, (_, call, name) => call + copyOf(name)),
      size,
    );

  const result = fields.map((field) =>
    isJob(FUNCTION.exec(field)?.[1] ?? '')
      ? redirected(field)
      : field.replace(TABLE, `$1 ${size * 2} ${size * 2} funcref)`),
  );
  for (const [name, copy] of copies) {
    const field = redirected(functions.get(name) ?? '');
    result.push(field.replace(name, () => copy));
  }
  for (const field of fields) {
    const elements = ELEMENTS.exec(field);
    if (!elements) continue;
    const names = elements[2].split(' ').map(copyOf).join(' ');
    result.push(` (elem (i32.const ${size + Number(elements[1])}) ${names})`);
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
