// The page of webhooks, with a listener that tells whether what it hears is signed with the secret that the page showed.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { isFine } from './axe.js';
import { api, becomes, clip, openScene, submit } from './scene.js';

let scene;
let listener;
/** What was heard: type, body and signature. */
const heard = [];
let status = 200;
before(async () => {
  scene = await openScene('--allow-private', '127.0.0.0/8');
  listener = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    heard.push({ type: request.headers['reel-event-type'], body: Buffer.concat(pieces), signature: request.headers['reel-signature'] });
    response.writeHead(status).end();
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
});
after(async () => {
  await scene.end();
  listener.closeAllConnections();
  listener.close();
});

/** How many signatures of what was heard last are made with this secret. */
function signedWith(secret) {
  const { body, signature } = heard.at(-1);
  const parts = signature.split(',').map((part) => part.split('='));
  const at = parts.find(([name]) => name === 't')[1];
  const ours = createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex');
  return [parts.filter(([name, value]) => name === 'v1' && value === ours).length, parts.filter(([name]) => name === 'v1').length];
}
async function taken(page) {
  const secret = await page.inputValue('[data-made] input');
  await page.getByRole('button', { name: 'I have it: hide the secret' }).click();
  await page.waitForSelector('[data-made]', { state: 'detached' });
  return secret;
}

test('a webhook is made, tried, told of a job, given another secret, turned off and removed', async () => {
  const page = await scene.page({ path: '/webhooks' });
  page.on('dialog', (dialog) => dialog.accept());
  await page.getByText('An address of yours').waitFor();
  await isFine(page, 'no webhooks');
  const url = `http://127.0.0.1:${listener.address().port}/hook`;
  await page.getByLabel('Address').fill(url);
  await page.getByLabel('Description').fill('the test itself');
  await page.getByLabel('begins').check();
  await page.getByLabel('is cancelled').uncheck();
  await page.getByRole('button', { name: 'Make the webhook' }).click();
  await page.waitForSelector('[data-made]');
  await isFine(page, 'a secret');
  const secret = await taken(page);
  assert.equal((await page.content()).includes(secret), false, 'it is shown once');

  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.locator('[data-delivery=delivered]', { hasText: 'ping' }).getByText('answered 200').waitFor();
  assert.equal(heard.at(-1).type, 'ping');
  assert.deepEqual(signedWith(secret), [1, 1]);

  const job = await submit(scene.base, clip(scene.folder, { secs: 1 }), { codec: 'h264', preset: 'ultrafast' });
  for (const type of ['job.started', 'job.completed']) await page.locator('[data-delivery=delivered]', { hasText: type }).getByRole('link', { name: job }).waitFor();
  assert.deepEqual(signedWith(secret), [1, 1]);
  await isFine(page, 'webhooks');

  await page.getByRole('button', { name: 'New secret' }).click();
  await page.getByRole('button', { name: 'Make the new secret' }).click();
  await page.waitForSelector('[data-made]');
  const second = await taken(page);
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.waitForFunction(() => document.querySelectorAll('[data-delivery=delivered]').length === 4);
  assert.deepEqual([signedWith(secret), signedWith(second)], [[1, 2], [1, 2]], 'both sign for a while');

  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await page.getByRole('form', { name: `Change ${url}` }).getByLabel('Description').fill('told less');
  await page.getByRole('form', { name: `Change ${url}` }).getByLabel('begins').uncheck();
  await isFine(page, 'a webhook that is changed');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('told less').waitFor();
  const [webhook] = await api(scene.base, '/webhooks');
  assert.deepEqual(webhook.events, ['job.completed', 'job.failed']);
  await page.getByRole('button', { name: 'Turn off' }).click();
  await page.getByRole('button', { name: 'Turn on' }).waitFor();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.waitForSelector('[data-webhook]', { state: 'detached' });
  assert.deepEqual(await api(scene.base, '/webhooks'), []);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('what does not arrive says why, and is sent again from here', async () => {
  const page = await scene.page({ path: '/webhooks' });
  status = 503;
  const before = heard.length;
  await page.getByLabel('Address').fill(`http://127.0.0.1:${listener.address().port}/hook`);
  await page.getByRole('button', { name: 'Make the webhook' }).click();
  await page.getByRole('button', { name: 'Send a test' }).click();
  await page.locator('[data-delivery=pending]').getByText(/answered 503.*next try/).waitFor();
  await page.getByRole('button', { name: 'Given up', exact: true }).click();
  await page.getByText('None.').waitFor();
  await page.getByRole('button', { name: 'Waiting' }).click();
  const [delivery] = (await api(scene.base, '/webhooks/deliveries?state=pending')).items;
  // Answered well from this very click on: the server tries by itself too, every few seconds.
  await page.route('**/deliveries/*/replay', (route) => {
    status = 200;
    return route.continue();
  });
  await page.locator('[data-delivery=pending]').getByRole('button', { name: /^Send again: ping/ }).click();
  await becomes(async () => (await api(scene.base, '/webhooks/deliveries')).items.find(({ id }) => id === delivery.id).state, 'delivered');
  await page.getByRole('button', { name: 'Delivered' }).click();
  await page.locator('[data-delivery=delivered]').first().getByText('answered 200').waitFor();
  const ids = heard.slice(before).map(({ body }) => JSON.parse(body).id);
  assert.ok(ids.length > 1 && new Set(ids).size === 1, `the same was said again: ${ids}`);
  // News goes by: it is waited for before it is made.
  await Promise.all([page.getByText('Nothing was given up.').waitFor(), page.getByRole('button', { name: 'Send again what was given up' }).click()]);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
