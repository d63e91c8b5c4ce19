// What was sent: used again without sending it again, downloaded, deleted.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isFine } from './axe.js';
import { api, becomes, clip, completed, openScene, sha256, submit } from './scene.js';

let scene;
before(async () => (scene = await openScene()));
after(() => scene?.end());

test('a file that is here is made new work of, downloaded and deleted', async () => {
  const path = clip(scene.folder, { name: 'market.mp4', secs: 15 });
  await completed(scene.base, await submit(scene.base, path, { codec: 'h264', preset: 'ultrafast' }));
  const page = await scene.page({ path: '/files', acceptDownloads: true });
  page.on('dialog', (dialog) => dialog.accept());
  await page.waitForSelector('[data-file]');
  await page.getByText('320 × 180 · h264 · aac').waitFor();
  await isFine(page, 'files');

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download market.mp4' }).click()]);
  await download.saveAs(join(scene.folder, 'back.mp4'));
  assert.equal(sha256(join(scene.folder, 'back.mp4')), sha256(path));

  const sent = [];
  page.on('request', (request) => /\/(uploads|videos\/upload)/.test(request.url()) && request.method() !== 'OPTIONS' && sent.push(request.url()));
  await page.getByRole('button', { name: 'New work with market.mp4' }).click();
  await page.getByText('here already').waitFor();
  await page.getByRole('button', { name: 'Draft' }).click();
  await page.getByRole('button', { name: 'Try the first 10 s' }).click();
  await page.waitForSelector('[data-trial=done]');
  await page.getByRole('button', { name: 'Do the whole' }).click();
  const told = async () => (await api(scene.base, '/jobs')).items.map(({ sources, params, status }) => [sources[0].filename, params.resolution ?? null, status]);
  await becomes(told, [['market.mp4', '480p', 'completed'], ['market.mp4', null, 'completed']]);
  assert.deepEqual(sent, [], 'nothing is sent again');

  await page.getByRole('link', { name: 'Files' }).click();
  await page.getByRole('button', { name: 'Delete market.mp4' }).click();
  await page.getByText('Nothing was sent here yet').waitFor();
  assert.deepEqual((await api(scene.base, '/videos')).items, []);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
