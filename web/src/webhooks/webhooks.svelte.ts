// Who is told what becomes of jobs, what was told, and what can be done about either.
import { api, ask, Refusal, type Schemas } from '../api/client';
import { toasts } from '../ui/toasts.svelte';

export type Webhook = Schemas['Webhook'];
export type Delivery = Schemas['WebhookDelivery'];
export type Kind = Schemas['WebhookKind'];
export type State = Schemas['DeliveryState'];

/** What can be heard of; a ping is always. */
export const KINDS: Exclude<Kind, 'ping'>[] = ['job.started', 'job.completed', 'job.failed', 'job.cancelled'];
export const ENDS: Kind[] = ['job.completed', 'job.failed', 'job.cancelled'];
const PAGE = 50;

const path = (id: string) => ({ params: { path: { id } } });

class Webhooks {
  list = $state.raw<Webhook[] | null>(null);
  deliveries = $state.raw<Delivery[]>([]);
  /** Older ones begin here; null where there are none. */
  cursor = $state<string | null>(null);
  state = $state<State | null>(null);
  problem = $state<string | null>(null);
  /** With its secret, which is told this once. */
  made = $state.raw<Schemas['NewWebhookMade'] | null>(null);

  async look(): Promise<void> {
    const { state } = this;
    try {
      const [list, page] = await Promise.all([ask(api.GET('/api/v1/webhooks')), this.#page(null)]);
      // Somebody chose another state meanwhile.
      if (state !== this.state) return;
      [this.list, this.problem] = [list, null];
      this.#take(page.items, page.next_cursor ?? null);
    } catch (error) {
      this.problem = error instanceof Refusal ? error.message : String(error);
    }
  }

  async show(state: State | null): Promise<void> {
    [this.state, this.deliveries, this.cursor] = [state, [], null];
    await this.look();
  }

  async older(): Promise<void> {
    if (this.cursor === null) return;
    const page = await toasts.attempt(this.#page(this.cursor));
    if (!page) return;
    this.deliveries = [...this.deliveries, ...page.items];
    this.cursor = page.next_cursor ?? null;
  }

  async make(webhook: Schemas['NewWebhook']): Promise<boolean> {
    const made = await toasts.attempt(ask(api.POST('/api/v1/webhooks', { body: webhook })));
    if (!made) return false;
    this.made = made;
    await this.look();
    return true;
  }

  async change(webhook: Webhook, change: Schemas['WebhookChange']): Promise<boolean> {
    const done = await toasts.attempt(ask(api.PATCH('/api/v1/webhooks/{id}', { ...path(webhook.id), body: change })));
    await this.look();
    return done !== null;
  }

  async rotate(webhook: Webhook, overlapSecs: number): Promise<void> {
    const body = { overlap_secs: overlapSecs };
    this.made = (await toasts.attempt(ask(api.POST('/api/v1/webhooks/{id}/rotate', { ...path(webhook.id), body })))) ?? this.made;
    await this.look();
  }

  async remove(webhook: Webhook): Promise<void> {
    await toasts.attempt(ask(api.DELETE('/api/v1/webhooks/{id}', path(webhook.id))));
    if (this.made?.id === webhook.id) this.made = null;
    await this.look();
  }

  async ping(webhook: Webhook): Promise<void> {
    await toasts.attempt(ask(api.POST('/api/v1/webhooks/{id}/ping', path(webhook.id))));
    await this.show(null);
  }

  /** Says one again now. */
  async replay(delivery: Delivery): Promise<void> {
    await toasts.attempt(ask(api.POST('/api/v1/webhooks/deliveries/{id}/replay', path(delivery.id))));
    await this.look();
  }

  /** Says everything again that was given up. */
  async replayDead(webhook: Webhook): Promise<void> {
    const answer = await toasts.attempt(ask(api.POST('/api/v1/webhooks/{id}/replay', path(webhook.id))));
    if (answer) toasts.say(answer.replayed === 0 ? 'Nothing was given up.' : `${answer.replayed} are sent again.`);
    await this.look();
  }

  hideSecret(): void {
    this.made = null;
  }

  #page(cursor: string | null) {
    const query = { limit: PAGE, state: this.state ?? undefined, cursor: cursor ?? undefined };
    return ask(api.GET('/api/v1/webhooks/deliveries', { params: { query } }));
  }

  /** The newest page, before those older ones that somebody wanted to see. */
  #take(newest: Delivery[], cursor: string | null): void {
    const known = new Set(newest.map(({ id }) => id));
    const last = newest.at(-1);
    const older = last && this.deliveries.length > PAGE ? this.deliveries.filter(({ id, created_at_millis }) => !known.has(id) && created_at_millis <= last.created_at_millis) : [];
    this.deliveries = [...newest, ...older];
    if (older.length === 0) this.cursor = cursor;
  }
}

export const webhooks = new Webhooks();
