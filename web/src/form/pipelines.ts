// The pipelines of this server, asked once.
import { api, ask, type Pipeline } from '../api/client';

let asked: Promise<Pipeline[]> | null = null;

/** Transcode first: it is what most come for. */
export function pipelines(): Promise<Pipeline[]> {
  asked ??= ask(api.GET('/api/v1/pipelines')).then(
    (list) => list.sort((a, b) => Number(b.name === 'transcode') - Number(a.name === 'transcode')),
    (error: unknown) => {
      asked = null;
      throw error;
    },
  );
  return asked;
}
