// Prints the types of what a compiled program exports, for TypeScript:
// node types.mjs NAME.wasm >NAME.d.mts
//
// The module says itself what WEFT_EXPORT has put into it (weft/js.h): name and
// type, each with a NUL at its end, one function after the other.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';

const file = process.argv[2];
const name = path.basename(file, '.wasm');
const module = await WebAssembly.compile(await readFile(file));
const words = WebAssembly.Module.customSections(module, 'weft_exports')
  .map((section) => new TextDecoder().decode(section))
  .join('')
  .split('\0');
const functions = [];
for (let i = 0; i + 1 < words.length; i += 2) {
  const type = words[i + 1] && `<${words[i + 1]}>`;
  functions.push(`  ${words[i]}: CFunction${type};`);
}

process.stdout.write(`// What ${name}.mjs exports. weft has made this.
import type { CFunction, RunOptions, Started } from 'weft/program';

/** The functions that C exports with WEFT_EXPORT. */
export type Functions = {${['', ...functions].join('\n')}
};

/** Runs the program once and gives its exit status. */
export function run(options?: RunOptions): Promise<number>;

/** Starts it, to call its functions while it runs; so does load() of weft. */
export function start(options?: RunOptions): Promise<Started<Functions>>;
`);
