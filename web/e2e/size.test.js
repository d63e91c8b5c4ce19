// How much a browser fetches before it can show anything.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

const DIST = new URL('../dist/', import.meta.url);
const JS_BYTES_MAX = 150_000;

const read = (path) => readFileSync(new URL(path.replace(/^\//, ''), DIST), 'utf8');

/** The scripts that a page names, what those import at once, and the worker. */
function firstScripts() {
  const found = new Set();
  const queue = [...read('index.html').matchAll(/(?:src|href)="([^"]+\.js)"/g)].map((match) => match[1]);
  queue.push(...readdirSync(new URL('assets/', DIST)).filter((name) => /^worker-.*\.js$/.test(name)).map((name) => `assets/${name}`));
  for (let path = queue.pop(); path; path = queue.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    for (const [, name] of read(path).matchAll(/(?:^|[;}])(?:import|export)[^;()]*?from\s*["']\.\/([^"']+)["']/g)) queue.push(`assets/${name}`);
  }
  return [...found];
}

test('the first load is at most 150 KB of script, compressed', () => {
  const scripts = firstScripts();
  assert.ok(scripts.length >= 2, 'the page and its worker');
  const bytes = scripts.reduce((sum, path) => sum + gzipSync(read(path), { level: 9 }).length, 0);
  console.log(`first load: ${bytes} bytes of script in ${scripts.length} files, compressed`);
  assert.ok(bytes <= JS_BYTES_MAX, `${bytes} bytes`);
});

test('nothing comes from elsewhere', () => {
  const files = readdirSync(DIST, { recursive: true }).filter((name) => /\.(css|html)$/.test(name));
  for (const name of files) assert.doesNotMatch(read(name), /(?:src|href)="(?:https?:)?\/\/|url\((?:https?:)?\/\//, name);
});
