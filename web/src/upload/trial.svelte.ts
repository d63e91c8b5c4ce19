// The first seconds of a film done as all of it would be: sent, cut, worked on, and put away again.
import { api, ask, Refusal, type Upload } from '../api/client';
import { newJob, type Choice } from '../form/choice';
import { jobs } from '../live/jobs.svelte';
import { newId } from '../ui/id';
import { send, type Sending } from './sender';
import { nameOf, staged, type What } from './staged.svelte';

export const TRIAL_SECS = 10;
/** So little more than a trial is taken whole. */
const NEARLY_SECS = 2;
/** Somebody sits and waits for it. */
const PRIORITY = 10;

type Stage = 'sending' | 'cutting' | 'working' | 'failed';

class Trial {
  /** Null where nothing is tried. */
  stage = $state<Stage | null>(null);
  name = $state('');
  sentFraction = $state<number | null>(null);
  problem = $state<string | null>(null);
  /** What it was asked for, to be compared with what the form says now. */
  choice = $state.raw<Choice | null>(null);
  whole = $state.raw<Upload | null>(null);
  part = $state.raw<Upload | null>(null);
  #jobId = $state<string | null>(null);
  #sending: Sending | null = null;
  #run = 0;

  readonly job = $derived(this.#jobId === null ? undefined : jobs.byId.get(this.#jobId));
  /** So short that the trial was all of it. */
  readonly isAll = $derived(this.whole !== null && this.part?.id === this.whole.id);
  readonly secs = $derived(secsOf(this.part));
  readonly wholeSecs = $derived(secsOf(this.whole));

  async start(what: What, choice: Choice): Promise<void> {
    await this.end();
    const run = ++this.#run;
    const isOver = () => run !== this.#run;
    Object.assign(this, { stage: 'sending', name: nameOf(what), choice, problem: null, sentFraction: null });
    try {
      const id = staged.uploadOf(what) ?? (await this.#bring(what as File | string));
      if (typeof what === 'string' || what instanceof File) staged.sent(what, id);
      if (isOver()) return;
      this.whole = await ask(api.GET('/api/v1/videos/{id}', { params: { path: { id } } }));
      this.stage = 'cutting';
      const part = await cut(this.whole);
      if (isOver()) return void putAway(null, part, this.whole);
      this.part = part;
      const accepted = await ask(newJob(choice, [{ upload: part.id }], newId(), PRIORITY));
      if (isOver()) return void putAway(accepted.id, part, this.whole);
      this.#jobId = accepted.id;
      this.stage = 'working';
      jobs.ask({ kind: 'look', id: accepted.id });
    } catch (error) {
      if (!isOver()) Object.assign(this, { stage: 'failed', problem: error instanceof Refusal ? error.message : String(error) });
    }
  }

  /** Puts it away, with what it left on the server; `isKept` leaves that there. */
  async end(isKept = false): Promise<void> {
    this.#run += 1;
    this.#sending?.stop();
    this.#sending = null;
    const { part, whole } = this;
    const jobId = this.#jobId;
    Object.assign(this, { stage: null, part: null, whole: null, choice: null });
    this.#jobId = null;
    if (part && !isKept) await putAway(jobId, part, whole);
  }

  #bring(what: File | string): Promise<string> {
    if (typeof what === 'string') return ask(api.POST('/api/v1/uploads/fetch', { body: { url: what } })).then(({ id }) => id);
    return new Promise((resolve, reject) => {
      const listener = {
        progress: (bytes: number) => (this.sentFraction = what.size > 0 ? bytes / what.size : null),
        done: resolve,
        failed: (message: string) => reject(new Refusal({ detail: message })),
      };
      void send(what, listener).then((sending) => (this.#sending = sending));
    });
  }
}

function secsOf(upload: Upload | null): number {
  return (upload?.metadata as { duration_secs?: number } | null)?.duration_secs ?? 0;
}

async function cut(whole: Upload): Promise<Upload> {
  const secs = secsOf(whole);
  if (!secs) throw new Refusal({ detail: `${whole.filename} is no film: there is nothing to try it on` });
  if (secs <= TRIAL_SECS + NEARLY_SECS) return whole;
  return ask(api.POST('/api/v1/videos/{id}/excerpt', { params: { path: { id: whole.id } }, body: { secs: TRIAL_SECS } }));
}

/** The job and the part that it was made of; the film itself stays. */
async function putAway(jobId: string | null, part: Upload, whole: Upload | null): Promise<void> {
  const path = (id: string) => ({ params: { path: { id } } });
  if (jobId !== null) {
    // One that has ended cannot be cancelled, which is as good.
    await api.POST('/api/v1/jobs/{id}/cancel', path(jobId)).catch(() => null);
    const gone = await api.DELETE('/api/v1/jobs/{id}', path(jobId)).catch(() => null);
    if (gone?.response.ok) jobs.ask({ kind: 'gone', id: jobId });
  }
  if (part.id !== whole?.id) await api.DELETE('/api/v1/videos/{id}', path(part.id)).catch(() => null);
}

export const trial = new Trial();
