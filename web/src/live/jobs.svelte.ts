// What this tab shows of the queue: a mirror of what the one reader tells.
import { SvelteMap } from 'svelte/reactivity';
import { isOpen, isWorking, type Job } from '../api/client';
import { byTurn } from '../jobs/order';
import { connect } from './feed';
import type { Asked, Connection, Pace, Piece, Told } from './messages';

class Jobs {
  readonly byId = new SvelteMap<string, Job>();
  readonly pieces = new SvelteMap<string, Piece[]>();
  readonly paces = new SvelteMap<string, Pace>();
  connection = $state<Connection>('connecting');
  paused = $state(false);
  isLoaded = $state(false);
  isMore = $state(false);
  /** Priorities that the server has yet to hear of; what it tells meanwhile does not undo them. */
  readonly wanted = new Map<string, number>();
  /** The last change of a job's state, for those who cannot see it. */
  said = $state('');

  readonly newestFirst = $derived([...this.byId.values()].sort((a, b) => b.created_at_millis - a.created_at_millis));
  /** Those that wait, in the order in which they will be begun. */
  readonly queue = $derived([...this.byId.values()].filter((job) => job.status === 'queued').sort(byTurn));
  /** Its place in that order, from 0 on, by the job's id. */
  readonly turns = $derived(new Map(this.queue.map((job, turn) => [job.id, turn])));
  /** What is under way, then what waits in its order, then what has ended, the newest first. */
  readonly inOrder = $derived([...this.newestFirst.filter((job) => isWorking(job.status)).reverse(), ...this.queue, ...this.newestFirst.filter((job) => !isOpen(job.status))]);

  #ask: (asked: Asked) => void = () => {};

  start(): void {
    this.#ask = connect((told) => this.#take(told));
  }

  ask(asked: Asked): void {
    this.#ask(asked);
  }

  /** A job that an action of this tab has just changed. */
  put(job: Job): void {
    this.byId.set(job.id, job);
    this.#ask({ kind: 'look', id: job.id });
  }

  #take(told: Told): void {
    switch (told.kind) {
      case 'all':
        this.byId.clear();
        for (const job of told.jobs) this.byId.set(job.id, job);
        for (const [id, pieces] of Object.entries(told.pieces)) this.pieces.set(id, pieces);
        for (const [id, pace] of Object.entries(told.paces)) this.paces.set(id, pace);
        this.paused = told.paused;
        this.isMore = told.isMore;
        this.isLoaded = true;
        break;
      case 'connection':
        this.connection = told.connection;
        if (told.connection === 'locked') this.#forget();
        break;
      case 'job':
        this.#say(told.job);
        this.byId.set(told.job.id, { ...told.job, priority: this.wanted.get(told.job.id) ?? told.job.priority });
        if (!isOpen(told.job.status)) this.paces.delete(told.job.id);
        break;
      case 'older':
        for (const job of told.jobs) this.byId.set(job.id, job);
        this.isMore = told.isMore;
        break;
      case 'progress': {
        const job = this.byId.get(told.id);
        if (job) this.byId.set(told.id, { ...job, status: told.status, progress: told.progress });
        this.paces.set(told.id, told.pace);
        break;
      }
      case 'pieces':
        this.pieces.set(told.id, told.pieces);
        break;
      case 'piece': {
        const pieces = this.pieces.get(told.id) ?? [];
        const change = (piece: Piece) => (piece.id === told.task ? { ...piece, status: told.status } : piece);
        this.pieces.set(told.id, pieces.map(change));
        break;
      }
      case 'gone':
        this.byId.delete(told.id);
        break;
      case 'paused':
        this.paused = told.paused;
        break;
    }
  }

  #forget(): void {
    for (const map of [this.byId, this.pieces, this.paces]) map.clear();
    this.isLoaded = false;
  }

  #say(job: Job): void {
    const before = this.byId.get(job.id);
    if (before && before.status === job.status) return;
    this.said = `${job.sources[0]?.filename ?? job.pipeline}: ${job.status}`;
  }
}

export const jobs = new Jobs();
