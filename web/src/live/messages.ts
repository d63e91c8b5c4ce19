// What the one reader of events and the open tabs say to each other.
import type { Job, Progress, Status } from '../api/client';

/** One piece of a job, as little as a timeline needs. */
export interface Piece {
  id: string;
  kind: string;
  status: string;
  cost: number;
}

/** How fast a job goes, as the reader saw it. */
export interface Pace {
  /** Seconds of film for each second of work; null where the length is not known. */
  speed: number | null;
  /** Bytes of the source a second. */
  bytesPerSec: number | null;
  leftSecs: number | null;
}

/** `locked`: the server wants a key. */
export type Connection = 'connecting' | 'live' | 'lost' | 'locked';

/** To the tabs. */
export type Told =
  | { kind: 'all'; jobs: Job[]; pieces: Record<string, Piece[]>; paces: Record<string, Pace>; paused: boolean; isMore: boolean }
  | { kind: 'connection'; connection: Connection }
  | { kind: 'job'; job: Job }
  | { kind: 'older'; jobs: Job[]; isMore: boolean }
  | { kind: 'progress'; id: string; status: Status; progress: Progress; pace: Pace }
  | { kind: 'pieces'; id: string; pieces: Piece[] }
  | { kind: 'piece'; id: string; task: string; status: string }
  | { kind: 'gone'; id: string }
  | { kind: 'paused'; paused: boolean };

/** From the tabs. */
export type Asked =
  | { kind: 'hello' }
  | { kind: 'bye' }
  | { kind: 'look'; id: string }
  | { kind: 'gone'; id: string }
  | { kind: 'more' }
  /** A key was shown, or put away: who may see what is another question now. */
  | { kind: 'session' }
  | { kind: 'queue' };
