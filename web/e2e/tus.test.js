// A large file through tus-js-client: 20 cut connections and one killed server, and what that cost.
// REEL_BIG_UPLOAD=2048 sends so many MiB; 200 otherwise.
import assert from 'node:assert/strict';
import { createHash, randomFillSync } from 'node:crypto';
import { closeSync, createReadStream, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Upload } from 'tus-js-client';
import { serve } from './served.js';

const MIB = 1 << 20;
const BYTES = Number(process.env.REEL_BIG_UPLOAD ?? 200) * MIB;
const CUTS = 20;
const LOST_MAX = 16 * MIB;
const TARGET = fileURLToPath(new URL('../../target/', import.meta.url));
const FLAGS = ['--no-worker', '--device=cpu'];

/** A file of noise; answers with its SHA-256. */
function noise(path) {
  const digest = createHash('sha256');
  const file = openSync(path, 'w');
  const piece = Buffer.alloc(8 * MIB);
  for (let left = BYTES; left > 0; left -= piece.length) {
    const part = randomFillSync(piece).subarray(0, Math.min(left, piece.length));
    digest.update(part);
    writeSync(file, part);
  }
  closeSync(file);
  return digest.digest('hex');
}

/** Passes bytes on, counts those that go up, and cuts all connections whenever so many more have gone. */
function proxy(port, cutsAt, onCut) {
  const counted = { up: 0, cuts: 0 };
  const open = new Set();
  const listener = net.createServer((client) => {
    const upstream = net.connect(port, '127.0.0.1');
    const pair = [client, upstream];
    const end = () => pair.forEach((socket) => socket.destroy());
    pair.forEach((socket) => {
      open.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        open.delete(socket);
        end();
      });
    });
    upstream.pipe(client);
    client.on('data', (data) => {
      counted.up += data.length;
      if (counted.cuts < cutsAt.length && counted.up >= cutsAt[counted.cuts]) {
        counted.cuts += 1;
        upstream.write(data.subarray(0, data.length / 2));
        open.forEach((socket) => socket.destroy());
        onCut(counted.cuts);
      } else if (!upstream.write(data)) {
        client.pause();
        upstream.once('drain', () => client.resume());
      }
    });
  });
  return new Promise((resolve) => listener.listen(0, '127.0.0.1', () => resolve({ listener, counted })));
}

test('a large file comes through cuts and a kill whole, and little is sent twice', { timeout: 1_800_000 }, async () => {
  mkdirSync(TARGET, { recursive: true });
  const folder = mkdtempSync(join(TARGET, 'tus-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const [path, state] = [join(folder, 'noise.bin'), join(folder, 'state')];
  const sha256 = noise(path);
  const { port, ...server } = await serve(state, FLAGS);
  const cutsAt = Array.from({ length: CUTS }, () => Math.random() * BYTES * 0.95).sort((a, b) => a - b);
  let killed = 0;
  let restarted = Promise.resolve();
  const restart = async () => {
    await server.kill();
    Object.assign(server, await serve(state, FLAGS, port));
  };
  const { listener, counted } = await proxy(port, cutsAt, (cut) => {
    if (cut !== CUTS / 2) return;
    killed += 1;
    restarted = restart();
  });
  try {
    const begun = performance.now();
    let id;
    await new Promise((resolve, reject) => {
      const upload = new Upload(createReadStream(path), {
        endpoint: `http://127.0.0.1:${listener.address().port}/api/v1/uploads`,
        uploadSize: BYTES,
        retryDelays: [50, 100, 200, 500, 1000, 1000, 2000, 2000, ...Array(20).fill(5000)],
        metadata: { filename: 'noise.bin', filetype: 'video/mp4' },
        onAfterResponse: (_, response) => (id = response.getHeader('upload-id') ?? id),
        onError: reject,
        onSuccess: resolve,
      });
      upload.start();
    });
    const secs = (performance.now() - begun) / 1000;
    const again = counted.up - BYTES;
    console.log(`${BYTES / MIB} MiB in ${secs.toFixed(1)} s, ${counted.cuts} cuts, ${killed} kill, ${(again / MIB).toFixed(1)} MiB sent again`);
    assert.deepEqual([counted.cuts, killed], [CUTS, 1]);
    const video = await (await fetch(`http://127.0.0.1:${port}/api/v1/videos/${id}`)).json();
    assert.deepEqual([video.sha256, video.size, video.filename], [sha256, BYTES, 'noise.bin']);
    assert.ok(again <= CUTS * LOST_MAX, `${again} bytes were sent again`);
  } finally {
    listener.close();
    await restarted;
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
