// Streams of a client whose peer sends too much or too slowly, takes nothing, or
// goes in the middle.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { talk, withHalves } from '../lib/talk.mjs';

for (const host of withHalves) {
  test(`a line of 100 MB does not fill the memory (${host})`, async () => {
    const chunk = Buffer.alloc(1 << 20, 'x');
    let sent = 0;
    let socket_ = /** @type {import('node:net').Socket | undefined} */ (
      undefined
    );
    const { lines } = await talk(
      host,
      (socket) => {
        socket_ = socket;
        const more = () => {
          while (sent < 100 << 20) {
            sent += chunk.length;
            if (!socket.write(chunk)) {
              socket.once('drain', more);
              return;
            }
          }
        };
        more();
      },
      'connect 127.0.0.1 PORT line sleep 0.5 abort wait',
    );
    assert.deepEqual(lines, [
      'connect: 0',
      'line: WEFT_ELIMIT',
      'abort: 0',
      'wait: 0',
    ]);
    const taken = sent - (socket_?.writableLength ?? 0);
    assert(taken < 40 << 20, `the peer could send ${taken} bytes`);
  });

  test(`a peer that resets in a line: what arrived is read first (${host})`, async () => {
    const { lines } = await talk(
      host,
      (socket) => {
        socket.write('whole\nhal');
        socket.on('data', () => socket.resetAndDestroy());
      },
      'connect 127.0.0.1 PORT line write x\\n sleep 0.3 line read 10 read 10 write y drain close wait',
    );
    assert.deepEqual(lines, [
      'connect: 0',
      'line: 6 whole\\n',
      'write: 0',
      'line: WEFT_ECONNRESET',
      'read: 3 hal',
      'read: WEFT_ECONNRESET',
      'write: WEFT_ECONNRESET',
      'drain: WEFT_ECONNRESET',
      'close: 0',
      'wait: WEFT_ECONNRESET',
    ]);
  });

  test(`a peer that has ended its half still hears ours (${host})`, async () => {
    let heard = '';
    const { lines } = await talk(
      host,
      (socket) => {
        socket.end('last words');
        socket.on('data', (data) => (heard += data));
      },
      'connect 127.0.0.1 PORT line line at_eof write answer\\n drain eof close wait',
    );
    assert.deepEqual(lines, [
      'connect: 0',
      'line: 10 last words',
      'line: 0 ',
      'at_eof: 1',
      'write: 0',
      'drain: 0',
      'eof: 0',
      'close: 0',
      'wait: 0',
    ]);
    while (heard !== 'answer\n') await sleep(5);
  });

  test(`a peer that sends one byte at a time is waited for (${host})`, async () => {
    const text = 'slowly\n';
    const { lines } = await talk(
      host,
      (socket) => {
        socket.setNoDelay();
        let i = 0;
        const timer = setInterval(() => {
          if (i < text.length) socket.write(text[i++]);
          else clearInterval(timer);
        }, 20);
      },
      'connect 127.0.0.1 PORT line close wait',
    );
    assert.deepEqual(lines, [
      'connect: 0',
      'line: 7 slowly\\n',
      'close: 0',
      'wait: 0',
    ]);
  });

  test(`a peer that never reads makes drain wait; a cancel loses nothing (${host})`, async () => {
    let total = 0;
    const { lines } = await talk(
      host,
      (socket) => {
        socket.pause();
        setTimeout(() => {
          socket.on('data', (data) => (total += data.length));
          socket.on('end', () => socket.end(`${total}\n`));
          socket.resume();
        }, 1500);
      },
      'connect 127.0.0.1 PORT fill 20000000 within 0.2 drain drain fill 10 eof line close wait',
    );
    assert.deepEqual(lines, [
      'connect: 0',
      'fill: 0',
      'drain: WEFT_ECANCELED',
      'within: expired',
      'drain: 0',
      'fill: 0',
      'eof: 0',
      'line: 9 20000010\\n',
      'close: 0',
      'wait: 0',
    ]);
  });

  test(`the high-water mark holds: what a peer does not read is not taken (${host})`, async () => {
    const WHOLE = 60_000_000;
    let total = 0;
    const { lines } = await talk(
      host,
      (socket) => {
        socket.pause();
        setTimeout(() => socket.resume(), 1000);
        socket.on('data', (data) => (total += data.length));
        socket.on('end', () => socket.end(`${total}\n`));
      },
      `connect 127.0.0.1 PORT within 0.5 pour ${WHOLE} pour ${WHOLE} eof line close wait`,
    );
    const [first, second] = [1, 3].map((i) =>
      /^pour: (\d+) (\w+), memory (\d+)$/.exec(lines[i])?.slice(1),
    );
    assert(first && second, lines.join('\n'));
    assert.equal(first[1], 'WEFT_ECANCELED');
    // The sockets' buffers of both ends take some megabytes.
    assert(Number(first[0]) < 20_000_000, `${first[0]} bytes were taken`);
    assert.deepEqual(second.slice(0, 2), [String(WHOLE), 'WEFT_OK']);
    assert(Number(second[2]) - Number(first[2]) <= 1 << 20, 'memory is flat');
    const sent = Number(first[0]) + WHOLE;
    assert.equal(lines[5], `line: 9 ${sent}\\n`);
  });
}
