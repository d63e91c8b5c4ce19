// A file in pieces of 16 MiB: what was cut off goes on where it was, also in another tab or after a reload.
import { DetailedError, Upload } from 'tus-js-client';
import { problemFrom, Refusal } from '../api/client';
import type { Listener, Sending } from './sender';

const CHUNK_BYTES = 16 << 20;
const RETRY_MILLIS = [0, 1000, 3000, 5000, 10_000];

export async function sendPieces(endpoint: string, file: File, listener: Listener): Promise<Sending> {
  let uploadId: string | null = null;
  const upload = new Upload(file, {
    endpoint,
    chunkSize: CHUNK_BYTES,
    retryDelays: RETRY_MILLIS,
    metadata: { filename: file.name, filetype: file.type || 'application/octet-stream' },
    removeFingerprintOnSuccess: true,
    onProgress: (sent) => listener.progress(sent),
    onAfterResponse: (_, answer) => {
      uploadId = answer.getHeader('Upload-Id') ?? uploadId;
    },
    onSuccess: () => listener.done(uploadId ?? lastPart(upload.url)),
    onError: (error) => listener.failed(reason(error)),
  });
  const [before] = await upload.findPreviousUploads();
  if (before) upload.resumeFromPreviousUpload(before);
  upload.start();
  return { stop: () => void upload.abort(), discard: () => void upload.abort(true).catch(() => {}) };
}

function lastPart(url: string | null): string {
  return new URL(url ?? '', location.href).pathname.split('/').pop() ?? '';
}

function reason(error: Error): string {
  const answer = error instanceof DetailedError ? error.originalResponse : null;
  if (!answer) return 'the connection broke off';
  let body: unknown;
  try {
    body = JSON.parse(answer.getBody());
  } catch {
    body = null;
  }
  return new Refusal(problemFrom(body, answer.getStatus())).message;
}
