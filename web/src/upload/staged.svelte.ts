// What was dropped or named, before anything is done with it.
import type { Upload } from '../api/client';

/** A file, an address, or what is on the server already. */
export type What = File | string | Upload;

/** What it is called. */
export const nameOf = (what: What): string => (typeof what === 'string' ? what : what instanceof File ? what.name : what.filename);

/** Whether the server found pictures that move, or sound, in it. */
export const isFilm = (upload: Upload): boolean => Boolean((upload.metadata as { duration_secs?: number } | null)?.duration_secs);

class Staged {
  files = $state.raw<File[]>([]);
  urls = $state.raw<string[]>([]);
  stored = $state.raw<Upload[]>([]);
  /** What a trial has sent already. */
  #uploads = new Map<File | string, string>();
  readonly count = $derived(this.files.length + this.urls.length + this.stored.length);

  add(files: Iterable<File>): void {
    const isThere = (file: File) => this.files.some((one) => one.name === file.name && one.size === file.size);
    this.files = [...this.files, ...[...files].filter((file) => !isThere(file))];
  }

  addUrl(url: string): void {
    if (!this.urls.includes(url)) this.urls = [...this.urls, url];
  }

  addStored(upload: Upload): void {
    if (!this.stored.some(({ id }) => id === upload.id)) this.stored = [...this.stored, upload];
  }

  uploadOf(what: What): string | undefined {
    return typeof what === 'string' || what instanceof File ? this.#uploads.get(what) : what.id;
  }

  sent(what: File | string, uploadId: string): void {
    this.#uploads.set(what, uploadId);
  }

  drop(what: What): void {
    this.files = this.files.filter((file) => file !== what);
    this.urls = this.urls.filter((url) => url !== what);
    const id = typeof what === 'string' || what instanceof File ? null : what.id;
    this.stored = this.stored.filter((upload) => upload.id !== id);
  }

  clear(): void {
    this.files = [];
    this.urls = [];
    this.stored = [];
  }

  /** What is most likely wanted: films are transcoded, anything else is packed. */
  readonly guess = $derived(
    this.files.some((file) => !file.type.startsWith('video/')) || this.stored.some((upload) => !isFilm(upload)) ? 'pack' : 'transcode',
  );
}

export const staged = new Staged();
