// The server, with the types of its own OpenAPI document.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];
export type Job = Schemas['Job'];
export type Artifact = Schemas['Artifact'];
export type Task = Schemas['Task'];
export type Progress = Schemas['Progress'];
export type Pipeline = Schemas['Pipeline'];
export type Problem = Schemas['Problem'];
export type Status = Schemas['JobStatus'];
export type Upload = Schemas['Video'];

export const API = '/api/v1';
export const api = createClient<paths>({ baseUrl: location.origin });

/** What the server refused, in its own words. */
export class Refusal extends Error {
  constructor(readonly problem: Partial<Problem>) {
    const parts = [problem.detail ?? problem.title ?? 'the server did not answer', problem.hint];
    super(parts.filter(Boolean).join(' — '));
  }
}

/** The answer, or the server's refusal as an exception. */
export async function ask<T>(request: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let answer;
  try {
    answer = await request;
  } catch {
    throw new Refusal({ detail: 'the server cannot be reached' });
  }
  if (!answer.response.ok) throw new Refusal(problemFrom(answer.error, answer.response.status));
  return answer.data as T;
}

/** A problem document from whatever came with an error status. */
export function problemFrom(body: unknown, status: number): Partial<Problem> {
  if (body && typeof body === 'object' && 'title' in body) return body as Partial<Problem>;
  return { title: `the server answered ${status}`, status };
}

export const isOpen = (status: Status): boolean => status !== 'completed' && status !== 'failed' && status !== 'cancelled';
export const isWorking = (status: Status): boolean => isOpen(status) && status !== 'queued';
