// What was sent here, and what can be done with it.
import { api, ask, Refusal, type Upload } from '../api/client';
import { staged } from '../upload/staged.svelte';
import { route } from '../ui/route.svelte';
import { toasts } from '../ui/toasts.svelte';

const PAGE = 50;

class Files {
  list = $state.raw<Upload[] | null>(null);
  /** Older ones begin here; null where there are none. */
  cursor = $state<string | null>(null);
  problem = $state<string | null>(null);
  #looks = 0;

  async look(): Promise<void> {
    const mine = ++this.#looks;
    try {
      const page = await this.#page(null);
      // Asked again since, or something was deleted.
      if (mine !== this.#looks) return;
      [this.list, this.cursor, this.problem] = [page.items, page.next_cursor ?? null, null];
    } catch (error) {
      this.problem = error instanceof Refusal ? error.message : String(error);
    }
  }

  async older(): Promise<void> {
    if (this.cursor === null) return;
    const page = await toasts.attempt(this.#page(this.cursor));
    if (!page) return;
    this.list = [...(this.list ?? []), ...page.items];
    this.cursor = page.next_cursor ?? null;
  }

  /** Makes new work of one; nothing is sent again. */
  use(upload: Upload): void {
    staged.addStored(upload);
    route.go('/');
  }

  async remove(upload: Upload): Promise<void> {
    const path = { params: { path: { id: upload.id } } };
    const gone = await toasts.attempt(ask(api.DELETE('/api/v1/videos/{id}', path)).then(() => true));
    if (!gone) return;
    this.#looks += 1;
    this.list = (this.list ?? []).filter(({ id }) => id !== upload.id);
    staged.drop(upload);
  }

  #page(cursor: string | null) {
    return ask(api.GET('/api/v1/videos', { params: { query: { limit: PAGE, cursor: cursor ?? undefined } } }));
  }
}

export const files = new Files();
