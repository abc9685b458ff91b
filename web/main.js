/*
 * What a compiled program exports beside Emscripten's factory (emcc
 * --extern-post-js): run(), and on Node.js the program itself when the file is
 * what node was started with.
 */

/**
 * Runs the program once, in an instance of its own.
 *
 * @param {{args?: string[], name?: string,
 *   env?: Record<string, string | undefined>, stdout?: (line: string) => void,
 *   stderr?: (line: string) => void}} [options]
 * @returns {Promise<number>} its exit status
 */
export async function run(options = {}) {
  const { args = [], name = 'weft', env = {}, stdout, stderr } = options;
  const module = await Module({
    ...(stdout && { print: stdout }),
    ...(stderr && { printErr: stderr }),
  });
  return module.weftStart([name, ...args], env);
}

if (
  globalThis.process?.versions?.node &&
  process.argv[1] &&
  (await import('node:url')).fileURLToPath(import.meta.url) ===
    (await import('node:fs')).realpathSync(process.argv[1])
) {
  process.exitCode = await run({
    name: process.argv[1],
    args: process.argv.slice(2),
    env: process.env,
  });
}
