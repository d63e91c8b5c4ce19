// What a trial on the beginning of a film tells of the whole.
import type { Job } from '../api/client';

export interface Expected {
  bytes: number;
  secs: number;
}

/**
 * Size grows with the length. So does the time of encoding; what a job needs besides (looking, checking, putting together) is
 * counted once. `job` has ended.
 */
export function expectedFrom(job: Job, trialSecs: number, wholeSecs: number): Expected {
  const times = wholeSecs / Math.max(trialSecs, 0.1);
  const bytes = job.outputs.reduce((sum, output) => sum + output.size, 0) * times;
  const tookSecs = ((job.ended_at_millis ?? job.created_at_millis) - job.created_at_millis) / 1000;
  const { processing_time_seconds: encodingSecs } = (job.metadata ?? {}) as { processing_time_seconds?: number };
  const growingSecs = Math.min(encodingSecs ?? tookSecs, tookSecs);
  return { bytes, secs: tookSecs - growingSecs + growingSecs * times };
}
