// Where the source of a job can be seen: what this tab has sent, or what another job made.
import type { Job } from '../api/client';
import { jobs } from '../live/jobs.svelte';
import { uploads } from '../upload/uploads.svelte';

const urls = new Map<string, string>();

/** Null where it is neither. */
export function sourceOf(job: Job): string | null {
  const sha256 = job.sources[0]?.sha256;
  if (!sha256) return null;
  const file = uploads.files.get(sha256);
  if (file) {
    const url = urls.get(sha256) ?? URL.createObjectURL(file);
    urls.set(sha256, url);
    return url;
  }
  const isIt = (output: { sha256: string; mime: string }) => output.sha256 === sha256 && output.mime.startsWith('video/');
  return jobs.newestFirst.flatMap((other) => other.outputs).find(isIt)?.url ?? null;
}
