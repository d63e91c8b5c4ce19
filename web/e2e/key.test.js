// A server that wants a key: what the page asks, and that a cookie then does for players and streams.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { api, clip, drop, openScene } from './scene.js';

let scene;
before(async () => (scene = await openScene()));
after(() => scene?.end());

test('a page that is signed out asks for a key, and works with it', async () => {
  const page = await scene.page();
  // The first key closes the door that was open to this machine.
  const made = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'page', scope: 'write' }) };
  const { key } = await api(scene.base, '/keys', made);
  await page.context().close();

  const tab = await scene.tab();
  await tab.goto(scene.base);
  await tab.getByLabel('Key').fill('reel_no_such');
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.getByRole('alert').waitFor();
  await tab.getByLabel('Key').fill(key);
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.waitForSelector('[data-connection=live]', { state: 'attached' });

  await drop(tab, clip(scene.folder), 'video/mp4');
  await tab.getByRole('button', { name: 'Start', exact: true }).click();
  await tab.waitForSelector('li[data-status=completed]');
  await tab.getByRole('link', { name: 'clip.mp4', exact: true }).click();
  await tab.waitForFunction(() => document.querySelector('video')?.readyState >= 1);
  assert.equal((await tab.content()).includes(key), false, 'the key stands nowhere on the page');
  assert.equal(await tab.evaluate((key) => JSON.stringify(localStorage).includes(key), key), false);

  await tab.getByRole('button', { name: 'Sign out' }).click();
  await tab.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal(await tab.locator('[data-job]').count(), 0);
  await tab.context().close();
});
