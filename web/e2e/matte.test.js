// Transparent video in a browser: the alpha that a page reads off a canvas is the alpha that reel made.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CHROMIUM, FFMPEG, openBrowser } from './scene.js';
import { PROGRAM } from './served.js';

const [WIDTH, HEIGHT, FRAMES, RATE] = [320, 180, 24, 25];
const PIXELS = WIDTH * HEIGHT;

const NO_BROWSER = existsSync(CHROMIUM) ? false : `no browser at ${CHROMIUM}`;

let browser;
let folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reel-matte-'));
  if (!NO_BROWSER) browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** How much of a pixel a disc with twelve hairs of 1 to 3 pixels covers, 1.3 pixels further to the right in each frame. */
function cover(x, y, frame) {
  const [dx, dy] = [x + 0.5 - 130 - 1.3 * frame, y + 0.5 - HEIGHT / 2];
  const [radius, angle] = [Math.hypot(dx, dy), Math.atan2(dy, dx)];
  const clamp = (value) => Math.min(1, Math.max(0, value));
  const body = clamp(40.5 - radius);
  const turn = ((((angle / (2 * Math.PI)) * 12 + radius / 90) % 1) + 1) % 1;
  const beside = (Math.abs(turn - 0.5) * 2 * Math.PI * radius) / 12;
  return radius < 75 ? Math.max(body, clamp(1.5 + 0.5 * Math.sin(3 * angle) - beside)) : body;
}

/** The film before a green screen, and the matte as it was drawn. */
function draw() {
  const [front, screen] = [[204, 148, 117], [13, 176, 64]];
  const pixels = Buffer.alloc(3 * PIXELS * FRAMES);
  const truth = Buffer.alloc(PIXELS * FRAMES);
  for (let at = 0; at < truth.length; at += 1) {
    const [frame, place] = [Math.floor(at / PIXELS), at % PIXELS];
    const share = cover(place % WIDTH, Math.floor(place / WIDTH), frame);
    truth[at] = Math.round(255 * share);
    for (let part = 0; part < 3; part += 1) pixels[3 * at + part] = Math.round(share * front[part] + (1 - share) * screen[part]);
  }
  const path = join(folder, 'drawn.mkv');
  writeFileSync(join(folder, 'film.rgb'), pixels);
  const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${WIDTH}x${HEIGHT}`, '-r', `${RATE}`, '-i', join(folder, 'film.rgb')];
  const colour = ['-vf', 'scale=out_color_matrix=bt709:out_range=tv', '-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'];
  execFileSync(FFMPEG, ['-v', 'error', '-y', ...input, ...colour, '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '12', path]);
  return { path, truth };
}

/** The alpha of each frame, as a page sees it: the film on a canvas, and the canvas read. */
async function seen(path) {
  const page = await browser.newPage();
  const content = readFileSync(path).toString('base64');
  const alphas = await page.evaluate(
    async ({ content, frames, rate }) => {
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
      const film = document.createElement('video');
      film.muted = true;
      film.src = URL.createObjectURL(new Blob([bytes], { type: 'video/webm' }));
      const happens = (name) => new Promise((resolve, reject) => {
        film.addEventListener(name, resolve, { once: true });
        film.addEventListener('error', () => reject(new Error(film.error?.message)), { once: true });
      });
      await happens('loadeddata');
      const canvas = new OffscreenCanvas(film.videoWidth, film.videoHeight);
      const paper = canvas.getContext('2d', { willReadFrequently: true });
      let all = '';
      for (let frame = 0; frame < frames; frame += 1) {
        const there = happens('seeked');
        film.currentTime = (frame + 0.5) / rate;
        await there;
        paper.clearRect(0, 0, canvas.width, canvas.height);
        paper.drawImage(film, 0, 0);
        const { data } = paper.getImageData(0, 0, canvas.width, canvas.height);
        for (let at = 3; at < data.length; at += 4) all += String.fromCharCode(data[at]);
      }
      return btoa(all);
    },
    { content, frames: FRAMES, rate: RATE },
  );
  await page.close();
  return Buffer.from(alphas, 'base64');
}

/** Mean absolute difference in thousandths of full scale. */
function mad(a, b) {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += Math.abs(a[at] - b[at]);
  return (sum / 255 / a.length) * 1000;
}

/** Which share of the pixels that are nothing or all in `from` is that in `to` as well. */
function kept(from, to) {
  let [all, same] = [0, 0];
  for (let at = 0; at < from.length; at += 1) {
    if (from[at] !== 0 && from[at] !== 255) continue;
    all += 1;
    if (from[at] === to[at]) same += 1;
  }
  return same / all;
}

/** The film's matte in this format, as FFmpeg decodes it. */
function matted(path, name, decoder) {
  const out = join(folder, name);
  execFileSync(PROGRAM, ['matte', path, '-o', out, '--model', 'chroma', '--state', join(folder, 'state'), '--quiet'], { stdio: 'ignore' });
  const args = ['-v', 'error', ...decoder, '-i', out, '-vf', 'alphaextract', '-pix_fmt', 'gray', '-f', 'rawvideo', '-'];
  return { out, alpha: execFileSync(FFMPEG, args, { encoding: 'buffer', maxBuffer: 1 << 28 }) };
}

test('a canvas reads the alpha that was encoded', { skip: NO_BROWSER }, async (t) => {
  const { path, truth } = draw();
  const { out, alpha: decoded } = matted(path, 'film.webm', ['-c:v', 'libvpx-vp9']);
  const { alpha: encoded } = matted(path, 'film.mkv', []);
  const alpha = await seen(out);
  for (const found of [decoded, encoded, alpha]) assert.equal(found.length, truth.length);
  // Nothing would be as equal as it is empty.
  assert.ok(truth.includes(0) && truth.includes(255) && truth.some((value) => value > 60 && value < 200));

  const within = (name, from, most) => {
    const far = mad(alpha, from);
    t.diagnostic(`canvas against ${name}: ${far.toFixed(3)} thousandths, ${(100 * kept(from, alpha)).toFixed(3)} % of nothing and all kept`);
    assert.ok(far <= most, `${far} thousandths from ${name}`);
  };
  within('what libvpx decodes', decoded, 0.5);
  within('what was encoded', encoded, 0.5);
  within('what was drawn', truth, 3);
  assert.ok(kept(decoded, alpha) >= 0.999);
});
