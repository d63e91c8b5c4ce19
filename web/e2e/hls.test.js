// A playlist that FFmpeg wrote, played by hls.js: the player comes with the first play and not before.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isFine } from './axe.js';
import { api, clip, completed, openPage, openScene, submit } from './scene.js';

const SECS = 12;
let scene;
before(async () => (scene = await openScene()));
after(() => scene?.end());

/** A file as a result on the server: packed there, and unpacked again. */
async function asResult(path) {
  const packed = await submit(scene.base, path, { profile: 'archive' }, 'pack');
  const { outputs, id } = await completed(scene.base, packed);
  const body = { pipeline: 'unpack', sources: [{ artifact: { job: id, name: outputs[0].name } }] };
  const json = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  return completed(scene.base, (await api(scene.base, '/jobs', json)).id);
}

/** A job whose result is a playlist; each of its segments is a range of one file, which is the result of another job. */
async function playlist() {
  const film = clip(scene.folder, { name: 'film.mp4', secs: SECS });
  const list = join(scene.folder, 'film.m3u8');
  execFileSync(process.env.REEL_FFMPEG ?? 'ffmpeg', ['-v', 'error', '-y', '-i', film, '-c', 'copy', '-f', 'hls', '-hls_time', '2', '-hls_playlist_type', 'vod', '-hls_flags', 'single_file', list]);
  const stream = await asResult(join(scene.folder, 'film.ts'));
  const text = readFileSync(list, 'utf8');
  assert.match(text, /#EXT-X-BYTERANGE/);
  writeFileSync(list, text.replaceAll(/^film\.ts$/gm, `${stream.outputs[0].url}?filename=film.ts`));
  return asResult(list);
}

test('a playlist is played, from the ranges of a result, by a player that comes when it is asked for', async () => {
  const job = await playlist();
  const context = await scene.browser.newContext({ viewport: { width: 1280, height: 860 } });
  // No pipeline here writes playlists, and what was unpacked has no media type: the page is told the one that it would have.
  await context.addInitScript(() => delete globalThis.SharedWorker);
  await context.route(/\/api\/v1\/jobs(\/[^/]*(\/report)?)?(\?.*)?$/, async (route) => {
    const answer = await route.fetch();
    const text = await answer.text();
    await route.fulfill({ response: answer, body: text.replaceAll('"mime":"application/octet-stream"', '"mime":"application/vnd.apple.mpegurl"') });
  });
  const page = await openPage(scene.browser, scene.base, { context, path: `/jobs/${job.id}` });
  const players = () => page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => /\/assets\/hls[^/]*\.js$/.test(name)).map(({ name }) => name));
  const play = page.getByRole('button', { name: /^Play output/ });
  await play.waitFor();
  assert.deepEqual(await players(), [], 'nobody has asked for the player yet');
  await play.click();
  await page.waitForFunction(() => document.querySelector('video').currentTime > 1);
  const [player, ...others] = await players();
  assert.ok(player && others.length === 0, 'the player was fetched with the first play');
  assert.ok((await (await fetch(player)).arrayBuffer()).byteLength > 100_000, 'and it is the player');
  assert.ok(Math.abs((await page.evaluate(() => document.querySelector('video').duration)) - SECS) < 0.5);
  // Somewhere else in the film, from another range.
  await page.evaluate((secs) => (document.querySelector('video').currentTime = secs - 3), SECS);
  await page.waitForFunction((secs) => document.querySelector('video').currentTime > secs - 2 && !document.querySelector('video').seeking, SECS);
  assert.equal(await page.evaluate(() => document.querySelector('video').videoHeight), 180);
  await isFine(page, 'a playlist');
  assert.deepEqual(page.complaints, []);
  // What is still asked for is answered by nobody.
  await context.unrouteAll({ behavior: 'ignoreErrors' });
  await context.close();
});
