// The types of what a compiled program exports, for TypeScript: beside app.mjs,
// app.d.mts says `export * from 'weft/program';`. web/main.js is what it has.

/**
 * Runs the program once, in an instance of its own, and gives its exit status.
 * Its streams are functions here; load() of the package takes more kinds.
 * @type {(options?: RunOptions) => Promise<number>}
 */
export let run;

/**
 * Starts it likewise, to call its functions while it runs.
 * @type {(options?: RunOptions) => Promise<Started>}
 */
export let start;

/**
 * @typedef {object} RunOptions
 * @property {string[]} [args] what main gets as argv[1] and so on
 * @property {string} [name] argv[0]
 * @property {Record<string, string | undefined>} [env] what getenv sees
 * @property {string | Uint8Array} [stdin] all that there is to read
 * @property {(bytes: Uint8Array) => void} [stdout]
 * @property {(bytes: Uint8Array) => void} [stderr]
 * @property {Record<string, (...args: any[]) => any>} [imports]
 * @property {AbortSignal} [signal] of run(): interrupts the program
 */

/**
 * @typedef {object} Started
 * @property {Promise<number>} exit
 * @property {Record<string, import('./index.mjs').CFunction>} functions
 * @property {() => boolean} close
 * @property {() => void} stop
 */
