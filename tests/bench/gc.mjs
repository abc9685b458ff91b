// Preloaded into Node.js (with --expose-gc) to measure memory that is in use:
// collects the garbage at SIGUSR2 and then says so on stderr.

import process from 'node:process';

process.on('SIGUSR2', () => {
  // Finalizers of the first round free what the second one finds.
  for (let i = 0; i < 2; i++) globalThis.gc?.();
  setImmediate(() => {
    globalThis.gc?.();
    process.stderr.write('COLLECTED\n');
  });
});
