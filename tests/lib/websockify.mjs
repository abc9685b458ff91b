// The real websockify: what gives a page TCP.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { tool } from './weft.mjs';

/** A port where nobody listens. */
export async function closedPort() {
  const free = net.createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (free.address());
  free.close();
  await once(free, 'close');
  return port;
}

/** Starts it; `template` is what a page's WEFT_GATEWAY is to be. */
export async function websockify() {
  const folder = mkdtempSync(path.join(tmpdir(), 'weft-gateway-'));
  writeFileSync(
    path.join(folder, 'gateway.py'),
    `class Any:
    def __init__(self, source): pass
    def lookup(self, token): return token.rsplit(':', 1)
`,
  );
  const port = await closedPort();
  const child = spawn(
    tool('WEBSOCKIFY'),
    ['--token-plugin=gateway.Any', `127.0.0.1:${port}`],
    { cwd: folder, detached: true },
  );
  let said = '';
  child.stdout.on('data', (text) => (said += text));
  child.stderr.on('data', (text) => (said += text));
  while (!said.includes('proxying')) await sleep(10);
  const stop = () => {
    process.kill(-(/** @type {number} */ (child.pid)));
    rmSync(folder, { recursive: true });
  };
  const template = `ws://127.0.0.1:${port}/?token={host}:{port}`;
  return { template, stop };
}
