// How bytes get to the server: in resumable pieces (tus) where the server takes them, else as one form.
import { sendForm } from './form';

/** What a sender tells. */
export interface Listener {
  progress(sentBytes: number): void;
  /** Stored; the upload's id. */
  done(uploadId: string): void;
  failed(message: string): void;
}

/** One file on its way. Whoever stops it may send it again; `tus` then goes on where it was. */
export interface Sending {
  /** Stops, keeping what the server has. */
  stop(): void;
  /** Stops, and lets the server forget what it has. */
  discard(): void;
}

const TUS = '/api/v1/uploads';
let known: Promise<boolean> | null = null;

/** Whether an upload that was cut off goes on where it was. */
export function isResumable(): Promise<boolean> {
  known ??= fetch(TUS, { method: 'OPTIONS' }).then(
    (answer) => answer.headers.has('Tus-Resumable'),
    () => {
      known = null;
      return false;
    },
  );
  return known;
}

export async function send(file: File, listener: Listener): Promise<Sending> {
  if (!(await isResumable())) return sendForm(file, listener);
  const { sendPieces } = await import('./tus');
  return sendPieces(TUS, file, listener);
}
