// What survives a reload: which files were on their way, and the bytes of the smaller ones.
import type { Choice } from '../form/choice';

/** A file that was on its way. */
export interface Kept {
  id: string;
  name: string;
  size: number;
  modifiedMillis: number;
  choice: Choice;
}

const LIST = 'reel-uploads';
/** Larger files would be written twice to this machine's disk; they have to be chosen again. */
export const KEPT_BYTES_MAX = 512 << 20;

export function keptList(): Kept[] {
  try {
    return JSON.parse(localStorage.getItem(LIST) ?? '[]') as Kept[];
  } catch {
    return [];
  }
}

export function keep(kept: Kept): void {
  localStorage.setItem(LIST, JSON.stringify([...keptList().filter((one) => one.id !== kept.id), kept]));
}

export function forget(id: string): void {
  localStorage.setItem(LIST, JSON.stringify(keptList().filter((one) => one.id !== id)));
  void files('readwrite', (store) => store.delete(id));
}

export async function keepFile(id: string, file: File): Promise<void> {
  if (file.size <= KEPT_BYTES_MAX) await files('readwrite', (store) => store.put(file, id));
}

export async function keptFile(id: string): Promise<File | null> {
  const file = await files<unknown>('readonly', (store) => store.get(id));
  return file instanceof File ? file : null;
}

/** One request to the browser's own database; null where it has none. */
function files<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> {
  return new Promise((resolve) => {
    const opening = indexedDB.open('reel', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('files');
    opening.onerror = () => resolve(null);
    opening.onsuccess = () => {
      const request = act(opening.result.transaction('files', mode).objectStore('files'));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    };
  });
}

/** Runs `mine` if no other tab has this upload, and holds it until this tab is closed. */
export function claim(id: string, mine: () => void): void {
  if (!navigator.locks) return mine();
  void navigator.locks.request(`reel-upload-${id}`, { ifAvailable: true }, (lock) => {
    if (!lock) return undefined;
    mine();
    return new Promise<void>(() => {});
  });
}
