// What was dropped or named, before anything is done with it.

/** A file, or an address. */
export type What = File | string;

class Staged {
  files = $state.raw<File[]>([]);
  urls = $state.raw<string[]>([]);
  /** What a trial has sent already. */
  #uploads = new Map<What, string>();
  readonly count = $derived(this.files.length + this.urls.length);

  add(files: Iterable<File>): void {
    const isThere = (file: File) => this.files.some((one) => one.name === file.name && one.size === file.size);
    this.files = [...this.files, ...[...files].filter((file) => !isThere(file))];
  }

  addUrl(url: string): void {
    if (!this.urls.includes(url)) this.urls = [...this.urls, url];
  }

  uploadOf(what: What): string | undefined {
    return this.#uploads.get(what);
  }

  sent(what: What, uploadId: string): void {
    this.#uploads.set(what, uploadId);
  }

  drop(what: What): void {
    this.files = this.files.filter((file) => file !== what);
    this.urls = this.urls.filter((url) => url !== what);
  }

  clear(): void {
    this.files = [];
    this.urls = [];
  }

  /** What is most likely wanted: films are transcoded, anything else is packed. */
  readonly guess = $derived(this.files.some((file) => !file.type.startsWith('video/')) ? 'pack' : 'transcode');
}

export const staged = new Staged();
