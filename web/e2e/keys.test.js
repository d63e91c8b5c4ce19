// The page of keys: the first one, others, one in the place of another, and the end of one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isFine } from './axe.js';
import { api, completed, openScene } from './scene.js';

let scene;
before(async () => (scene = await openScene()));
after(() => scene?.end());

/** What the server answers to somebody who shows this key. */
const answer = async (key) => (await fetch(`${scene.base}/api/v1/jobs`, { headers: { Authorization: `Bearer ${key}` } })).status;
/** The key that the page shows this once; the page then hides it. */
async function taken(page) {
  const key = await page.inputValue('[data-made] input');
  await page.getByRole('button', { name: 'I have it: hide the key' }).click();
  await page.waitForSelector('[data-made]', { state: 'detached' });
  return key;
}

test('the first key lets this browser in, and others are made, replaced and revoked', async () => {
  const page = await scene.page({ permissions: ['clipboard-read', 'clipboard-write'] });
  page.on('dialog', (dialog) => dialog.accept());
  await page.getByRole('link', { name: 'Keys' }).click();
  await page.waitForSelector('[data-unkeyed]');
  await isFine(page, 'keys before the first');

  await page.getByLabel('Name', { exact: true }).fill('boss');
  await page.getByRole('button', { name: 'Make the key' }).click();
  await page.waitForSelector('[data-made]');
  await page.waitForSelector('[data-unkeyed]', { state: 'detached' });
  await page.getByRole('button', { name: 'Copy: The key boss' }).click();
  await page.getByText('Copied').waitFor();
  await isFine(page, 'a key that was made');
  const boss = await page.inputValue('[data-made] input');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), boss);
  assert.equal(await taken(page), boss);
  assert.equal((await page.content()).includes(boss), false, 'it is shown once');
  assert.equal(await answer(boss), 200);
  assert.equal(await answer('reel_no_such'), 401, 'the door is shut');

  // The form is cleared once all of that is done; what is written before would be, too.
  await page.waitForFunction(() => document.querySelector('#key-name').value === '');
  await page.getByLabel('Name', { exact: true }).fill('camera');
  await page.getByLabel('Tenant', { exact: true }).fill('studio');
  await page.getByLabel('It lives').selectOption('A week');
  await page.getByRole('radio', { name: /^read/ }).check();
  await page.getByRole('button', { name: 'Make the key' }).click();
  const camera = await taken(page);
  const row = page.locator('[data-key]', { hasText: 'camera' });
  assert.match(await row.textContent(), /read.*tenant studio.*never used/s);
  assert.equal(await answer(camera), 200);

  await page.getByRole('button', { name: 'Replace camera' }).click();
  await page.getByLabel('The old one').selectOption('ends at once');
  await isFine(page, 'keys');
  await page.getByRole('button', { name: 'Make the new key' }).click();
  const second = await taken(page);
  assert.notEqual(second, camera);
  assert.deepEqual([await answer(camera), await answer(second)], [401, 200]);

  // Until the old one is among these, there are two of that name.
  await page.getByText('Keys that have ended (1)').waitFor();
  await page.getByRole('button', { name: 'Revoke camera' }).click();
  await page.getByText('Keys that have ended (2)').waitFor();
  assert.equal(await answer(second), 401);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('whoever may not make keys is told so, and is shown none', async () => {
  const page = await scene.tab();
  const made = await page.request.post(`${scene.base}/api/v1/session`, { data: { key: 'reel_no_such' } });
  assert.equal(made.status(), 401);
  const key = await keyOfScope('write');
  await page.goto(`${scene.base}/keys`);
  await page.getByLabel('Key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('which may write').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Keys' }).count(), 0);
  assert.equal(await page.locator('[data-key], form').count(), 0);
  await isFine(page, 'keys for somebody else');
  await page.context().close();
});

test('whoever may only look is offered nothing that would be refused', async () => {
  const admin = await keyOfScope('admin');
  const headers = { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' };
  const form = new FormData();
  form.append('video', new Blob(['words']), 'words.txt');
  form.append('job', JSON.stringify({ pipeline: 'pack', params: { profile: 'archive' } }));
  const made = await api(scene.base, '/videos/upload', { method: 'POST', headers: { Authorization: headers.Authorization }, body: form });
  await completed(scene.base, made.job.id, { headers });

  const page = await scene.tab();
  await page.goto(scene.base);
  await page.getByLabel('Key').fill(await keyOfScope('read'));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('may look and download').waitFor();
  await page.waitForSelector('li[data-status=completed]');
  const offered = () => page.locator('main').getByRole('button').allTextContents();
  assert.deepEqual((await offered()).map((text) => text.replace(/\d/g, '')), ['all', 'completed']);
  await isFine(page, 'the list for a reader');
  await page.getByRole('link', { name: 'words.txt', exact: true }).click();
  await page.waitForSelector('[data-frame]');
  assert.equal((await offered()).some((text) => /Unpack|Delete/.test(text)), false);
  await page.getByRole('link', { name: 'Files' }).click();
  await page.waitForSelector('[data-file]');
  assert.deepEqual(await offered(), []);
  await page.getByRole('link', { name: 'Machines' }).click();
  await page.waitForSelector('[data-worker]');
  assert.deepEqual(await offered(), []);
  await page.context().close();
});

/** As whoever runs the server makes one, beside the server. */
async function keyOfScope(scope) {
  const { execFileSync } = await import('node:child_process');
  return execFileSync(scene.program, ['keys', 'create', '--name', 'guest', '--scope', scope, '--state', `${scene.folder}/state`, '--quiet'], { encoding: 'utf8' }).match(/reel_\w+/)[0];
}
