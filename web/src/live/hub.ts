// The one reader of the server's events. It lives once for all tabs, keeps what they show, and tells them what changes.
import { api, isOpen, isWorking, type Job, type Progress, type Status } from '../api/client';
import type { Asked, Connection, Pace, Piece, Told } from './messages';
import { Pacer } from './pace';

const EVENTS = '/api/v1/events';
const PAGE = 50;
/** What has not ended is shown however old it is, up to so many pages of each state. */
const OPEN: Status[] = ['queued', 'planning', 'running', 'assembling'];
const OPEN_PAGE = 200;
const OPEN_PAGES_MAX = 5;
/** A stream that the browser gave up is opened again after this. */
const AGAIN_MILLIS = 2000;

type TaskEvent = { job_id: string; task_id: string; status: string };
type ProgressEvent = { job_id: string; status: Status } & Progress;

export class Hub {
  private jobs = new Map<string, Job>();
  private pieces = new Map<string, Piece[]>();
  private pacers = new Map<string, Pacer>();
  private paces = new Map<string, Pace>();
  private durations = new Map<string, number | null>();
  private cursor: string | null = null;
  private paused = false;
  private connection: Connection = 'connecting';
  private isLoaded = false;
  private source: EventSource | null = null;
  private asking = new Map<string, boolean>();

  constructor(private readonly tell: (told: Told) => void) {
    this.open();
  }

  /** What a tab that has just come needs. */
  whole(): Told[] {
    const told: Told[] = [{ kind: 'connection', connection: this.connection }];
    if (this.isLoaded) told.push(this.all());
    return told;
  }

  hear(asked: Asked): void {
    if (asked.kind === 'look') this.look(asked.id);
    else if (asked.kind === 'more') void this.older();
    else if (asked.kind === 'session') this.reopen();
    else if (asked.kind === 'queue') void this.askQueue();
    else if (asked.kind === 'gone') {
      this.jobs.delete(asked.id);
      this.asking.delete(asked.id);
      this.tell({ kind: 'gone', id: asked.id });
    }
  }

  private all(): Told {
    const of = <T>(map: Map<string, T>) => Object.fromEntries(map);
    const { paused, cursor } = this;
    const jobs = [...this.jobs.values()];
    return { kind: 'all', jobs, pieces: of(this.pieces), paces: of(this.paces), paused, isMore: cursor !== null };
  }

  private open(): void {
    const source = new EventSource(EVENTS);
    this.source = source;
    const on = <T>(name: string, take: (data: T) => void) =>
      source.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent<string>).data) as T));
    // What happened while nobody listened is in what is loaded now.
    source.onopen = () => void this.load();
    source.onerror = () => {
      if (this.source !== source) return;
      if (source.readyState === EventSource.CLOSED) void this.findOutWhy(source);
      else this.say('lost');
    };
    on<{ job_id: string; status: Status }>('job', (event) => this.takeJob(event.job_id, event.status));
    on<TaskEvent>('task', (event) => this.takeTask(event));
    on<ProgressEvent>('progress', ({ job_id, status, ...progress }) => this.takeProgress(job_id, status, progress));
  }

  /** The browser gave the stream up, and does not tell with what the server answered. */
  private async findOutWhy(source: EventSource): Promise<void> {
    const session = await api.GET('/api/v1/session').catch(() => null);
    // Somebody signed in meanwhile.
    if (this.source !== source) return;
    if (session?.response.status === 401) return this.lock();
    this.say('lost');
    setTimeout(() => this.open(), AGAIN_MILLIS);
  }

  private reopen(): void {
    this.source?.close();
    this.say('connecting');
    this.open();
  }

  /** Whoever may not see jobs any more sees none. */
  private lock(): void {
    this.isLoaded = false;
    for (const map of [this.jobs, this.pieces, this.pacers, this.paces, this.durations]) map.clear();
    this.say('locked');
  }

  private say(connection: Connection): void {
    this.connection = connection;
    this.tell({ kind: 'connection', connection });
  }

  private async load(): Promise<void> {
    const [jobs, queue, ...open] = await Promise.all([
      api.GET('/api/v1/jobs', { params: { query: { limit: PAGE } } }).catch(() => null),
      api.GET('/api/v1/system/queue').catch(() => null),
      ...OPEN.map((status) => openJobs(status).catch(() => [])),
    ]);
    // The stream broke again meanwhile; it calls this once it is back.
    if (!jobs?.data) return;
    this.jobs = new Map([...open.flat(), ...jobs.data.items].map((job) => [job.id, job]));
    this.cursor = jobs.data.next_cursor ?? null;
    this.paused = queue?.data?.paused ?? false;
    this.isLoaded = true;
    this.tell(this.all());
    this.say('live');
    for (const job of this.jobs.values()) if (isWorking(job.status)) void this.askPieces(job.id);
  }

  private async older(): Promise<void> {
    if (this.cursor === null) return;
    const { data } = await api.GET('/api/v1/jobs', { params: { query: { limit: PAGE, cursor: this.cursor } } });
    if (!data) return;
    this.cursor = data.next_cursor ?? null;
    for (const job of data.items) this.jobs.set(job.id, job);
    this.tell({ kind: 'older', jobs: data.items, isMore: this.cursor !== null });
  }

  private async askQueue(): Promise<void> {
    const { data } = await api.GET('/api/v1/system/queue');
    if (!data) return;
    this.paused = data.paused;
    this.tell({ kind: 'paused', paused: data.paused });
  }

  private takeJob(id: string, status: Status): void {
    const job = this.jobs.get(id);
    if (job && isOpen(status)) {
      this.jobs.set(id, { ...job, status });
      this.tell({ kind: 'job', job: this.jobs.get(id)! });
    }
    if (!isOpen(status)) this.forgetPace(id);
    if (status === 'running') void this.askPieces(id);
    this.look(id);
  }

  /** Asks for a job; asked again meanwhile, once more after that. */
  private look(id: string): void {
    if (this.asking.has(id)) {
      this.asking.set(id, true);
      return;
    }
    this.asking.set(id, false);
    void (async () => {
      const answer = await api.GET('/api/v1/jobs/{id}', { params: { path: { id } } }).catch(() => null);
      const isStale = this.asking.get(id);
      // It was deleted meanwhile.
      if (isStale === undefined) return;
      this.asking.delete(id);
      if (isStale) return this.look(id);
      if (!answer?.data) return;
      this.jobs.set(id, answer.data);
      this.tell({ kind: 'job', job: answer.data });
    })();
  }

  private async askPieces(id: string): Promise<void> {
    const { data } = await api.GET('/api/v1/jobs/{id}/tasks', { params: { path: { id } } });
    if (!data) return;
    const pieces = data.map(({ id, kind, status, cost }) => ({ id, kind, status, cost }));
    this.pieces.set(id, pieces);
    this.tell({ kind: 'pieces', id, pieces });
    await this.askDuration(id);
  }

  private takeTask({ job_id, task_id, status }: TaskEvent): void {
    const known = this.pieces.get(job_id);
    const piece = known?.find((piece) => piece.id === task_id);
    if (piece) {
      piece.status = status;
      this.tell({ kind: 'piece', id: job_id, task: task_id, status });
    } else if (known) void this.askPieces(job_id);
  }

  private takeProgress(id: string, status: Status, progress: Progress): void {
    const job = this.jobs.get(id);
    if (!job) return this.look(id);
    this.jobs.set(id, { ...job, status, progress });
    const pacer = this.pacers.get(id) ?? new Pacer();
    this.pacers.set(id, pacer);
    pacer.note(progress.done_fraction, Date.now());
    const source = job.sources[0];
    const pace = pacer.pace(source?.size ?? 0, this.durations.get(source?.sha256 ?? '') ?? null);
    this.paces.set(id, pace);
    this.tell({ kind: 'progress', id, status, progress, pace });
  }

  private forgetPace(id: string): void {
    this.pacers.delete(id);
    this.paces.delete(id);
  }

  /** A job's source has no length; the upload of the same bytes has. */
  private async askDuration(id: string): Promise<void> {
    const sha256 = this.jobs.get(id)?.sources[0]?.sha256;
    if (!sha256 || this.durations.has(sha256)) return;
    this.durations.set(sha256, null);
    const { data } = await api.GET('/api/v1/videos', { params: { query: { limit: 100 } } });
    for (const upload of data?.items ?? []) {
      const secs = (upload.metadata as { duration_secs?: number } | null)?.duration_secs;
      this.durations.set(upload.sha256, secs ?? null);
    }
  }
}

/** All jobs in this state. */
async function openJobs(status: Status): Promise<Job[]> {
  const found: Job[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < OPEN_PAGES_MAX; page += 1) {
    const { data } = await api.GET('/api/v1/jobs', { params: { query: { status, limit: OPEN_PAGE, cursor } } });
    found.push(...(data?.items ?? []));
    cursor = data?.next_cursor ?? undefined;
    if (!cursor) break;
  }
  return found;
}
