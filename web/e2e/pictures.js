// Takes the pictures of the page that are in docs/pictures.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { api, clip, drop, openScene, submit } from './scene.js';

const OUT = process.env.REEL_PICTURES ?? new URL('../../docs/pictures/', import.meta.url).pathname;
mkdirSync(OUT, { recursive: true });
const scene = await openScene('--allow-private', '127.0.0.0/8');
const WIDE = { viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce', timezoneId: 'UTC', locale: 'en-GB' };
const PHONE = { ...WIDE, viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
const take = (page, name, options) => page.screenshot({ path: join(OUT, `${name}.png`), ...options });

const first = await scene.page({ ...WIDE, colorScheme: 'light' });
await take(first, 'page-empty');
await first.context().close();

const film = (name, options) => clip(scene.folder, { name, secs: 12, size: '1280x720', rate: 25, ...options });
const draft = { codec: 'h264', preset: 'ultrafast', chunk: '1' };
const done = await submit(scene.base, film('harbour at dawn.mp4'), draft);
await api(scene.base, `/jobs/${done}?wait=60`);
const broken = film('tram.mp4', { secs: 1 });
const { writeFileSync } = await import('node:fs');
writeFileSync(broken, 'no film');
const failed = await submit(scene.base, broken, { codec: 'h264' });
await api(scene.base, `/jobs/${failed}?wait=60`);
const small = await submit(scene.base, film('interview, take 3.mp4', { secs: 5, size: '640x360' }), { codec: 'vp9', container: 'webm', preset: 'ultrafast' });
await api(scene.base, `/jobs/${small}?wait=60`);
const rough = await submit(scene.base, film('ferry, rough.mp4', { secs: 6 }), { codec: 'h264', preset: 'ultrafast', crf: 44 });
await api(scene.base, `/jobs/${rough}?wait=60`);
const slow = film('the long way home.mp4', { secs: 40, size: '640x360' });
const long = await submit(scene.base, slow, { codec: 'h264', preset: 'slower', chunk: '2' });
await submit(scene.base, film('garden.mp4', { secs: 3 }), { codec: 'hevc', preset: 'medium' });

for (const [name, options] of [['', { ...WIDE, colorScheme: 'light' }], ['-phone', { ...PHONE, colorScheme: 'dark' }]]) {
  const page = await scene.page(options);
  if (!name) await page.waitForFunction(() => document.querySelectorAll('li[data-status=running] rect.done').length > 2);
  await page.waitForFunction(() => document.querySelectorAll('[data-job]').length === 6);
  await take(page, `page-jobs${name}`);
  await drop(page, slow, 'video/mp4');
  await page.getByRole('button', { name: 'Plays everywhere' }).waitFor();
  await take(page, `page-form${name}`, { fullPage: true });
  await page.goto(`${scene.base}/jobs/${done}`);
  await page.waitForSelector('video');
  await page.evaluate(async () => {
    const film = document.querySelector('video');
    film.muted = true;
    await film.play();
  });
  await page.waitForFunction(() => document.querySelector('video').currentTime > 0.4);
  await page.evaluate(() => document.querySelector('video').pause());
  await page.waitForSelector('dl');
  await take(page, `page-job${name}`, { fullPage: true });
  await page.context().close();
}
const dark = await scene.page({ ...WIDE, colorScheme: 'dark' });
await dark.waitForSelector('[data-job]');
await take(dark, 'page-jobs-dark');
await dark.goto(`${scene.base}/jobs/${failed}`);
await dark.waitForSelector('[data-reason]');
await take(dark, 'page-failed-dark');
await dark.goto(`${scene.base}/keys`);
await dark.waitForSelector('[data-unkeyed]');
await take(dark, 'page-keys-dark');
await dark.goto(`${scene.base}/machines`);
await dark.waitForSelector('[data-worker]');
await take(dark, 'page-machines-dark');
await dark.context().close();

// Source and result side by side.
const wide = await scene.page({ ...WIDE, colorScheme: 'light', path: `/jobs/${rough}` });
await wide.getByRole('button', { name: 'Before and after' }).click();
await wide.waitForFunction(() => [...document.querySelectorAll('[data-compare] video')].filter((film) => film.readyState >= 2).length === 2);
for (let step = 0; step < 12; step += 1) await wide.keyboard.press('.');
await wide.getByLabel('Where in the film').fill('1');
await wide.waitForFunction(() => [...document.querySelectorAll('[data-compare] video')].every((film) => film.currentTime > 0.9 && !film.seeking));
await take(wide, 'page-compare');

// The first ten seconds.
await wide.goto(scene.base);
await wide.waitForSelector('[data-connection=live]', { state: 'attached' });
await drop(wide, slow, 'video/mp4');
await wide.getByRole('button', { name: 'Phone' }).click();
await wide.getByRole('button', { name: 'Try the first 10 s' }).click();
await wide.waitForSelector('[data-trial=done] video');
await wide.locator('[data-trial]').evaluate((panel) => panel.scrollIntoView({ block: 'end' }));
await wide.waitForFunction(() => document.querySelector('[data-trial] video').readyState >= 2);
await take(wide, 'page-trial');

// A packed file.
const { randomBytes } = await import('node:crypto');
const letters = join(scene.folder, 'letters.zip');
writeFileSync(letters, randomBytes(3_000_000));
const packed = await submit(scene.base, letters, { profile: 'archive' }, 'pack');
await api(scene.base, `/jobs/${packed}?wait=60`);
await wide.goto(`${scene.base}/jobs/${packed}`);
await wide.waitForSelector('[data-frame="0"][data-kind]');
await wide.locator('input[type=number]').fill('11');
await wide.keyboard.press('Enter');
await wide.waitForSelector('[data-frame="10"][data-kind=data]');
await wide.waitForFunction(() => document.querySelector('[data-frame] img').complete && document.querySelector('[data-frame] img').naturalWidth > 0);
// Noise, which PNG cannot make smaller.
await wide.screenshot({ path: join(OUT, 'page-packed.jpg'), type: 'jpeg', quality: 55 });

// Webhooks, with somebody who listens.
const { createServer } = await import('node:http');
const listener = createServer((request, response) => request.resume().on('end', () => response.end()));
await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
const hook = { url: `http://127.0.0.1:${listener.address().port}/reel`, description: 'the library' };
await api(scene.base, '/webhooks', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(hook) });
// What stands before it would take a while.
await api(scene.base, `/jobs/${long}/cancel`, { method: 'POST' }).catch(() => 'it has ended');
await submit(scene.base, film('ferry.mp4', { secs: 2, size: '320x180' }), draft);
await wide.goto(`${scene.base}/webhooks`);
await wide.getByRole('button', { name: 'Send a test' }).click();
await wide.waitForFunction(() => document.querySelectorAll('[data-delivery=delivered]').length > 1);
await take(wide, 'page-webhooks');
await wide.context().close();
await scene.end();
listener.closeAllConnections();
listener.close();
