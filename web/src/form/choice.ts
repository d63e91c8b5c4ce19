// What should become of a file.
import { api, type Schemas } from '../api/client';

export type Params = Record<string, unknown>;

export interface Choice {
  pipeline: string;
  params: Params;
}

/** Asks for a job; said again with the same key it is the same job. */
export function newJob(choice: Choice, sources: Schemas['SourceRef'][], key: string, priority = 0) {
  return api.POST('/api/v1/jobs', {
    params: { header: { 'Idempotency-Key': key } },
    body: { pipeline: choice.pipeline, params: choice.params as Record<string, never>, sources, priority },
  });
}
