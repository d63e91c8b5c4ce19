// Where the source of a job can be seen: the file that this tab has sent, else the server's own copy.
import { API, type Job } from '../api/client';
import { uploads } from '../upload/uploads.svelte';

const urls = new Map<string, string>();

/** Null where the server has none either: a file of its own machine that is read in place. */
export function sourceOf(job: Job): string | null {
  const sha256 = job.sources[0]?.sha256;
  if (!sha256) return null;
  const file = uploads.files.get(sha256);
  if (!file) return `${API}/jobs/${job.id}/sources/0`;
  const url = urls.get(sha256) ?? URL.createObjectURL(file);
  urls.set(sha256, url);
  return url;
}
