// Which page is shown: the address says so.
type Page = { name: 'home' } | { name: 'job'; id: string } | { name: 'machines' } | { name: 'files' } | { name: 'keys' } | { name: 'webhooks' } | { name: 'nowhere' };

class Route {
  path = $state(location.pathname);
  readonly page = $derived(pageFrom(this.path));

  constructor() {
    addEventListener('popstate', () => (this.path = location.pathname));
    document.addEventListener('click', (event) => this.#follow(event));
  }

  go(path: string): void {
    if (path === this.path) return;
    history.pushState(null, '', path);
    this.path = path;
    scrollTo(0, 0);
    // Where the new page begins, for those who hear it.
    queueMicrotask(() => document.querySelector('main')?.focus({ preventScroll: true }));
  }

  /** A plain click on a link within the page loads nothing. */
  #follow(event: MouseEvent): void {
    const link = (event.target as Element | null)?.closest('a');
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !isPlain || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.pathname.startsWith('/api/') || link.hash) return;
    event.preventDefault();
    this.go(link.pathname);
  }
}

function pageFrom(path: string): Page {
  if (path === '/') return { name: 'home' };
  if (path === '/machines') return { name: 'machines' };
  if (path === '/files') return { name: 'files' };
  if (path === '/keys') return { name: 'keys' };
  if (path === '/webhooks') return { name: 'webhooks' };
  const id = /^\/jobs\/([a-z0-9]+)$/.exec(path)?.[1];
  return id ? { name: 'job', id } : { name: 'nowhere' };
}

export const route = new Route();
