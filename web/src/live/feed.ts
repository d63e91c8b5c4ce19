// Where a tab's news come from: a worker that all tabs share, else a tab that leads.
import { join } from './leader';
import type { Asked, Told } from './messages';

/** Listens; returns how to ask. */
export function connect(listen: (told: Told) => void): (asked: Asked) => void {
  const ask = typeof SharedWorker === 'undefined' ? join(listen) : share(listen);
  ask({ kind: 'hello' });
  return ask;
}

function share(listen: (told: Told) => void): (asked: Asked) => void {
  const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'reel' });
  worker.port.onmessage = ({ data }: MessageEvent<Told>) => listen(data);
  worker.port.start();
  const ask = (asked: Asked) => worker.port.postMessage(asked);
  addEventListener('pagehide', () => ask({ kind: 'bye' }));
  // A page that comes back from the browser's cache has missed everything since.
  addEventListener('pageshow', (event) => event.persisted && location.reload());
  return ask;
}
