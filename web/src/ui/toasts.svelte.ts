// Short news in a corner: what an action came to.
import { Refusal } from '../api/client';

const SHOWN_MILLIS = 8000;

interface Toast {
  id: number;
  text: string;
  isBad: boolean;
}

class Toasts {
  shown = $state<Toast[]>([]);
  #next = 0;

  say(text: string, isBad = false): void {
    const id = this.#next++;
    this.shown.push({ id, text, isBad });
    setTimeout(() => this.drop(id), SHOWN_MILLIS);
  }

  drop(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  /** Runs an action, and says what the server had against it. */
  async attempt<T>(action: Promise<T>): Promise<T | null> {
    try {
      return await action;
    } catch (error) {
      this.say(error instanceof Refusal ? error.message : String(error), true);
      return null;
    }
  }
}

export const toasts = new Toasts();
