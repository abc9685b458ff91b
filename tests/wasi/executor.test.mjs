// An executor on wasmtime with real servers: `wasmtime serve` of the same
// component, and what its endpoint refuses.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { compile, root, run, tool } from '../lib/weft.mjs';

const program = 'tests/contract/executor.c';
const token = 'a token of the tests';
const goesOn = 'the pool goes on\n';

/**
 * Starts a server of jobs; it ends with the test.
 * @param {import('node:test').TestContext} t
 * @param {{flags?: string[], env?: Record<string, string>,
 *   token?: string | null, shell?: string, source?: string}} [options] shell:
 *   the command line that starts it, of a program $WASMTIME and a file $APP;
 *   source: of another program
 */
async function serve(t, options = {}) {
  const component = await compile(options.source ?? program, {
    host: 'wasmtime',
  });
  const given = options.token === undefined ? token : options.token;
  const command = options.shell
    ? ['sh', '-c', options.shell]
    : [
        ...[tool('WASMTIME'), 'serve', '-C', 'cache=y', '-S', 'cli'],
        ...['--addr', '127.0.0.1:0', ...(options.flags ?? [])],
        ...(given === null ? [] : ['--env', `WEFT_EXECUTOR_TOKEN=${given}`]),
        component,
      ];
  const child = spawn(command[0], command.slice(1), {
    env: {
      ...process.env,
      WASMTIME: tool('WASMTIME'),
      APP: component,
      ...options.env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const url = await new Promise((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (part) => {
      said += part;
      const found = said.match(/http:\/\/[\d.]+:\d+/);
      if (found) resolve(found[0]);
    });
    child.on('exit', () => reject(new Error(`the server has ended: ${said}`)));
  });
  return { url, kill: () => child.kill('SIGKILL') };
}

/**
 * Runs a case of the program on servers.
 * @param {string} name
 * @param {string} urls
 * @param {number} [workers]
 */
function runOn(name, urls, workers = 2) {
  return run(program, {
    host: 'wasmtime',
    args: [name, String(workers)],
    env: { WEFT_EXECUTOR: urls, WEFT_EXECUTOR_TOKEN: token },
  });
}

/** The id that the link has stamped into the component. */
async function buildId() {
  const component = await compile(program, { host: 'wasmtime' });
  const text = readFileSync(component, 'latin1');
  const id = text.match(/weft-build-id:([0-9a-f]{16})/)?.[1];
  assert(id && id !== '0000000000000000', 'the link has stamped no id');
  return id;
}

/**
 * One request to the endpoint.
 * @param {string} url
 * @param {string} job
 * @param {{method?: string, headers?: Record<string, string>,
 *   body?: Uint8Array<ArrayBuffer> | null}} [options]
 */
async function post(url, job, { method = 'POST', headers, body = null } = {}) {
  const response = await fetch(`${url}/weft/job/${job}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'weft-build': await buildId(),
      ...headers,
    },
    body,
    signal: AbortSignal.timeout(20_000),
  });
  return {
    status: response.status,
    body: Buffer.from(await response.arrayBuffer()),
  };
}

test('a server runs jobs and gives their results, in order and in chunks', async (t) => {
  const { url } = await serve(t);
  const results = await runOn('results', url);
  assert.match(results.stdout, /^sum: 1000 499500\n/);
  assert.match(results.stdout, /8 desserts\n/);
  assert.match(results.stdout, /to_thread: 0 42\n$/);
  const big = await runOn('big', url);
  assert.equal(big.stdout, '1 MiB: ok\nreversed\n');
  const map = await runOn('map', url);
  assert.match(map.stdout, /^map: 25 seen once, 2 errors, 23 right\n/);
  const order = await runOn('priorities', url, 1);
  assert.equal(order.stdout, 'job 0\njob 3\njob 4\njob 1\njob 2\n');
  const tasks = await runOn('tasks', url);
  assert.match(tasks.stdout, /^0 110\nnested: WEFT_ENOTSUP: /);
});

test('the command line of the Kubernetes manifest serves jobs', async (t) => {
  const page = readFileSync(path.join(root, 'docs/executor.md'), 'utf8');
  const shell = page
    .match(/- (exec wasmtime serve [^]*?) \/app\.wasm\n/)?.[1]
    .replace(/\s+/g, ' ') // as YAML folds it
    .replace('wasmtime', '"$WASMTIME"')
    .replace('0.0.0.0:8080', '127.0.0.1:0 "$APP"');
  assert(shell);
  const env = { WEFT_EXECUTOR_TOKEN: token };
  const { url } = await serve(t, { shell, env });
  const { stdout } = await runOn('start', url);
  assert.equal(stdout, `2 2\n${goesOn}`);
});

test('what jobs print comes out of the program, whole lines of each', async (t) => {
  const { url } = await serve(t);
  const { stdout, stderr } = await runOn('output', url);
  for (const job of [0, 1]) {
    const own = stdout.match(new RegExp(`job ${job} line \\d`, 'g'));
    assert.deepEqual(
      own,
      [0, 1, 2].map((line) => `job ${job} line ${line}`),
    );
    assert.match(stdout, new RegExp(`^job ${job} has a stream$`, 'm'));
    assert.match(stdout, new RegExp(`job ${job} ends without a newline`));
    assert.match(stderr, new RegExp(`^job ${job} complains$`, 'm'));
  }
});

test('a job that traps, exits, takes all memory or returns 1 GB fails alone', async (t) => {
  const { url } = await serve(t);
  const gone = /^\w+: WEFT_ETRAP: job '\w+': its server ended it without/;
  for (const [name, line] of /** @type {[string, RegExp][]} */ ([
    ['trapping', gone],
    ['overflowing', gone],
    ['leaving', /^leave: WEFT_EEXIT: job 'leave': it has called exit\n/],
    ['devouring', /^greedy: WEFT_ENOMEM: out of memory\n/],
    ['gigabyte', /^1 GB: (ok\n|WEFT_ENOMEM: |WEFT_ETRAP: )/],
  ])) {
    const { stdout, code } = await runOn(name, url);
    assert.match(stdout, line);
    assert(stdout.endsWith(`\n${goesOn}`), stdout);
    assert.equal(code, 0);
  }
});

test('what a job prints is there while it still runs', async (t) => {
  const { url } = await serve(t, { flags: ['-W', 'timeout=2s'] });
  const { stdout } = await runOn('live', url);
  assert.equal(
    stdout,
    `${goesOn}it spins\nwait_for: WEFT_ETIMEDOUT: the deadline has passed\n`,
  );
});

test('a wait for a job that spins for ever ends on time, the job at the limit of its server', async (t) => {
  const { url } = await serve(t, { flags: ['-W', 'timeout=1s'] });
  const { stdout } = await runOn('spinning', url, 1);
  assert.equal(
    stdout,
    `${goesOn}wait_for: WEFT_ETIMEDOUT: the deadline has passed\non time\n${goesOn}`,
  );
});

test('a cancelled job ends at its next look: its server is free again', async (t) => {
  const { url } = await serve(t, { env: { TOKIO_WORKER_THREADS: '1' } });
  const { stdout } = await runOn('polite', url);
  assert.match(stdout, /^spinning\ncancel: 1\ncancelled: 1\n/);
  const next = await runOn('start', url);
  assert.equal(next.stdout, `2 2\n${goesOn}`);
});

test('of two servers one is killed in the middle: nothing is lost', async (t) => {
  const first = await serve(t);
  const second = await serve(t);
  const component = await compile(program, { host: 'wasmtime' });
  const result = await new Promise((resolve) => {
    const child = spawn(tool('WASMTIME'), [
      ...['run', ...tool('WASMTIME_FLAGS').split(' ')],
      ...['--env', `WEFT_EXECUTOR=${first.url} ${second.url}`],
      ...['--env', `WEFT_EXECUTOR_TOKEN=${token}`],
      ...[component, 'endure', '4'],
    ]);
    let stdout = '';
    child.stdout.on('data', (part) => {
      stdout += part;
      if (stdout.match(/job/g)?.length === 8) first.kill();
    });
    child.on('close', (code) => resolve({ stdout, code }));
  });
  assert.match(result.stdout, /gather: ok\n40 right\n$/);
  assert.equal(result.code, 0);
});

test('several servers share the jobs', async (t) => {
  const { url } = await serve(t);
  const { port } = new URL(url);
  const taken = [0, 0];
  const urls = taken.map(async (_, i) => {
    const proxy = createServer((client) => {
      const server = connect(Number(port), '127.0.0.1');
      client.on('data', (part) => {
        taken[i] += part.toString('latin1').match(/^POST /gm)?.length ?? 0;
      });
      client.pipe(server).pipe(client);
      for (const end of [client, server]) end.on('error', () => {});
    });
    await new Promise((done) => proxy.listen(0, '127.0.0.1', () => done(0)));
    t.after(() => proxy.close());
    const address = /** @type {import('node:net').AddressInfo} */ (
      proxy.address()
    );
    return `http://127.0.0.1:${address.port}`;
  });
  const { stdout } = await runOn('endure', (await Promise.all(urls)).join(), 4);
  assert.match(stdout, /gather: ok\n40 right\n$/);
  assert.equal(taken[0] + taken[1], 40);
  assert(Math.min(...taken) >= 10, `${taken}`);
});

test('a server of another build is refused, and each job says so', async (t) => {
  const { url } = await serve(t, { source: 'examples/executor.c' });
  const { stdout, code } = await runOn('trapping', url);
  assert.match(
    stdout,
    /^trap: WEFT_EPROTO: job 'trap': the server has answered 409: the server runs another build/,
  );
  assert.equal(code, 0);
});

test('a server that is not there is left out, and named when there is no other', async (t) => {
  const { url } = await serve(t);
  const nobody = 'http://127.0.0.1:9';
  const some = await runOn('map', `${nobody} ${url}`);
  assert.match(some.stdout, /^map: 25 seen once, 2 errors, 23 right\n/);
  const none = await runOn('endure', nobody);
  assert.match(
    none.stdout,
    /gather: WEFT_ECONNREFUSED: job 'labour': .*\n0 right/,
  );
  const wrong = await runOn('results', 'ftp://example.org');
  assert.match(wrong.stdout, /reverse: WEFT_EINVAL: 'ftp:.* is no URL such as/);
});

test('the endpoint refuses what lacks the token, is too large or unknown', async (t) => {
  const limit = ['--env', 'WEFT_EXECUTOR_MAX_INPUT=1000'];
  const { url } = await serve(t, { flags: limit });
  const say = async (/** @type {Parameters<typeof post>} */ ...args) => {
    const { status, body } = await post(...args);
    return `${status} ${body}`.trim();
  };
  for (const authorization of ['', 'Bearer ', `Bearer ${token}x`, token]) {
    const headers = { authorization };
    assert.match(await say(url, 'quiet', { headers }), /^401 the token is not/);
  }
  assert.match(
    await say(url, 'nothing'),
    /^404 this program has no job 'nothing'$/,
  );
  assert.match(await say(url, ''), /^404/);
  assert.match(await say(url, 'x'.repeat(3000)), /^404/);
  assert.match(await say(url, 'quiet', { method: 'PUT' }), /^405/);
  assert.match(
    await say(url, 'quiet', { headers: { 'weft-build': '0123456789abcdef' } }),
    /^409 the server runs another build/,
  );
  const body = new Uint8Array(1001);
  assert.match(await say(url, 'reverse', { body }), /^413 the input has 1001/);
  const taken = await post(url, 'reverse', { body: body.slice(1) });
  assert.equal(taken.status, 200);

  const trusting = await serve(t, { token: null });
  assert.match(
    await say(trusting.url, 'quiet'),
    /^401 the server has no WEFT_EXECUTOR_TOKEN/,
  );
});

test('the endpoint sees through numbers that would wrap round', async (t) => {
  const { url } = await serve(t);
  for (const size of [4, 8, 16]) {
    const items = String(2 ** 32 / size + 1); // times size: size, in 32 bits
    const { status, body } = await post(url, 'twice', {
      body: new Uint8Array(size),
      headers: { 'weft-items': items },
    });
    assert.equal(status, 200);
    assert.equal(body.readUInt32LE(0), 4, 'the last frame is DONE');
    assert.match(body.toString('latin1'), /takes an input of/);
  }
});

test('the endpoint survives requests of chance', async (t) => {
  const { url } = await serve(t);
  let seed = 20260101;
  const random = (/** @type {number} */ below) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  const pick = (/** @type {any[]} */ from) => from[random(from.length)];
  for (let i = 0; i < 150; i++) {
    const size = pick([0, 1, 3, 4, 5, 64, 5000, 200_000]);
    const body = Uint8Array.from({ length: size }, () => random(256));
    const method = pick(['POST', 'POST', 'POST', 'GET', 'DELETE']);
    const { status, body: answer } = await post(
      url,
      pick(['quiet', 'sum', 'twice', 'reverse', '%00', '../quiet', '?', 'é']),
      {
        method,
        body: method === 'GET' ? null : body,
        headers: {
          'weft-items': pick(['0', '1', '7', '-1', '4294967295', 'x', '1e9']),
          ...pick([{}, {}, {}, { authorization: 'Basic eA==' }]),
          ...pick([{}, {}, {}, { 'weft-build': 'x'.repeat(random(300)) }]),
        },
      },
    );
    assert([200, 401, 404, 405, 409].includes(status), `${status} ${answer}`);
    if (status !== 200) continue;
    assert.equal(answer.readUInt32LE(0), 4, 'the last frame is DONE');
    assert.equal(answer.readUInt32LE(4), answer.length - 8);
  }
  const after = await runOn('start', url);
  assert.equal(after.stdout, `2 2\n${goesOn}`);
});

test('a peer that is no weft program is told from one', async (t) => {
  const answers = [
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffff\r\n',
    'SSH-2.0-OpenSSH\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n\x09\0\0\0\0\0\0\0............',
    '',
  ];
  for (const answer of answers) {
    const peer = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(answer));
    });
    await new Promise((done) => peer.listen(0, '127.0.0.1', () => done(0)));
    t.after(() => peer.close());
    const { port } = /** @type {import('node:net').AddressInfo} */ (
      peer.address()
    );
    const { stdout } = await runOn('trapping', `http://127.0.0.1:${port}`);
    assert.match(stdout, /^trap: WEFT_E(TRAP|PROTO): job 'trap': /);
  }
});
