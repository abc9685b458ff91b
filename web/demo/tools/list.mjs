// Writes FOLDER/programs.json: the programs in FOLDER/programs, and what the
// opening comment of each source says. node list.mjs FOLDER

import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';

// Those to begin with; the others follow in the order of the alphabet.
const first = [
  'helloworld',
  'async_sleep1',
  'async_sleep2',
  'async_sleep3',
  'tasks',
  'mandelbrot',
  'stress',
];

const folder = process.argv[2];
const files = await readdir(path.join(folder, 'programs'));
const names = files
  .filter((file) => file.endsWith('.c'))
  .map((file) => file.slice(0, -2))
  .sort();
const others = names.filter((name) => !first.includes(name));
const programs = await Promise.all(
  [...first, ...others].map(async (name) => {
    const source = await readFile(
      path.join(folder, 'programs', `${name}.c`),
      'utf8',
    );
    const comment = /^\s*\/\*([\s\S]*?)\*\//.exec(source)?.[1] ?? '';
    const text = comment.replace(/^\s*\* ?/gm, '').trim();
    // Its first paragraph, on one line.
    return { name, about: text.split(/\n\s*\n/)[0].replace(/\s+/g, ' ') };
  }),
);
await writeFile(path.join(folder, 'programs.json'), JSON.stringify(programs));
