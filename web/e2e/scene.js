// A server with an empty folder, a browser, and the films that tests send.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { chromium } from 'playwright-core';

export const PROGRAM = process.env.REEL_BIN ?? new URL('../../target/debug/reel', import.meta.url).pathname;
export const CHROMIUM = process.env.REEL_CHROMIUM ?? '/usr/bin/chromium';
export const FFMPEG = process.env.REEL_FFMPEG ?? 'ffmpeg';
/** A machine that builds something else at the same time is slow. */
export const PATIENCE_MILLIS = Number(process.env.REEL_PATIENCE_MILLIS ?? 120_000);

const QUIET = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
// The browser's own sandbox does not run as root.
const SANDBOX = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** Everything a test needs; `end` puts it away. */
export async function openScene(...flags) {
  const folder = mkdtempSync(join(tmpdir(), 'reel-page-'));
  const server = spawn(PROGRAM, ['serve', '--listen', '127.0.0.1:0', '--state', join(folder, 'state'), ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  // Also when the test ends without `end`.
  process.once('exit', () => server.kill('SIGKILL'));
  const base = await addressOf(server);
  const browser = await openBrowser();
  const end = async () => {
    await browser.close();
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { base, browser, folder, end, program: PROGRAM, page: (options) => openPage(browser, base, options) };
}

/** A browser without a window. */
export const openBrowser = () => chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...SANDBOX] });

async function addressOf(server) {
  for await (const line of createInterface({ input: server.stdout })) {
    const address = /http:\/\/\S+/.exec(line)?.[0];
    if (address) return address;
  }
  throw new Error('reel serve said no address');
}

/** A page that is live. `complaints` is what the browser had against it. */
export async function openPage(browser, base, { path = '/', context, ...options } = {}) {
  const own = context ?? (await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options }));
  const page = await own.newPage();
  page.setDefaultTimeout(PATIENCE_MILLIS);
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(error.message));
  page.on('console', (message) => {
    const isRefusal = /Content Security Policy|Refused to/.test(message.text());
    if (isRefusal || message.type() === 'warning') page.complaints.push(message.text());
  });
  await page.goto(base + path);
  if ((await page.locator('#app').count()) === 0) throw new Error(`${PROGRAM} was built without the page`);
  await page.waitForSelector('[data-connection=live]', { state: 'attached' });
  return page;
}

/** A test picture with a tone; `secs` long. */
export function clip(folder, { name = 'clip.mp4', secs = 4, size = '320x180', rate = 15 } = {}) {
  const path = join(folder, name);
  const picture = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=${rate}:duration=${secs}`];
  const tone = ['-f', 'lavfi', '-i', `sine=frequency=330:duration=${secs}`];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-shortest'];
  execFileSync(FFMPEG, ['-v', 'error', '-y', ...picture, ...tone, ...codecs, path]);
  return path;
}

/** Drops a file on the page as a person does. */
export async function drop(page, path, type) {
  const [content, name] = [readFileSync(path).toString('base64'), path.split('/').pop()];
  const transfer = await page.evaluateHandle(
    ({ content, name, type }) => {
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name, { type }));
      return transfer;
    },
    { content, name, type },
  );
  for (const event of ['dragenter', 'dragover', 'drop']) await page.dispatchEvent('body', event, { dataTransfer: transfer });
}

export const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** The API, from outside the browser. */
export async function api(base, path, init) {
  const answer = await fetch(`${base}/api/v1${path}`, init);
  const body = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(body)}`);
  return body;
}

/** Sends a file without the page; returns the job's id. */
export async function submit(base, path, params, pipeline = 'transcode') {
  const form = new FormData();
  form.append('video', new Blob([readFileSync(path)], { type: 'video/mp4' }), path.split('/').pop());
  form.append('job', JSON.stringify({ pipeline, params }));
  return (await api(base, '/videos/upload', { method: 'POST', body: form })).job.id;
}

/** Waits until `look` tells this; fails with what it told last. */
export async function becomes(look, expected) {
  const end = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    const found = await look();
    if (isDeepStrictEqual(found, expected)) return;
    if (Date.now() > end) assert.deepEqual(found, expected);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
