// The npm package on Node.js: web/index.mjs, with paths as addresses.

import { pathToFileURL } from 'node:url';
import { load as loadModule } from './index.mjs';

export * from './index.mjs';

/**
 * Loads a compiled program and starts it.
 *
 * @param {string | URL | import('./index.mjs').CompiledModule} source a path
 *   or address of NAME.mjs, or the module itself
 * @param {import('./index.mjs').LoadOptions} [options]
 * @returns {Promise<import('./index.mjs').Program>}
 */
export async function load(source, options) {
  options?.signal?.throwIfAborted();
  if (source instanceof URL || typeof source === 'string') {
    const isAddress = source instanceof URL || URL.canParse(source);
    const url = isAddress ? source : pathToFileURL(source);
    return loadModule(await import(String(url)), options);
  }
  return loadModule(source, options);
}
