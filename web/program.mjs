// The types that NAME.d.mts, which web/types.mjs makes beside a compiled program,
// imports. web/main.js is what has them.

export {};

/**
 * @template {(...args: any[]) => any} [F=(...args: any[]) => any]
 * @typedef {import('./index.mjs').CFunction<F>} CFunction
 */

/**
 * @typedef {object} RunOptions
 * @property {string[]} [args] what main gets as argv[1] and so on
 * @property {string} [name] argv[0]
 * @property {Record<string, string | undefined>} [env] what getenv sees
 * @property {string | Uint8Array | AsyncIterable<string | Uint8Array>} [stdin]
 *   what there is to read. Default: Node's standard input; nothing in a page
 * @property {(bytes: Uint8Array) => unknown} [stdout]
 * @property {(bytes: Uint8Array) => unknown} [stderr]
 * @property {Record<string, (...args: any[]) => any>} [imports]
 * @property {AbortSignal} [signal] of run(): interrupts the program
 */

/**
 * @template {object} [F=Record<string, CFunction>]
 * @typedef {object} Started
 * @property {Promise<number>} exit
 * @property {F} functions
 * @property {() => boolean} close
 * @property {() => void} stop
 */
