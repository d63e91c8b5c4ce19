// The files that are on their way from this tab, and the jobs that are made of them once they are there.
import { api, ask, Refusal } from '../api/client';
import { newJob, type Choice } from '../form/choice';
import { jobs } from '../live/jobs.svelte';
import { newId } from '../ui/id';
import { claim, forget, keep, keepFile, keptFile, keptList, type Kept } from './keep';
import { isResumable, send, type Sending } from './sender';

/** Uploads at once: browsers allow a server six connections, and others need some. */
const AT_ONCE = 2;

export type UploadState = 'waiting' | 'sending' | 'storing' | 'paused' | 'failed' | 'missing';

export interface UploadItem extends Kept {
  /** Null after a reload that lost it. */
  file: File | null;
  state: UploadState;
  sentBytes: number;
  bytesPerSec: number | null;
  problem: string | null;
}

class Uploads {
  items = $state<UploadItem[]>([]);
  resumable = $state(false);
  /** The files of this tab by what came of them, to be shown beside the results. */
  readonly files = new Map<string, File>();
  #sendings = new Map<string, Sending>();
  /** What is on the server already, by the item that wants it. */
  #known = new Map<string, string>();

  constructor() {
    void isResumable().then((is) => (this.resumable = is));
    for (const kept of keptList()) claim(kept.id, () => void this.#restore(kept));
    addEventListener('beforeunload', (event) => this.#sendings.size > 0 && !this.resumable && event.preventDefault());
  }

  /** `known` says which upload a file is already. */
  add(files: File[], choice: Choice, known: (file: File) => string | undefined = () => undefined): void {
    for (const file of files) {
      const id = newId();
      const uploadId = known(file);
      if (uploadId) this.#known.set(id, uploadId);
      const kept = { id, name: file.name, size: file.size, modifiedMillis: file.lastModified, choice };
      this.items.push({ ...kept, file, state: 'waiting', sentBytes: 0, bytesPerSec: null, problem: null });
      claim(id, () => keep(kept));
      void keepFile(id, file);
    }
    this.#next();
  }

  /** Whether this is the file of an upload that a reload lost; it then goes on. */
  adopt(file: File): boolean {
    const isIt = (item: UploadItem) => item.state === 'missing' && item.name === file.name && item.size === file.size;
    const missing = this.items.find(isIt);
    if (missing) this.bring(missing.id, file);
    return missing !== undefined;
  }

  /** The file of an upload that a reload lost. */
  bring(id: string, file: File): void {
    const item = this.#find(id);
    if (!item) return;
    if (file.size !== item.size) {
      item.problem = `${file.name} is not the same file: it has another size`;
      return;
    }
    Object.assign(item, { file, state: 'waiting', problem: null });
    this.#next();
  }

  pause(id: string): void {
    this.#sendings.get(id)?.stop();
    this.#sendings.delete(id);
    this.#change(id, { state: 'paused', bytesPerSec: null });
    this.#next();
  }

  resume(id: string): void {
    this.#change(id, { state: 'waiting', problem: null });
    this.#next();
  }

  cancel(id: string): void {
    this.#sendings.get(id)?.discard();
    this.#end(id);
    this.#next();
  }

  #find(id: string): UploadItem | undefined {
    return this.items.find((item) => item.id === id);
  }

  #change(id: string, change: Partial<UploadItem>): void {
    const item = this.#find(id);
    if (item) Object.assign(item, change);
  }

  #end(id: string): void {
    this.#sendings.delete(id);
    this.#known.delete(id);
    forget(id);
    this.items = this.items.filter((item) => item.id !== id);
  }

  async #restore(kept: Kept): Promise<void> {
    const file = await keptFile(kept.id);
    const state = file ? 'waiting' : 'missing';
    this.items.push({ ...kept, file, state, sentBytes: 0, bytesPerSec: null, problem: null });
    this.#next();
  }

  #next(): void {
    let free = AT_ONCE - this.items.filter((item) => item.state === 'sending').length;
    for (const item of this.items) {
      if (free > 0 && item.state === 'waiting' && item.file) {
        free -= 1;
        item.state = 'sending';
        void this.#send(item.id, item.file);
      }
    }
  }

  async #send(id: string, file: File): Promise<void> {
    const known = this.#known.get(id);
    if (known) return this.#sent(id, known, file);
    const began = performance.now();
    let firstBytes: number | null = null;
    const sending = await send(file, {
      progress: (sentBytes) => {
        firstBytes ??= sentBytes;
        const secs = (performance.now() - began) / 1000;
        this.#change(id, { sentBytes, bytesPerSec: secs > 0.5 ? (sentBytes - firstBytes) / secs : null });
      },
      done: (uploadId) => void this.#sent(id, uploadId, file),
      failed: (problem) => this.#failed(id, problem),
    });
    // Paused or cancelled before it had begun.
    if (this.#find(id)?.state === 'sending') this.#sendings.set(id, sending);
    else sending.stop();
  }

  #failed(id: string, problem: string): void {
    this.#sendings.delete(id);
    this.#change(id, { state: 'failed', problem, bytesPerSec: null });
    this.#next();
  }

  async #sent(id: string, upload: string, file: File): Promise<void> {
    const item = this.#find(id);
    if (!item) return;
    Object.assign(item, { state: 'storing', sentBytes: item.size });
    this.#sendings.delete(id);
    this.#next();
    try {
      // The same key for the same upload: a reload at the wrong moment makes no second job.
      const accepted = await ask(newJob(item.choice, [{ upload }], id));
      const { data } = await api.GET('/api/v1/jobs/{id}', { params: { path: { id: accepted.id } } });
      if (data) jobs.put(data);
      const sha256 = data?.sources[0]?.sha256;
      if (sha256) this.files.set(sha256, file);
      this.#end(id);
    } catch (error) {
      this.#failed(id, error instanceof Refusal ? error.message : String(error));
    }
  }
}

export const uploads = new Uploads();
