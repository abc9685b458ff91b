// What peers send, and URLs, made up by libFuzzer under AddressSanitizer and
// UBSan. Each target NAME.c first replays the inputs kept in corpus/NAME, then
// looks a few seconds for new ones. To look longer:
//
//   $(./build.sh compile tests/fuzz/NAME.c --host fuzz --debug) DIR tests/fuzz/corpus/NAME
//
// with DIR for what it finds. An input that failed belongs into the corpus.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { build, execute } from '../lib/weft.mjs';

/** What each target checks. @type {Record<string, string>} */
const targets = {
  stream: 'a stream: what arrives comes out, however it is read',
  answer: 'an executor: whatever a server answers, each job ends',
  url: 'URLs: what is taken apart makes sense',
  fetch: 'requests on WASI: whatever the host answers, each ends',
  job_server: 'the endpoint for jobs: one answer, whatever is asked',
  tls: 'TLS of WASI: what comes out is what the peer has sent',
};
/** What a target needs beside its own file. @type {Record<string, string[]>} */
const others = {
  url: ['wasi/http_url.c'],
  fetch: ['fetch', 'fetch_body', 'http_request', 'http_url'].map(
    (n) => `wasi/${n}.c`,
  ),
  job_server: ['wasi/http_url.c'], // any: for the headers of wasi/
  tls: ['context', 'random', 'roots', 'stream'].map((n) => `wasi/tls/${n}.c`),
};

const SECONDS = 3;
const LONGEST = 700; // bytes of an input

for (const [name, what] of Object.entries(targets)) {
  test(`fuzz: ${what}`, async () => {
    const files = [`tests/fuzz/${name}.c`, ...(others[name] ?? [])];
    const corpus = `tests/fuzz/corpus/${name}`;
    const compiled = await build([
      ...['compile', ...files, '--host', 'fuzz', '--debug'],
    ]);
    assert.equal(compiled.code, 0, compiled.stderr);
    const found = await mkdtemp(path.join(tmpdir(), `weft-fuzz-${name}-`));
    const artifacts = `-artifact_prefix=${found}/failed-`;
    /** @param {string[]} args */
    const fuzz = async (...args) => {
      const { code, stderr } = await execute(
        [compiled.stdout.trim(), artifacts, '-timeout=10', ...args],
        { timeout: 60_000 },
      );
      assert.equal(code, 0, `${stderr}${await failures(found)}`);
      return stderr;
    };
    try {
      const replayed = await fuzz('-runs=0', corpus);
      const kept = (await readdir(corpus)).length;
      assert.match(replayed, new RegExp(`${kept} files found in ${corpus}`));
      const log = await fuzz(
        `-max_total_time=${SECONDS}`,
        `-max_len=${LONGEST}`,
        '-seed=1',
        found,
        corpus,
      );
      assert(Number(/Done (\d+) runs/.exec(log)?.[1]) > kept, log);
    } finally {
      await rm(found, { recursive: true });
    }
  });
}

/**
 * The inputs that failed, to be kept in the corpus.
 * @param {string} folder
 */
async function failures(folder) {
  const names = await readdir(folder);
  const failed = names.filter((name) => name.startsWith('failed-'));
  const texts = failed.map(async (name) => {
    const input = await readFile(path.join(folder, name), 'base64');
    return `${name}, in base64: ${input}\n`;
  });
  return (await Promise.all(texts)).join('');
}
