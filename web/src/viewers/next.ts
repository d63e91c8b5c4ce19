// What can be made of a result beside looking at it: a job that reads it.
import { ask, type Artifact } from '../api/client';
import { newJob, type Choice } from '../form/choice';
import { jobs } from '../live/jobs.svelte';
import { newId } from '../ui/id';
import { route } from '../ui/route.svelte';
import { toasts } from '../ui/toasts.svelte';

/** What every browser plays, made fast. */
const PLAYS: Choice = { pipeline: 'transcode', params: { codec: 'h264', container: 'mp4', resolution: '720p', preset: 'veryfast' } };

/** Gives back what is packed in it. */
export const unpack = (artifact: Artifact) => make({ pipeline: 'unpack', params: {} }, artifact);

/** Makes a film of it that plays here. */
export const preview = (artifact: Artifact) => make(PLAYS, artifact);

/** The page goes to the job. */
async function make(choice: Choice, artifact: Artifact): Promise<void> {
  const source = { artifact: { job: artifact.job_id, name: artifact.name } };
  const accepted = await toasts.attempt(ask(newJob(choice, [source], newId())));
  if (!accepted) return;
  jobs.ask({ kind: 'look', id: accepted.id });
  route.go(`/jobs/${accepted.id}`);
}
