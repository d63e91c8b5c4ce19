// Many tabs, one stream of events.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clip, openPage, openScene, submit } from './scene.js';

/** Browsers allow a server six connections. */
const TABS = 8;

let scene;
before(async () => (scene = await openScene()));
after(() => scene?.end());

async function allLive(context, name) {
  const pages = [];
  for (let tab = 0; tab < TABS; tab += 1) pages.push(await openPage(scene.browser, scene.base, { context }));
  const id = await submit(scene.base, clip(scene.folder, { name }), { codec: 'h264', preset: 'ultrafast' });
  await Promise.all(pages.map((page) => page.waitForSelector(`li[data-job="${id}"][data-status=completed]`)));
  for (const page of pages) assert.deepEqual(page.complaints, []);
  return pages;
}

test('eight tabs are live at once', async () => {
  const context = await scene.browser.newContext();
  await allLive(context, 'shared.mp4');
  await context.close();
});

test('eight tabs are live without a shared worker, also when the one that leads is closed', async () => {
  const context = await scene.browser.newContext();
  await context.addInitScript(() => delete globalThis.SharedWorker);
  const [leader, ...others] = await allLive(context, 'led.mp4');
  await leader.close();
  const id = await submit(scene.base, clip(scene.folder, { name: 'after.mp4', secs: 2 }), { codec: 'h264', preset: 'ultrafast' });
  await Promise.all(others.map((page) => page.waitForSelector(`li[data-job="${id}"][data-status=completed]`)));
  await context.close();
});
