// What a program that was stopped held of the host: nothing is left.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { compile, execute, root, tool } from '../lib/weft.mjs';

for (const stop of ['app.stop(), app.stop()', 'app[Symbol.asyncDispose]()']) {
  test(`${stop} gives back server, worker, timer and memory`, async () => {
    const program = await compile('tests/programs/held.c');
    const library = pathToFileURL(path.join(root, 'web/node.mjs'));
    const script = `
      const memories = [];
      const { instantiate } = WebAssembly;
      WebAssembly.instantiate = async (...args) => {
        const made = await instantiate(...args);
        const { exports } = made;
        const all = Object.values(exports);
        memories.push(new WeakRef(all.find((x) => x instanceof WebAssembly.Memory)));
        return made;
      };
      const { load } = await import(${JSON.stringify(library)});
      async function once() {
        let holds;
        const said = new Promise((resolve) => (holds = resolve));
        const app = await load(${JSON.stringify(program)}, { stdout: holds });
        await said;
        await (${stop});
      }
      for (let i = 0; i < 4; i++) await once();
      // The last one may still be on somebody's stack.
      let left;
      for (let i = 0; i < 100; i++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        gc();
        left = memories.filter((memory) => memory.deref()).length;
        if (left <= 1) break;
      }
      console.log(memories.length, left <= 1, process.getActiveResourcesInfo()
        .filter((name) => /Server|Worker|MessagePort/.test(name)).join());`;
    // That it ends at all says that nothing keeps Node.js.
    const { stdout, stderr, code } = await execute([
      tool('NODE'),
      '--expose-gc',
      '--input-type=module',
      '-e',
      script,
    ]);
    assert.equal(stdout, '4 true \n', stderr);
    assert.equal(code, 0);
  });
}
