// Light or dark: as the system has it, until somebody says otherwise.
const KEY = 'reel-theme';

type Theme = 'system' | 'light' | 'dark';
const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };

class ThemeChoice {
  now = $state<Theme>('system');

  start(): void {
    const kept = localStorage.getItem(KEY);
    this.#set(kept === 'light' || kept === 'dark' ? kept : 'system');
  }

  next(): void {
    this.#set(NEXT[this.now]);
  }

  #set(theme: Theme): void {
    this.now = theme;
    if (theme === 'system') {
      localStorage.removeItem(KEY);
      delete document.documentElement.dataset.theme;
    } else {
      localStorage.setItem(KEY, theme);
      document.documentElement.dataset.theme = theme;
    }
  }
}

export const theme = new ThemeChoice();
