// What can be done about a job.
import { api, ask, type Job } from '../api/client';
import { jobs } from '../live/jobs.svelte';
import { toasts } from '../ui/toasts.svelte';
import { prioritiesFor } from './order';
import { inLine, title } from './told';

const path = (job: Job) => ({ params: { path: { id: job.id } } });

async function changed(action: Promise<Job>): Promise<void> {
  const job = await toasts.attempt(action);
  if (job) jobs.put(job);
}

export const cancel = (job: Job) => changed(ask(api.POST('/api/v1/jobs/{id}/cancel', path(job))));
export const retry = (job: Job) => changed(ask(api.POST('/api/v1/jobs/{id}/retry', path(job))));

let telling = Promise.resolve();

/** Puts a waiting job at another place of the queue, counted from 0. It is shown there at once. */
export function move(job: Job, to: number): void {
  const priorities = prioritiesFor(jobs.queue, job.id, to);
  if (!priorities) return toasts.say('Priorities end at 100 and -100: there is no room for that.', true);
  for (const [id, priority] of priorities) {
    jobs.wanted.set(id, priority);
    jobs.byId.set(id, { ...jobs.byId.get(id)!, priority });
    telling = telling.then(() => tell(id));
  }
  jobs.said = `${title(job)}: ${inLine(jobs.turns.get(job.id) ?? -1, jobs.queue.length)}`;
}

/** One after the other, so that the last word is the last. */
async function tell(id: string): Promise<void> {
  const priority = jobs.wanted.get(id);
  if (priority === undefined) return;
  const done = await toasts.attempt(ask(api.PATCH('/api/v1/jobs/{id}', { params: { path: { id } }, body: { priority } })));
  if (jobs.wanted.get(id) !== priority) return;
  jobs.wanted.delete(id);
  if (done) jobs.put(done);
  else jobs.ask({ kind: 'look', id });
}

/** Whether it is gone. */
export async function remove(job: Job): Promise<boolean> {
  const gone = await toasts.attempt(ask(api.DELETE('/api/v1/jobs/{id}', path(job))).then(() => true));
  if (gone) jobs.ask({ kind: 'gone', id: job.id });
  return gone ?? false;
}

export async function setPaused(isPaused: boolean): Promise<void> {
  const way = isPaused ? ('/api/v1/system/queue/pause' as const) : ('/api/v1/system/queue/resume' as const);
  const queue = await toasts.attempt(ask(api.POST(way)));
  if (queue) jobs.paused = queue.paused;
  jobs.ask({ kind: 'queue' });
}
