// Uploads that are paused, cancelled or cut off by a reload.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, clip, drop, openScene, sha256 } from './scene.js';

let scene;
let film;
before(async () => {
  scene = await openScene();
  film = clip(scene.folder, { name: 'large.mp4', secs: 8, size: '1280x720', rate: 30 });
});
after(() => scene?.end());

/** A page on a line so thin that an upload is seen. */
async function thinPage() {
  const page = await scene.page();
  const session = await page.context().newCDPSession(page);
  const line = (bytesPerSec) => session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSec });
  await session.send('Network.enable');
  await line(128 << 10);
  page.on('dialog', (dialog) => dialog.accept());
  return { page, widen: () => line(-1) };
}

/** Some of it has gone up, and the browser has put the file by. */
async function isUnderWay(page) {
  await page.waitForFunction(() => Number(document.querySelector('[data-upload=sending] [role=progressbar]')?.ariaValueNow) > 0);
  await page.waitForFunction(async () => {
    if (!localStorage.getItem('reel-uploads') || !(await indexedDB.databases()).some(({ name }) => name === 'reel')) return false;
    const settled = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: reject }));
    const database = await settled(indexedDB.open('reel'));
    const count = await settled(database.transaction('files').objectStore('files').count());
    database.close();
    return count === 1;
  });
  await page.waitForSelector('[data-upload=sending]');
}

test('an upload that a reload cut off goes on by itself', async () => {
  const { page, widen } = await thinPage();
  await drop(page, film, 'video/mp4');
  await page.getByRole('button', { name: 'Draft' }).click();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await isUnderWay(page);
  const sent = [];
  page.on('request', (request) => request.method() === 'POST' && /\/api\/v1\/(uploads|videos\/upload)$/.test(request.url()) && sent.push(request.url()));
  // The server may still be writing what came before, and then says so (423) until it is done.
  const asked = page.waitForResponse((answer) => answer.request().method() === 'HEAD' && answer.url().includes('/api/v1/uploads/') && answer.status() !== 423);
  await page.reload();
  // How little is sent twice is measured in tus.test.js; here, that the same upload is gone on with.
  assert.ok((await asked).ok(), 'the server still has it');
  await widen();
  await page.waitForSelector('li[data-status=completed]');
  const [upload] = (await api(scene.base, '/videos')).items;
  assert.equal(upload.sha256, sha256(film));
  assert.deepEqual(sent, [], 'no other was begun');
  assert.equal((await api(scene.base, '/jobs')).items.length, 1, 'one job, not two');
  await page.context().close();
});

test('an upload whose file the browser did not keep goes on when the file is brought again', async () => {
  const { page, widen } = await thinPage();
  const path = clip(scene.folder, { name: 'brought.mp4', secs: 8, size: '1280x720', rate: 24 });
  await drop(page, path, 'video/mp4');
  await page.getByRole('button', { name: 'Draft' }).click();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await isUnderWay(page);
  await page.evaluate(() => {
    const opening = indexedDB.open('reel');
    return new Promise((resolve, reject) => {
      opening.onerror = reject;
      opening.onsuccess = () => {
        const change = opening.result.transaction('files', 'readwrite');
        change.objectStore('files').clear();
        change.oncomplete = resolve;
      };
    });
  });
  await page.reload();
  await page.waitForSelector('[data-upload=missing]');
  await widen();
  await drop(page, path, 'video/mp4');
  const row = page.locator('li[data-status=completed]', { hasText: 'brought.mp4' });
  await row.waitFor();
  const { sources } = await api(scene.base, `/jobs/${await row.getAttribute('data-job')}`);
  assert.equal(sources[0].sha256, sha256(path));
  await page.context().close();
});

test('an upload is paused, goes on, and is cancelled', async () => {
  const { page } = await thinPage();
  await drop(page, clip(scene.folder, { name: 'other.mp4', secs: 8, size: '1280x720', rate: 30 }), 'video/mp4');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await isUnderWay(page);
  await page.getByRole('button', { name: 'Pause other.mp4' }).click();
  await page.waitForSelector('[data-upload=paused]');
  await page.getByRole('button', { name: 'Go on with other.mp4' }).click();
  await page.waitForSelector('[data-upload=sending]');
  await page.getByRole('button', { name: 'Cancel other.mp4' }).click();
  await page.waitForSelector('[data-upload]', { state: 'detached' });
  await page.reload();
  await page.waitForSelector('[data-connection=live]', { state: 'attached' });
  assert.equal(await page.locator('[data-upload]').count(), 0);
  const stored = (await api(scene.base, '/videos')).items.map(({ filename }) => filename);
  assert.equal(stored.includes('other.mp4'), false);
  await page.context().close();
});
