// Who cannot see or cannot use a mouse: axe on each page in both colours, and the keyboard.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serious } from './axe.js';
import { clip, completed, drop, openScene, submit } from './scene.js';

let scene;
let film;
let job;
before(async () => {
  scene = await openScene();
  film = clip(scene.folder);
  job = await submit(scene.base, film, { codec: 'h264', preset: 'ultrafast', chunk: '1' });
  await completed(scene.base, job);
});
after(() => scene?.end());

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 390]) {
    test(`axe finds nothing serious, ${colorScheme}, ${width} pixels`, async () => {
      const page = await scene.page({ colorScheme, reducedMotion: 'reduce', viewport: { width, height: 844 } });
      await page.waitForSelector('li[data-status=completed]');
      assert.deepEqual(await serious(page), [], 'the list');
      await drop(page, film, 'video/mp4');
      await page.getByText('More settings').click();
      assert.deepEqual(await serious(page), [], 'the form');
      await page.goto(`${scene.base}/jobs/${job}`);
      await page.waitForSelector('video');
      await page.getByText('completed', { exact: true }).first().waitFor();
      assert.deepEqual(await serious(page), [], 'the job');
      await page.goto(`${scene.base}/machines`);
      await page.waitForSelector('[data-worker]');
      assert.deepEqual(await serious(page), [], 'the machines');
      await page.goto(`${scene.base}/keys`);
      await page.waitForSelector('[data-unkeyed]');
      assert.deepEqual(await serious(page), [], 'the keys');
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'nothing sticks out');
      await page.context().close();
    });
  }
}

test('a job is found and opened with the keyboard alone', async () => {
  const page = await scene.page();
  await page.waitForSelector('[data-row]');
  await page.keyboard.press('/');
  await page.keyboard.type('clip');
  await page.keyboard.press('Tab');
  await page.keyboard.press('j');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'clip.mp4');
  await page.keyboard.press('Enter');
  await page.waitForSelector(`article[data-job="${job}"]`);
  await page.context().close();
});
