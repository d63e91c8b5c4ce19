// Packed files, picture by picture.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isFine } from './axe.js';
import { api, completed, openScene, submit } from './scene.js';

let scene;
let path;
before(async () => {
  scene = await openScene();
  path = join(scene.folder, 'letters.zip');
  writeFileSync(path, randomBytes(150_000));
});
after(() => scene?.end());

async function packed(params) {
  return completed(scene.base, await submit(scene.base, path, params, 'pack'));
}

test('the pictures of a packed AVI are stepped through, each with what it is for', async () => {
  const job = await packed({ profile: 'archive' });
  const page = await scene.page({ path: `/jobs/${job.id}` });
  const is = (at, kind) => page.waitForSelector(`[data-frame="${at}"][data-kind=${kind}]`);
  const isSeen = () => page.waitForFunction(() => document.querySelector('[data-frame] img')?.complete && document.querySelector('[data-frame] img').naturalWidth > 0);
  await is(0, 'title');
  await isSeen();
  await isFine(page, 'a packed file');

  const { count, listed } = await api(scene.base, `/jobs/${job.id}/pictures?name=${job.outputs[0].name}`);
  assert.equal(count, job.metadata.frames);
  const data = listed.find(({ kind }) => kind === 'data').number;
  await page.getByLabel('Picture', { exact: false }).and(page.locator('input[type=number]')).fill(String(data + 1));
  await page.keyboard.press('Enter');
  await is(data, 'data');
  await isSeen();
  await page.getByText(/^Frame \d+: \d+ symbols of block/).waitFor();
  await isFine(page, 'a picture of data');

  // What is shown is what stands in the file.
  const get = async (url) => Buffer.from(await (await fetch(scene.base + url)).arrayBuffer());
  const avi = await get(job.outputs[0].url);
  const jpeg = await get(new URL(await page.getAttribute('[data-frame] img', 'src'), scene.base).href.slice(scene.base.length));
  assert.deepEqual([...jpeg.subarray(0, 2)], [0xff, 0xd8]);
  assert.ok(avi.includes(jpeg));

  await page.getByRole('button', { name: 'Next picture' }).focus();
  await page.keyboard.press(',');
  await page.waitForSelector(`[data-frame="${data - 1}"]`);
  await page.keyboard.press('End');
  await page.waitForSelector(`[data-frame="${count - 1}"]`);
  await page.keyboard.press('Home');
  await is(0, 'title');
  await page.getByRole('button', { name: 'Play the pictures' }).click();
  // They go on, and rest at the last.
  await page.waitForFunction(() => Number(document.querySelector('[data-frame]').dataset.frame) >= 2);
  await page.keyboard.press('Home');
  await is(0, 'title');
  await page.getByRole('button', { name: 'Play the pictures' }).waitFor();
  await page.getByRole('button', { name: 'Pixel by pixel' }).click();
  await isFine(page, 'pixel by pixel');
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

for (const [params, name] of [[{ profile: 'share' }, 'MP4'], [{ profile: 'share', matroska: true }, 'Matroska']]) {
  test(`a packed ${name} is stepped through by the browser's own player`, async () => {
    const job = await packed(params);
    const page = await scene.page({ path: `/jobs/${job.id}` });
    await page.waitForFunction(() => document.querySelector('video')?.readyState >= 2);
    await page.getByRole('button', { name: 'Next picture' }).click();
    await page.keyboard.press('.');
    await page.waitForSelector('video[data-frame="2"]');
    const perSec = job.metadata.frames / job.metadata.duration_secs;
    await page.waitForFunction((perSec) => Math.floor(document.querySelector('video').currentTime * perSec) === 2, perSec);
    await page.getByText(`of ${job.metadata.frames}`).waitFor();
    await isFine(page, `a packed ${name}`);
    await page.getByRole('button', { name: 'Unpack it' }).click();
    await page.waitForSelector(`article[data-status=completed] [data-sha256="${job.sources[0].sha256}"]`);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });
}
