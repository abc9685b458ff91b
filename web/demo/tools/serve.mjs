// A static server for the demo page: node serve.mjs FOLDER PORT. The page
// needs nothing special of a server; this one only adds its policy as a header
// and answers on this machine alone.

import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const types = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.mjs', 'text/javascript; charset=utf-8'],
  ['.json', 'application/json'],
  ['.svg', 'image/svg+xml'],
  ['.wasm', 'application/wasm'],
  ['.c', 'text/plain; charset=utf-8'],
]);

export const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves the folder on 127.0.0.1 and gives the server and its address.
 * @param {string} folder
 * @param {number} port 0: any
 */
export async function serve(folder, port) {
  folder = path.resolve(folder);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = path.join(
      folder,
      decodeURIComponent(pathname),
      pathname.endsWith('/') ? 'index.html' : '',
    );
    if (!file.startsWith(folder + path.sep)) {
      response.writeHead(404).end();
      return;
    }
    createReadStream(file)
      .on('open', () => {
        response.writeHead(200, {
          'Content-Type':
            types.get(path.extname(file)) ?? 'application/octet-stream',
          'Content-Security-Policy': policy,
          'Cache-Control': 'no-cache',
        });
      })
      .on('error', () => {
        if (response.headersSent) response.destroy();
        else response.writeHead(404).end('not found\n');
      })
      .pipe(response);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
  const address = /** @type {import('node:net').AddressInfo} */ (
    server.address()
  );
  return { server, address: `http://127.0.0.1:${address.port}/` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, port] = process.argv.slice(2);
  try {
    const { address } = await serve(folder, Number(port));
    console.log(`The demo page is at ${address} (Ctrl-C ends it).`);
  } catch (error) {
    console.error(`weft: ${/** @type {Error} */ (error).message}`);
    console.error('      Another port: ./build.sh demo --port 8001');
    process.exitCode = 1;
  }
}
