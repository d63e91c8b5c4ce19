// The arithmetic of moving a waiting job, without a browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';

const source = readFileSync(new URL('../src/jobs/order.ts', import.meta.url), 'utf8');
const { outputText } = ts.transpileModule(source, { compilerOptions: { module: 'esnext', target: 'es2022' } });
const { byTurn, prioritiesFor, PRIORITY_MAX } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);

/** Repeatable numbers from 0 to `below`. */
function* numbers(seed) {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 8;
  }
}

/** Whether a move leads where it was meant to lead, by changes of priority alone; how many those are, or null. */
function check(queue, id, to) {
  const changed = prioritiesFor(queue, id, to);
  if (changed === null) return null;
  const others = queue.filter((job) => job.id !== id).map((job) => job.id);
  others.splice(to, 0, id);
  const after = queue.map((job) => ({ ...job, priority: changed.get(job.id) ?? job.priority })).sort(byTurn);
  assert.deepEqual(after.map((job) => job.id), others, `${id} to ${to} of ${JSON.stringify(queue)}`);
  assert.ok(after.every(({ priority }) => Math.abs(priority) <= PRIORITY_MAX));
  return changed.size;
}

test('a job moved to any place of any queue stands there', () => {
  const next = numbers(7);
  const below = (bound) => next.next().value % bound;
  for (let round = 0; round < 3000; round += 1) {
    const length = 1 + below(9);
    const spread = [1, 3, 201][below(3)];
    const job = (_, index) => ({ id: String.fromCharCode(97 + index), created_at_millis: below(6), priority: spread === 201 ? below(201) - 100 : below(spread) });
    const queue = Array.from({ length }, job).sort(byTurn);
    const changes = check(queue, queue[below(length)].id, below(length));
    // Room is short only where priorities go up to their bound.
    if (changes === null) assert.equal(spread, 201);
  }
});

test('few jobs are changed', () => {
  const queue = ['a', 'b', 'c', 'd', 'e'].map((id, index) => ({ id, created_at_millis: index, priority: 0 }));
  assert.equal(check(queue, 'a', 4), 1, 'to the end');
  assert.equal(check(queue, 'e', 0), 1, 'to the front');
  assert.equal(check(queue, 'e', 1), 2, 'behind the first');
  assert.equal(check(queue, 'b', 1), 0, 'where it is');
});
