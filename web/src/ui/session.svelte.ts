// With which key this browser is let in.
import { api, ask } from '../api/client';
import { jobs } from '../live/jobs.svelte';
import { toasts } from './toasts.svelte';

class Session {
  /** Null where no key is needed. */
  keyName = $state<string | null>(null);

  async look(): Promise<void> {
    const { data } = await api.GET('/api/v1/session');
    this.keyName = data?.key_id ? (data.key_name ?? data.key_id) : null;
  }

  /** Trades a key for a cookie. The key itself is kept nowhere. */
  async begin(key: string): Promise<void> {
    await ask(api.POST('/api/v1/session', { body: { key } }));
    jobs.ask({ kind: 'session' });
  }

  async end(): Promise<void> {
    const ended = await toasts.attempt(ask(api.DELETE('/api/v1/session')).then(() => true));
    if (ended) jobs.ask({ kind: 'session' });
  }
}

export const session = new Session();
