// With which key this browser is let in, and what it may do.
import { api, ask, type Schemas } from '../api/client';
import { jobs } from '../live/jobs.svelte';
import { toasts } from './toasts.svelte';

const LOCAL = 'local';

class Session {
  /** Null until the server was asked. */
  who = $state.raw<Schemas['Session'] | null>(null);
  /** Null where no key is needed. */
  readonly keyName = $derived(this.who?.key_id ? (this.who.key_name ?? this.who.key_id) : null);
  readonly isAdmin = $derived(this.who?.scope === 'admin');
  /** May look, and nothing else. */
  readonly isReader = $derived(this.who?.scope === 'read');
  readonly canWrite = $derived(this.who !== null && !this.isReader);
  /** Runs the server: sees the keys of all tenants. */
  readonly isOperator = $derived(this.isAdmin && this.who?.tenant === LOCAL);
  /** Nobody has made a key yet: this machine may do everything. */
  readonly isUnkeyed = $derived(this.who !== null && !this.who.key_id);

  async look(): Promise<void> {
    const { data } = await api.GET('/api/v1/session');
    this.who = data ?? null;
  }

  /** Trades a key for a cookie. The key itself is kept nowhere. */
  async begin(key: string): Promise<void> {
    this.who = (await ask(api.POST('/api/v1/session', { body: { key } }))) ?? null;
    jobs.ask({ kind: 'session' });
  }

  async end(): Promise<void> {
    const ended = await toasts.attempt(ask(api.DELETE('/api/v1/session')).then(() => true));
    if (ended) jobs.ask({ kind: 'session' });
  }
}

export const session = new Session();
