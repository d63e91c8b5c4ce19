// A film from the drop to the download.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isFine } from './axe.js';
import { api, clip, completed, drop, openScene, sha256, submit } from './scene.js';

let scene;
before(async () => (scene = await openScene()));
after(() => scene?.end());

test('a film that is dropped is transcoded, played and downloaded', async () => {
  const page = await scene.page({ acceptDownloads: true });
  await drop(page, clip(scene.folder), 'video/mp4');
  await page.getByRole('button', { name: 'Draft' }).click();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  const id = await page.getAttribute('li[data-status=completed]', 'data-job');
  await page.getByRole('link', { name: 'clip.mp4', exact: true }).click();

  await page.waitForSelector('video');
  await page.evaluate(() => document.querySelector('video').play());
  await page.waitForFunction(() => document.querySelector('video').currentTime > 0.5);
  assert.equal(await page.evaluate(() => document.querySelector('video').videoHeight), 180, 'nothing is enlarged');

  const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-download]')]);
  const path = join(scene.folder, 'downloaded.mp4');
  await download.saveAs(path);
  const job = await api(scene.base, `/jobs/${id}`);
  assert.equal(sha256(path), job.outputs[0].sha256);
  assert.equal(await page.getAttribute('[data-sha256]', 'data-sha256'), job.outputs[0].sha256);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

/** Long enough to be found still playing. */
const FILM_SECS = 30;

test('source and result are laid over each other, also where the source is on the server alone', async () => {
  const id = await submit(scene.base, clip(scene.folder, { name: 'two.mp4', secs: FILM_SECS }), { codec: 'vp9', container: 'webm', preset: 'ultrafast' });
  await completed(scene.base, id);
  const page = await scene.page({ path: `/jobs/${id}` });
  await page.getByRole('button', { name: 'Before and after' }).click();
  await page.waitForFunction(() => {
    const films = [...document.querySelectorAll('[data-compare] video')];
    return films.length === 2 && films.every((film) => film.readyState >= 2 && film.videoWidth > 0);
  });
  assert.ok((await page.getAttribute('video[aria-label=Source]', 'src')).endsWith(`/jobs/${id}/sources/0`));
  await isFine(page, 'before and after');

  // The line by keys, then both films by keys.
  const line = page.getByLabel('How much of the source is seen');
  await line.focus();
  await page.keyboard.press('End');
  assert.equal(await line.inputValue(), '100');
  await page.keyboard.press(' ');
  // The source is put wrong; what is seen is noted in the page, which a slow machine may leave unasked for a while.
  await page.evaluate(() => {
    const [after, before] = document.querySelectorAll('[data-compare] video');
    let isWrong = false;
    after.addEventListener('timeupdate', () => {
      if (after.paused || before.paused || after.currentTime < 0.3) return;
      if (!isWrong) before.currentTime = after.currentTime + 5;
      else if (Math.abs(after.currentTime - before.currentTime) < 0.3) document.body.dataset.together = 'true';
      isWrong = true;
    });
  });
  await page.waitForSelector('[data-together]');
  await page.keyboard.press(' ');
  const rests = (expected) =>
    page.waitForFunction((expected) => {
      const [after, before] = document.querySelectorAll('[data-compare] video');
      return after.paused && before.paused && after.currentTime === before.currentTime && (expected === null || after.currentTime === expected);
    }, expected);
  await rests(null);
  // To the beginning, from wherever a slow machine was when the key came.
  for (let secs = FILM_SECS; secs > 0; secs -= 5) await page.keyboard.press('j');
  await rests(0);
  await page.keyboard.press('.');
  await rests(0.04);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('a film that the browser cannot play says so, and one that plays is made of it', async () => {
  const id = await submit(scene.base, clip(scene.folder, { name: 'hevc.mp4', secs: 1 }), { codec: 'hevc', preset: 'ultrafast' });
  await completed(scene.base, id);
  const page = await scene.page({ path: `/jobs/${id}` });
  await page.waitForSelector('[data-cannot]');
  await isFine(page, 'what cannot be played');
  await page.getByRole('button', { name: 'Make one that plays here' }).click();
  await page.waitForFunction((id) => location.pathname !== `/jobs/${id}` && document.querySelector('video')?.videoWidth > 0, id);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('news of a job leaves alone what plays', async () => {
  const id = await submit(scene.base, clip(scene.folder, { name: 'news.mp4' }), { codec: 'h264', preset: 'ultrafast' });
  await completed(scene.base, id);
  const context = await scene.browser.newContext();
  // The reader of events then lives in the page, where it can be asked to tell of a job again.
  await context.addInitScript(() => delete globalThis.SharedWorker);
  const page = await scene.page({ context, path: `/jobs/${id}` });
  await page.waitForSelector('video');
  const isSame = await page.evaluate(async (id) => {
    const player = document.querySelector('video');
    const channel = new BroadcastChannel('reel-live');
    const told = new Promise((resolve) => (channel.onmessage = ({ data }) => data.told?.kind === 'job' && resolve()));
    channel.postMessage({ asked: { kind: 'look', id } });
    await told;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return player.isConnected && player === document.querySelector('video');
  }, id);
  assert.ok(isSame, 'it is the player that was there before');
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test('a job that fails shows its reason', async () => {
  const page = await scene.page();
  const path = join(scene.folder, 'words.mp4');
  writeFileSync(path, 'these are words and no film');
  await drop(page, path, 'video/mp4');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  const row = page.locator('li[data-status=failed]', { hasText: 'words.mp4' });
  const { error } = await api(scene.base, `/jobs/${await row.getAttribute('data-job')}`);
  await row.getByRole('link', { name: 'words.mp4', exact: true }).click();
  // The page has the file's own name where the message has the place in the store.
  const words = error.message.split(' ').slice(1).join(' ');
  assert.ok(words.length > 0);
  const told = await page.textContent('[data-reason]');
  assert.ok(told.includes(`words.mp4 ${words}`), told);
  await page.context().close();
});

test('any file is packed; its video is seen picture by picture, and unpacks again', async () => {
  const page = await scene.page();
  const path = join(scene.folder, 'notes.txt');
  writeFileSync(path, 'bring the tripod\n'.repeat(1000));
  await drop(page, path, 'text/plain');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  const row = page.locator('li[data-status=completed]', { hasText: 'notes.txt' });
  await row.getByRole('link', { name: 'notes.txt', exact: true }).click();
  await page.waitForSelector('[data-frame]');
  await page.getByRole('button', { name: 'Unpack it' }).click();
  await page.waitForSelector(`article[data-status=completed] [data-sha256="${sha256(path)}"]`);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('a job that is cancelled stops, and can be tried again', async () => {
  const page = await scene.page();
  await drop(page, clip(scene.folder, { name: 'long.mp4', secs: 40, size: '1280x720', rate: 30 }), 'video/mp4');
  await page.getByLabel('Speed').selectOption('veryslow');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await page.waitForSelector('li[data-status=running]');
  await page.getByRole('button', { name: 'Cancel long.mp4' }).click();
  await page.waitForSelector('li[data-status=cancelled]');
  const id = await page.getAttribute('li[data-status=cancelled]', 'data-job');
  assert.equal((await api(scene.base, `/jobs/${id}`)).status, 'cancelled');
  await page.getByRole('button', { name: 'Try long.mp4 again' }).click();
  await page.waitForSelector('li[data-status=running]');
  await page.getByRole('button', { name: 'Cancel long.mp4' }).click();
  await page.waitForSelector('li[data-status=cancelled]');
  await page.context().close();
});

test('an address that the server refuses is told in its own words', async () => {
  const page = await scene.page();
  await page.getByRole('button', { name: 'Paste a URL' }).click();
  await page.getByLabel('Address of a film').fill('http://127.0.0.1:9/film.mp4');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  // News goes by: it is waited for before it is made.
  const [answer, told] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith('/api/v1/jobs') && response.request().method() === 'POST'),
    page.locator('.toast').textContent(),
    page.getByRole('button', { name: 'Start', exact: true }).click(),
  ]);
  const { detail } = await answer.json();
  assert.equal(answer.ok(), false);
  assert.ok(told.toLowerCase().includes(detail.toLowerCase()), `${told} for ${detail}`);
  await page.context().close();
});
