// A server with an empty folder, a browser, and the films that tests send.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { chromium } from 'playwright-core';
import { PATIENCE_MILLIS, PROGRAM, serve } from './served.js';

export const CHROMIUM = process.env.REEL_CHROMIUM ?? '/usr/bin/chromium';
export const FFMPEG = process.env.REEL_FFMPEG ?? 'ffmpeg';

const QUIET = ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
// The browser's own sandbox does not run as root.
const SANDBOX = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

/** Everything a test needs; `end` puts it away. */
export async function openScene(...flags) {
  const folder = mkdtempSync(join(tmpdir(), 'reel-page-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const server = await serve(join(folder, 'state'), flags);
  const browser = await openBrowser().catch(async (error) => {
    await server.stop();
    throw error;
  });
  const end = async () => {
    try {
      await browser.close();
    } finally {
      await server.stop();
      remove();
    }
  };
  const { base } = server;
  return { base, browser, folder, end, program: PROGRAM, tab: (options) => openTab(browser, options), page: (options) => openPage(browser, base, options) };
}

/** A browser without a window. */
export const openBrowser = () => chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...SANDBOX], timeout: PATIENCE_MILLIS });

/** An empty tab of a browser that nobody has used. `complaints` is what the browser had against what it was shown. */
async function openTab(browser, { context, ...options } = {}) {
  const own = context ?? (await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options }));
  own.setDefaultTimeout(PATIENCE_MILLIS);
  const page = await own.newPage();
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(error.message));
  page.on('console', (message) => {
    const isRefusal = /Content Security Policy|Refused to/.test(message.text());
    if (isRefusal || message.type() === 'warning') page.complaints.push(message.text());
  });
  return page;
}

/** A page that is live. */
export async function openPage(browser, base, { path = '/', ...options } = {}) {
  const page = await openTab(browser, options);
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

const ENDED = new Set(['completed', 'failed', 'cancelled']);

/** The job once it has come to a good end; fails with what went wrong. */
export async function completed(base, id, init) {
  const end = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    const job = await api(base, `/jobs/${id}?wait=30`, init);
    if (ENDED.has(job.status) || Date.now() > end) {
      assert.equal(job.status, 'completed', JSON.stringify(job.error));
      return job;
    }
  }
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
