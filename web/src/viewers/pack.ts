// What can be done with a packed file beside looking at it.
import { ask, type Artifact } from '../api/client';
import { newJob } from '../form/choice';
import { jobs } from '../live/jobs.svelte';
import { newId } from '../ui/id';
import { route } from '../ui/route.svelte';
import { toasts } from '../ui/toasts.svelte';

/** A job that gives the file back; the page goes there. */
export async function unpack(artifact: Artifact): Promise<void> {
  const source = { artifact: { job: artifact.job_id, name: artifact.name } };
  const accepted = await toasts.attempt(ask(newJob({ pipeline: 'unpack', params: {} }, [source], newId())));
  if (!accepted) return;
  jobs.ask({ kind: 'look', id: accepted.id });
  route.go(`/jobs/${accepted.id}`);
}
