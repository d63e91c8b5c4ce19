// A job in a few words.
import { isOpen, type Job } from '../api/client';
import type { Pace } from '../live/messages';
import { bytes, duration, left, percent, when } from '../ui/words';

export const title = (job: Job): string => {
  const [first, ...others] = job.sources;
  if (!first) return job.pipeline;
  return others.length > 0 ? `${first.filename} and ${others.length} more` : first.filename;
};

/** The parameters that somebody chose, the most telling first. */
export function chosen(job: Job): string {
  const params = (job.params ?? {}) as Record<string, unknown>;
  const telling = ['codec', 'encoder', 'resolution', 'preset', 'crf', 'bitrate', 'container', 'profile', 'target'];
  const values = telling.map((name) => params[name]).filter((value) => value != null && value !== '');
  return [job.pipeline, ...values.slice(0, 4)].join(' · ');
}

/** What is left, or what it came to. */
export function progressLine(job: Job, pace: Pace | undefined): string {
  const { done_fraction, chunks_done, chunks_total } = job.progress;
  if (job.status === 'completed') {
    const size = job.outputs.reduce((sum, output) => sum + output.size, 0);
    const metadata = (job.metadata ?? {}) as { processing_speed?: number };
    const speed = metadata.processing_speed ? ` · ${metadata.processing_speed.toFixed(1)}× real time` : '';
    return `${bytes(size)} · took ${took(job)}${speed}`;
  }
  if (job.status === 'cancelled') return `cancelled ${when(job.ended_at_millis ?? job.created_at_millis)}`;
  if (!isOpen(job.status) || job.status === 'queued') return '';
  const parts = [];
  if (done_fraction != null) parts.push(percent(done_fraction));
  if (chunks_total > 0) parts.push(`${chunks_done} of ${chunks_total} chunks`);
  if (pace?.speed != null) parts.push(`${pace.speed.toFixed(1)}×`);
  else if (pace?.bytesPerSec != null) parts.push(`${bytes(pace.bytesPerSec)}/s`);
  if (pace?.leftSecs != null && job.status === 'running') parts.push(left(pace.leftSecs));
  return parts.join(' · ');
}

/** Where a job waits; `turn` counts from 0. */
export function inLine(turn: number, count: number): string {
  if (turn < 0) return 'waits for its turn';
  return turn === 0 ? 'next in line' : `${turn + 1} of ${count} in line`;
}

/** Why it failed. */
export const reason = (job: Job): string => named(job, job.error?.message ?? '');

/** A message with the name that its owner gave a file, instead of where the server keeps it. */
export function named(job: Job, message: string): string {
  const name = (stored: string) => job.sources.find(({ sha256 }) => sha256 && stored.endsWith(sha256))?.filename ?? stored;
  return message.replace(/\S*\/uploads\/[0-9a-f]{64}/g, name);
}

export function took(job: Job): string {
  return duration(((job.ended_at_millis ?? Date.now()) - job.created_at_millis) / 1000);
}
