// The npm package on Node.js: web/index.mjs, with paths as addresses.

import { pathToFileURL } from 'node:url';
import { load as loadModule } from './index.mjs';

export * from './index.mjs';

/**
 * Loads a compiled program and starts it.
 *
 * @template {object} [F=Record<string, import('./index.mjs').CFunction>]
 * @param {string | URL | import('./index.mjs').CompiledModule<F>} source a path
 *   or address of NAME.mjs, or the module itself
 * @param {import('./index.mjs').LoadOptions} [options]
 * @returns {Promise<import('./index.mjs').Program<F>>}
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
