// The order in which waiting jobs are begun, and how to change it.
import type { Job } from '../api/client';

type Waiting = Pick<Job, 'id' | 'priority' | 'created_at_millis'>;

export const PRIORITY_MAX = 100;

const isOlder = (a: Waiting, b: Waiting) => a.created_at_millis < b.created_at_millis || (a.created_at_millis === b.created_at_millis && a.id < b.id);

/** As the server takes them: the higher priority first, then the older one. */
export const byTurn = (a: Waiting, b: Waiting): number => b.priority - a.priority || (isOlder(a, b) ? -1 : 1);

/** How much higher the one above has to be than the one below it. */
const needed = (above: Waiting, below: Waiting) => (isOlder(above, below) ? 0 : 1);

/**
 * The priorities to be changed so that the job `id` of `queue`, which is in order, stands at place `to`: of as few jobs as can be.
 * Null where the server's bounds leave no room.
 */
export function prioritiesFor(queue: Waiting[], id: string, to: number): Map<string, number> | null {
  const moved = queue.find((job) => job.id === id);
  if (!moved) return new Map();
  const order = queue.filter((job) => job !== moved);
  const at = Math.max(0, Math.min(order.length, to));
  order.splice(at, 0, moved);
  const [above, below] = [order[at - 1], order[at + 1]];
  const low = below ? below.priority + needed(moved, below) : -PRIORITY_MAX;
  const high = above ? above.priority - needed(above, moved) : PRIORITY_MAX;
  const fits = low <= high && low <= PRIORITY_MAX && high >= -PRIORITY_MAX;
  if (fits) return changes(order, new Map([[id, Math.max(low, Math.min(high, moved.priority))]]));
  const ways = [pushed(order, at, low, -1), pushed(order, at, high, 1)].filter((way) => way !== null);
  return ways.sort((a, b) => a.size - b.size)[0] ?? null;
}

/** With `moved` at `at` having `priority`, those above it (`step` -1) or below it (1) are moved out of its way. */
function pushed(order: Waiting[], at: number, priority: number, step: 1 | -1): Map<string, number> | null {
  const found = new Map<string, number>([[order[at]!.id, priority]]);
  let last = priority;
  for (let index = at + step; order[index]; index += step) {
    const [job, neighbour] = [order[index]!, order[index - step]!];
    const bound = step === -1 ? last + needed(job, neighbour) : last - needed(neighbour, job);
    if (step === -1 ? job.priority >= bound : job.priority <= bound) break;
    found.set(job.id, bound);
    last = bound;
  }
  const isWithin = [...found.values()].every((value) => Math.abs(value) <= PRIORITY_MAX);
  return isWithin ? changes(order, found) : null;
}

function changes(order: Waiting[], found: Map<string, number>): Map<string, number> {
  const before = new Map(order.map((job) => [job.id, job.priority]));
  return new Map([...found].filter(([id, priority]) => before.get(id) !== priority));
}
