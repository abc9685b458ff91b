// The real nginx, as a server of http and https.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tool } from './weft.mjs';

/**
 * nginx on two ports of 127.0.0.1, unprivileged, with a prefix of its own.
 * @param {import('./certificates.mjs').Certificates} made
 */
export async function nginx(made) {
  const prefix = path.join(made.folder, 'nginx');
  mkdirSync(path.join(prefix, 'html'), { recursive: true });
  writeFileSync(path.join(prefix, 'html/index.html'), 'from the real nginx\n');
  const ports = await freePorts(2);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${prefix}/${name};`,
  );
  writeFileSync(
    path.join(prefix, 'nginx.conf'),
    `daemon off; master_process off; pid ${prefix}/pid; error_log ${prefix}/error.log;
    events {}
    http {
      access_log off; ${temporary.join(' ')} root ${prefix}/html;
      server { listen 127.0.0.1:${ports[0]}; }
      server {
        listen 127.0.0.1:${ports[1]} ssl;
        ssl_certificate ${made.good.cert}; ssl_certificate_key ${made.good.key};
      }
    }`,
  );
  const child = spawn(
    tool('NGINX'),
    ['-p', prefix, '-c', 'nginx.conf', '-e', `${prefix}/error.log`],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  while (!(await answers(ports[1]))) {
    assert.equal(child.exitCode, null, 'nginx has ended');
    await sleep(20);
  }
  const stop = () => (child.kill(), ended);
  return { http: ports[0], https: ports[1], stop };
}

/** @param {number} count */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () =>
    net.createServer().listen(0, '127.0.0.1'),
  );
  await Promise.all(servers.map((one) => once(one, 'listening')));
  const ports = servers.map(
    (one) => /** @type {net.AddressInfo} */ (one.address()).port,
  );
  await Promise.all(servers.map((one) => (one.close(), once(one, 'close'))));
  return ports;
}

/** @param {number} port */
function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => (socket.destroy(), resolve(true)));
    socket.on('error', () => resolve(false));
  });
}
