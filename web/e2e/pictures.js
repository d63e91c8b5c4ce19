// Takes the pictures of the page that are in docs/pictures.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { api, clip, drop, openScene, submit } from './scene.js';

const OUT = process.env.REEL_PICTURES ?? new URL('../../docs/pictures/', import.meta.url).pathname;
mkdirSync(OUT, { recursive: true });
const scene = await openScene();
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
const slow = film('the long way home.mp4', { secs: 40, size: '640x360' });
await submit(scene.base, slow, { codec: 'h264', preset: 'slower', chunk: '2' });
await submit(scene.base, film('garden.mp4', { secs: 3 }), { codec: 'hevc', preset: 'medium' });

for (const [name, options] of [['', { ...WIDE, colorScheme: 'light' }], ['-phone', { ...PHONE, colorScheme: 'dark' }]]) {
  const page = await scene.page(options);
  if (!name) await page.waitForFunction(() => document.querySelectorAll('li[data-status=running] rect.done').length > 2);
  await page.waitForFunction(() => document.querySelectorAll('[data-job]').length === 5);
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
await dark.goto(`${scene.base}/machines`);
await dark.waitForSelector('[data-worker]');
await take(dark, 'page-machines-dark');
await scene.end();
