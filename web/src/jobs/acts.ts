// What can be done about a job.
import { api, ask, type Job } from '../api/client';
import { jobs } from '../live/jobs.svelte';
import { toasts } from '../ui/toasts.svelte';

const path = (job: Job) => ({ params: { path: { id: job.id } } });

async function changed(action: Promise<Job>): Promise<void> {
  const job = await toasts.attempt(action);
  if (job) jobs.put(job);
}

export const cancel = (job: Job) => changed(ask(api.POST('/api/v1/jobs/{id}/cancel', path(job))));
export const retry = (job: Job) => changed(ask(api.POST('/api/v1/jobs/{id}/retry', path(job))));

const LIMIT = 100;

export function raise(job: Job, by: number): Promise<void> {
  const priority = Math.max(-LIMIT, Math.min(LIMIT, job.priority + by));
  return changed(ask(api.PATCH('/api/v1/jobs/{id}', { ...path(job), body: { priority } })));
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
