// Who cannot see or cannot use a mouse: axe on each page in both colours, and the keyboard.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { api, clip, drop, openScene, submit } from './scene.js';

const AXE = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

let scene;
let film;
let job;
before(async () => {
  scene = await openScene();
  film = clip(scene.folder);
  job = await submit(scene.base, film, { codec: 'h264', preset: 'ultrafast', chunk: '1' });
  await api(scene.base, `/jobs/${job}?wait=30`);
});
after(() => scene.end());

/** What axe has against a page that is serious or worse. */
async function serious(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return bad.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
}

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
