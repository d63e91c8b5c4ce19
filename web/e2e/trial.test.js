// The first ten seconds of a film, tried before all of it is done.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isFine } from './axe.js';
import { api, becomes, clip, drop, openScene, sha256 } from './scene.js';

let scene;
before(async () => (scene = await openScene()));
after(() => scene?.end());

test('a trial shows what becomes of a film, is repeated with other settings, and leaves nothing behind', async () => {
  const page = await scene.page();
  const path = clip(scene.folder, { name: 'walk.mp4', secs: 40 });
  await drop(page, path, 'video/mp4');
  await page.getByRole('button', { name: 'Draft' }).click();
  await page.getByRole('button', { name: 'Try the first 10 s' }).click();
  await page.waitForSelector('[data-trial=done]');
  const [trial] = (await api(scene.base, '/jobs')).items;
  assert.deepEqual([trial.sources[0].filename, trial.priority], ['first 10 s of walk.mp4', 10]);
  assert.ok(Math.abs(trial.metadata.duration_secs - 10) < 0.2, `${trial.metadata.duration_secs} s`);

  // Four times as long is four times as large.
  const expected = Number(await page.getAttribute('[data-expected-bytes]', 'data-expected-bytes'));
  assert.ok(Math.abs(expected / trial.outputs[0].size - 4) < 0.1, `${expected} of ${trial.outputs[0].size}`);
  assert.ok(Number(await page.getAttribute('[data-expected-secs]', 'data-expected-secs')) > 0);
  await page.waitForFunction(() => document.querySelector('[data-trial] video')?.readyState >= 1);
  await page.locator('[data-trial]').getByRole('button', { name: 'Before and after' }).click();
  await page.waitForFunction(() => [...document.querySelectorAll('[data-compare] video')].filter((film) => film.readyState >= 2).length === 2);
  await isFine(page, 'a trial');

  await page.getByLabel('Quality (CRF)').fill('40');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.waitForFunction((before) => {
    const told = document.querySelector('[data-expected-bytes]');
    return told && Number(told.dataset.expectedBytes) < before;
  }, expected);

  await page.locator('[data-trial]').getByRole('button', { name: 'Do the whole' }).click();
  // The trial's job is named after the film too, so the server is asked, and not which names the list shows.
  const left = async () =>
    (await api(scene.base, '/jobs')).items.map(({ params, sources, status }) => [params.crf, sources[0].sha256, status]);
  await becomes(left, [[40, sha256(path), 'completed']]);
  await page.waitForSelector('li[data-status=completed]:has-text("walk.mp4")');
  await page.waitForFunction(() => document.querySelectorAll('[data-job]').length === 1);
  // It was sent once, and what was cut off it is gone.
  await becomes(async () => (await api(scene.base, '/videos')).items.map(({ filename }) => filename), ['walk.mp4']);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('of a short film the trial is all there is, and starting it keeps the result', async () => {
  const page = await scene.page();
  await drop(page, clip(scene.folder, { name: 'short.mp4', secs: 3 }), 'video/mp4');
  await page.getByRole('button', { name: 'Try the first 10 s' }).click();
  await page.getByText('All of it, since it is short').waitFor();
  const [asked] = await Promise.all([
    page.waitForResponse((answer) => answer.url().endsWith('/api/v1/jobs') && answer.request().method() === 'POST'),
    page.getByRole('button', { name: 'Start', exact: true }).click(),
  ]);
  assert.ok(asked.ok());
  await page.waitForSelector('[data-trial]', { state: 'detached' });
  await page.waitForSelector('li[data-status=completed]:has-text("short.mp4")');
  const jobs = (await api(scene.base, '/jobs')).items.filter(({ sources }) => sources[0].filename === 'short.mp4');
  assert.equal(jobs.length, 1);
  await page.context().close();
});

test('what is no film cannot be tried, and says so', async () => {
  const page = await scene.page();
  const { writeFileSync } = await import('node:fs');
  const path = `${scene.folder}/words.mp4`;
  writeFileSync(path, 'these are words');
  await drop(page, path, 'video/mp4');
  await page.getByRole('button', { name: 'Try the first 10 s' }).click();
  await page.getByText('words.mp4 is no film').waitFor();
  await page.getByRole('button', { name: 'Put all away' }).click();
  await page.waitForSelector('[data-trial]', { state: 'detached' });
  await page.context().close();
});
