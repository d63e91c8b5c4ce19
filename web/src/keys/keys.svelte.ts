// The keys of this server, as far as the caller may see them, and what can be done about them.
import { api, ask, Refusal, type Schemas } from '../api/client';
import { session } from '../ui/session.svelte';
import { toasts } from '../ui/toasts.svelte';

export type Key = Schemas['Key'];
export type Scope = Schemas['Scope'];
export type NewKey = Schemas['NewKey'];
type Made = Schemas['NewKeyMade'];

/** What each scope lets somebody do, in a line. */
export const SCOPES: Record<Scope, string> = {
  read: 'look at everything of its tenant, and download it',
  write: 'also send files, make jobs, cancel and delete them',
  admin: 'also make and revoke keys',
};

class Keys {
  list = $state.raw<Key[] | null>(null);
  problem = $state<string | null>(null);
  /**
   * The key that was made last, told this once. It is here and not in the page, for the first key of all may shut the page
   * until this browser is signed in with it.
   */
  made = $state.raw<Made | null>(null);

  readonly live = $derived((this.list ?? []).filter((key) => key.live));
  readonly ended = $derived((this.list ?? []).filter((key) => !key.live));

  async look(): Promise<void> {
    try {
      this.list = await ask(api.GET('/api/v1/keys'));
      this.problem = null;
    } catch (error) {
      this.problem = error instanceof Refusal ? error.message : String(error);
    }
  }

  /** Whether it was made. The first one of all closes the door behind it: this browser goes in with it. */
  async make(key: NewKey): Promise<boolean> {
    const isFirst = session.isUnkeyed;
    const made = await toasts.attempt(ask(api.POST('/api/v1/keys', { body: key })));
    if (!made) return false;
    this.made = made;
    if (isFirst) await toasts.attempt(session.begin(made.key));
    await this.look();
    return true;
  }

  async replace(key: Key, overlapSecs: number): Promise<void> {
    const path = { params: { path: { id: key.id } } };
    const made = await toasts.attempt(ask(api.POST('/api/v1/keys/{id}/rotate', { ...path, body: { overlap_secs: overlapSecs } })));
    if (!made) return;
    this.made = made;
    // Whoever replaces the key that it came in with goes on with the new one.
    if (key.id === session.who?.key_id) await toasts.attempt(session.begin(made.key));
    await this.look();
  }

  async revoke(key: Key): Promise<void> {
    const path = { params: { path: { id: key.id } } };
    const gone = await toasts.attempt(ask(api.DELETE('/api/v1/keys/{id}', path)).then(() => true));
    if (!gone) return;
    if (this.made?.id === key.id) this.made = null;
    // Nothing that this browser asks is answered any more.
    if (key.id === session.who?.key_id) await session.end();
    else await this.look();
  }

  forgetMade(): void {
    this.made = null;
  }
}

export const keys = new Keys();
