// The glue between the core and each host, against raw peers that do what
// chance says: connections, HTTP responses and WebSockets in random pieces,
// good ones and ones that are wrong in every way there is. What a program
// receives is a beginning of what was sent, all of it when the peer keeps the
// rules, and every conversation ends. (Chance has a seed: WEFT_FUZZ_SEED.)

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import process from 'node:process';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { hosts, run } from '../lib/weft.mjs';

const seed = Number(process.env.WEFT_FUZZ_SEED ?? 1);
const COUNT = Number(process.env.WEFT_FUZZ_COUNT ?? 60);

class Chance {
  #state;

  /** @param {number} state */
  constructor(state) {
    this.#state = (Math.imul(state, 2654435761) ^ seed) >>> 0;
  }

  /** @param {number} below */
  number(below) {
    let x = (this.#state += 0x6d2b79f5);
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) % below;
  }

  /**
   * @template T
   * @param {readonly T[]} from
   */
  pick(from) {
    return from[this.number(from.length)];
  }

  size() {
    const sizes = [0, 1, 5, 125, 126, 127, 1000, 65535, 65536, 200_000];
    return this.pick(sizes);
  }

  /** @param {number} size */
  bytes(size) {
    const bytes = Buffer.alloc(size);
    for (let i = 0; i < size; i++)
      bytes[i] = this.number(4) ? 97 + (i % 26) : 10;
    return bytes;
  }

  /**
   * @param {Buffer} whole
   * @param {number} most pieces
   */
  pieces(whole, most) {
    const cuts = Array.from({ length: this.number(most) }, () =>
      this.number(whole.length + 1),
    ).sort((a, b) => a - b);
    return [0, ...cuts].map((cut, i) => whole.subarray(cut, cuts[i]));
  }
}

/** @param {Buffer} bytes */
function hashOf(bytes) {
  let hash = 2166136261;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16777619);
  return hash >>> 0;
}

/**
 * What a peer sends, and what is to be received of it.
 * @typedef {object} Play
 * @property {Buffer} wire
 * @property {'end' | 'reset' | 'destroy'} ends the connection
 * @property {boolean} whole all of it is to be received, in good order
 * @property {Buffer | Buffer[]} parts what may be received: bytes or messages
 * @property {string} what for messages
 */

/** @type {(chance: Chance) => Play} */
function tcpPlay(chance) {
  const wire = Buffer.concat([
    chance.bytes(chance.size()),
    chance.bytes(chance.size()),
  ]);
  const ends = chance.pick(
    /** @type {const} */ (['end', 'end', 'reset', 'destroy']),
  );
  return { wire, ends, whole: ends === 'end', parts: wire, what: ends };
}

/** @type {(chance: Chance) => Play} */
function httpPlay(chance) {
  const body = chance.bytes(chance.size());
  const what = chance.pick(
    /** @type {const} */ ([
      ...['sized', 'chunked', 'until the end', 'sized', 'chunked'],
      ...['short', 'cut chunk', 'no last chunk', 'bad chunk', 'nothing'],
      ...['no status', 'endless header', 'redirect for ever', 'bad redirect'],
      ...['two lengths', 'garbage', 'reset'],
    ]),
  );
  const status = chance.pick(['200 OK', '404 Not Found', '500 Oh', '299 ']);
  const extra = `x-extra: ${'y'.repeat(chance.number(2000))}\r\n`;
  const head = (/** @type {string} */ fields) =>
    `HTTP/1.1 ${status}\r\n${extra}${fields}connection: close\r\n\r\n`;
  const chunks = chance
    .pieces(body, 5)
    .filter(({ length }) => length)
    .map(
      (piece) =>
        `${piece.length.toString(16)};x=y\r\n${piece.toString('latin1')}\r\n`,
    )
    .join('');
  const text = body.toString('latin1');
  const sized = head(`Content-Length: ${body.length}\r\n`) + text;
  const chunked = head('Transfer-Encoding: chunked\r\n') + chunks;
  const wires = {
    sized,
    chunked: `${chunked}0\r\n\r\n`,
    'until the end': head('') + text,
    short:
      head(`content-length: ${body.length + 1 + chance.number(9)}\r\n`) + text,
    'cut chunk': `${chunked}ffff\r\nabc`,
    'no last chunk': chunked,
    'bad chunk': `${chunked}${chance.pick(['zz', '-1', 'ffffffffffffffffff', ''])}\r\nxyz\r\n`,
    nothing: '',
    'no status': `\r\n${sized}`.slice(0, chance.number(20)),
    'endless header': `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(600_000)}`,
    'redirect for ever': `HTTP/1.1 302 Found\r\nlocation: ${chance.pick(['?again', '#', ''])}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
    'bad redirect': `HTTP/1.1 301 Moved\r\nlocation: ${chance.pick(['http://', 'ftp://x/', '//', 'http://[::1', '\u00ff', 'http:x'])}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
    'two lengths': head(`content-length: 1\r\ncontent-length: 2\r\n`) + text,
    garbage: chance.bytes(1 + chance.number(500)).toString('latin1'),
    reset: sized.slice(0, chance.number(sized.length)),
  };
  const whole = ['sized', 'chunked', 'until the end'].includes(what);
  const ends = what === 'reset' ? 'reset' : 'end';
  const wire = Buffer.from(wires[what], 'latin1');
  // Node.js takes the cut of a last chunk for an end, when it was to be closed.
  const cut = Buffer.from(what === 'cut chunk' ? 'abc' : '');
  return { wire, ends, whole, parts: Buffer.concat([body, cut]), what };
}

/**
 * @param {number} op
 * @param {Buffer} payload
 * @param {{end?: boolean, flags?: number, mask?: boolean}} [options]
 */
function frame(op, payload, { end = true, flags = 0, mask = false } = {}) {
  const { length } = payload;
  const long = length > 65535 ? 8 : length > 125 ? 2 : 0;
  const head = Buffer.alloc(2 + long);
  head[0] = (end ? 0x80 : 0) | flags | op;
  head[1] = (mask ? 0x80 : 0) | (long === 8 ? 127 : long ? 126 : length);
  if (long === 2) head.writeUInt16BE(length, 2);
  if (long === 8) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, ...(mask ? [Buffer.alloc(4)] : []), payload]);
}

/** @type {(chance: Chance) => Play} */
function websocketPlay(chance) {
  /** @type {Buffer[]} */
  const frames = [];
  /** @type {Buffer[]} */
  const parts = [];
  for (let n = chance.number(6); n > 0; n--) {
    const isText = chance.number(2) === 1;
    const data = isText
      ? Buffer.from('grüße €𝄞 '.repeat(chance.size() / 9))
      : chance.bytes(chance.size());
    parts.push(Buffer.concat([Buffer.of(isText ? 1 : 2), data]));
    chance.pieces(data, 4).forEach((piece, i, { length }) => {
      if (!chance.number(5))
        frames.push(frame(9, chance.bytes(chance.number(126))));
      if (!chance.number(9)) frames.push(frame(10, Buffer.alloc(0)));
      const op = i ? 0 : isText ? 1 : 2;
      frames.push(frame(op, piece, { end: i === length - 1 }));
    });
  }
  const closes = {
    closes: [1000, 3456, 4999],
    'closes badly': [999, 1005, 1006, 65535],
  };
  const code = (/** @type {number[]} */ codes) => {
    const payload = Buffer.from('xxbecause');
    payload.writeUInt16BE(chance.pick(codes));
    return frame(8, payload);
  };
  const bytes = chance.bytes(10);
  const ends = {
    closes: code(closes.closes),
    'closes without a code': frame(8, Buffer.alloc(0)),
    'closes badly': code(closes['closes badly']),
    'half a code': frame(8, Buffer.of(3)),
    'is cut': frame(2, bytes).subarray(0, chance.number(12)),
    'reserved bits': frame(2, bytes, { flags: 0x40 }),
    'unknown kind': frame(3, bytes),
    'goes on with nothing': frame(0, bytes),
    'no UTF-8': frame(1, Buffer.of(0x61, 0xff, 0xc0)),
    'half a character': frame(1, Buffer.of(0xe2, 0x82)),
    masked: frame(2, bytes, { mask: true }),
    'a ping in pieces': frame(9, bytes, { end: false }),
    'a large ping': frame(9, chance.bytes(126)),
    'more than there is': Buffer.concat([
      Buffer.of(0x82, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255),
      bytes,
    ]),
  };
  const names = /** @type {(keyof typeof ends)[]} */ (Object.keys(ends));
  const what = chance.pick(
    /** @type {typeof names} */ (['closes', 'closes', ...names]),
  );
  frames.push(ends[what]);
  const whole = what === 'closes' || what === 'closes without a code';
  return { wire: Buffer.concat(frames), ends: 'end', whole, parts, what };
}

/** Sends in pieces, some later, and ends. @type {(socket: net.Socket, chance: Chance, play: Play) => Promise<void>} */
async function perform(socket, chance, { wire, ends }) {
  for (const piece of chance.pieces(wire, 8)) {
    if (socket.destroyed) return;
    if (!socket.write(piece) && chance.number(2)) {
      await new Promise((resolve) =>
        socket.once('drain', resolve).once('close', resolve),
      );
    }
    if (chance.number(2)) await setImmediate();
  }
  if (ends === 'end') socket.end();
  else if (ends === 'reset') socket.resetAndDestroy();
  else socket.destroy();
}

/**
 * The number that a conversation says it has, and the end of what it says.
 * @param {string} kind
 * @param {string} asked
 */
function numberOf(kind, asked) {
  const found = kind === 'tcp' ? /^(\d+)\n/ : /^GET \/(\d+)[^]*\r\n\r\n/;
  return found.exec(asked)?.[1];
}

/** @param {string} asked */
function handshake(asked) {
  const key = /sec-websocket-key: *(\S+)/i.exec(asked)?.[1];
  const accept = createHash('sha1')
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  return `HTTP/1.1 101 Hello\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`;
}

/** @type {Record<string, {play: (chance: Chance) => Play, where: typeof hosts}>} */
const kinds = {
  tcp: { play: tcpPlay, where: ['node', 'wasmtime'] },
  http: { play: httpPlay, where: ['node', 'wasmtime'] },
  websocket: { play: websocketPlay, where: ['node', 'browser'] },
};

for (const [kind, { play, where }] of Object.entries(kinds)) {
  for (const host of hosts.filter((host) => where.includes(host))) {
    test(`${kind}: whatever the peer does, what is received was sent (${host})`, async () => {
      const server = net.createServer({ allowHalfOpen: true }, (socket) => {
        let asked = '';
        socket.on('error', () => {});
        socket.on('end', () => socket.end());
        socket.on('data', function hear(data) {
          asked += data.toString('latin1');
          const number = numberOf(kind, asked);
          if (number === undefined) {
            // Where a redirect to nowhere has led.
            if (asked.endsWith('\r\n\r\n')) socket.end();
            return;
          }
          socket.off('data', hear).resume();
          const chance = new Chance(Number(number));
          if (kind === 'websocket') socket.write(handshake(asked));
          void perform(socket, chance, play(chance));
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = /** @type {net.AddressInfo} */ (server.address());
      try {
        const { stdout, stderr, code } = await run('tests/fuzz/glue.c', {
          host,
          args: [kind, String(port), String(COUNT)],
          timeout: 120_000,
        });
        assert.equal(code, 0, stderr);
        const lines = stdout.trim().split('\n');
        assert.equal(lines.length, COUNT);
        for (const line of lines) check(line, play);
      } finally {
        server.close();
      }
    });
  }
}

/**
 * @param {string} line of the program
 * @param {(chance: Chance) => Play} play
 */
function check(line, play) {
  const [number, end, amount, hash] = line.split(' ');
  const { parts, whole, what } = play(new Chance(Number(number)));
  const says = `seed ${seed}, ${what}: ${line}, of ${parts.length}`;
  if (whole) assert.equal(`${end} ${amount}`, `WEFT_OK ${parts.length}`, says);
  assert.notEqual(end, 'WEFT_ETIMEDOUT', says);
  assert(Number(amount) <= parts.length, says);
  const received = Array.isArray(parts)
    ? Buffer.concat(parts.slice(0, Number(amount)))
    : parts.subarray(0, Number(amount));
  assert.equal(Number(hash), hashOf(received), says);
}
