// The order of what waits, by hand and by keys; and a worker that is let go.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isFine } from './axe.js';
import { api, becomes, clip, openScene, submit } from './scene.js';

const NAMES = ['one.mp4', 'two.mp4', 'three.mp4', 'four.mp4', 'five.mp4'];
let scene;
before(async () => (scene = await openScene('--tasks', '1')));
after(() => scene?.end());

const post = (path) => api(scene.base, path, { method: 'POST' });
const shown = (page) => page.locator('li[data-status=queued] [data-row]').allTextContents();
/** Names as the server would begin them. */
async function queued() {
  const { items } = await api(scene.base, '/jobs?status=queued');
  items.sort((a, b) => b.priority - a.priority || a.created_at_millis - b.created_at_millis);
  return items.map(({ sources }) => sources[0].filename);
}
/** Until page and server both have this order. */
async function is(page, expected) {
  await page.waitForFunction((expected) => [...document.querySelectorAll('li[data-status=queued] [data-row]')].map((row) => row.textContent).join() === expected, expected.join());
  await becomes(queued, expected);
}

test('what waits is put in another order by dragging and by keys, and is begun in that order', async () => {
  await post('/system/queue/pause');
  const ids = [];
  for (const [index, name] of NAMES.entries()) ids.push(await submit(scene.base, clip(scene.folder, { name, secs: 1 + index / 10 }), { codec: 'h264', preset: 'ultrafast' }));
  const page = await scene.page();
  await page.waitForFunction(() => document.querySelectorAll('li[data-status=queued]').length === 5);
  assert.deepEqual(await shown(page), NAMES);
  await isFine(page, 'a queue');

  const grip = (name) => page.getByRole('button', { name: `Move ${name}` });
  const middle = async (locator) => {
    const { x, y, width, height } = await locator.boundingBox();
    return [x + width / 2, y + height / 2];
  };
  // To the second place: above the middle of what stands there.
  const [x, y] = await middle(grip('five.mp4'));
  const target = await page.locator('li', { hasText: 'two.mp4' }).boundingBox();
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y - 30, { steps: 3 });
  await page.mouse.move(x, target.y + 5, { steps: 5 });
  // It is shown where it would go.
  await page.locator('li.before', { hasText: 'two.mp4' }).waitFor();
  if (process.env.REEL_LOOK) await page.screenshot({ path: `${process.env.REEL_LOOK}/drag.png` });
  await page.mouse.up();
  await is(page, ['one.mp4', 'five.mp4', 'two.mp4', 'three.mp4', 'four.mp4']);

  await grip('one.mp4').focus();
  await page.keyboard.press('End');
  await is(page, ['five.mp4', 'two.mp4', 'three.mp4', 'four.mp4', 'one.mp4']);
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await is(page, ['five.mp4', 'two.mp4', 'one.mp4', 'three.mp4', 'four.mp4']);
  await page.waitForFunction(() => /^Move one.mp4, 3 of 5 in line/.test(document.activeElement.getAttribute('aria-label')));
  await page.getByText('one.mp4: 3 of 5 in line').waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Sooner: four.mp4' }).click();
  const last = ['five.mp4', 'two.mp4', 'one.mp4', 'four.mp4', 'three.mp4'];
  await is(page, last);

  await page.getByRole('button', { name: 'Resume queue' }).click();
  await page.waitForFunction(() => document.querySelectorAll('li[data-status=completed]').length === 5);
  const begun = [];
  for (const id of ids) {
    const [plan] = await api(scene.base, `/jobs/${id}/tasks`);
    const job = await api(scene.base, `/jobs/${id}`);
    begun.push([plan.attempts[0].started_at_millis, job.sources[0].filename]);
  }
  begun.sort(([a], [b]) => a - b);
  assert.deepEqual(begun.map(([, name]) => name), last);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('a worker is let go from the page, and the page says so', async () => {
  const page = await scene.page({ path: '/machines' });
  const asked = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.message());
    void dialog.accept();
  });
  await page.getByRole('button', { name: 'Drain' }).click();
  await page.waitForFunction(() => ['ends soon', 'gone'].includes(document.querySelector('[data-worker] .state')?.textContent));
  assert.match(asked[0], /takes nothing new/);
  const [worker] = await api(scene.base, '/system/workers');
  assert.ok(worker.draining || worker.gone);
  await page.context().close();
});
