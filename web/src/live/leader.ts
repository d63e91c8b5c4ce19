// The reader within one of the tabs, where there is no SharedWorker: whoever holds the lock reads for all, and when it is
// closed the next one does.
import { Hub } from './hub';
import type { Asked, Told } from './messages';

const NAME = 'reel-live';

/** Hears what the leading tab tells, and leads once no other tab does. Returns how to ask. */
export function join(listen: (told: Told) => void): (asked: Asked) => void {
  const channel = new BroadcastChannel(NAME);
  let hub: Hub | null = null;
  const tellAll = (told: Told) => {
    listen(told);
    channel.postMessage({ told });
  };
  channel.onmessage = ({ data }: MessageEvent<{ told?: Told; asked?: Asked }>) => {
    if (data.told && !hub) listen(data.told);
    if (data.asked && hub) answer(hub, data.asked);
  };
  const answer = (hub: Hub, asked: Asked) => {
    // A channel cannot answer one tab alone; the others hear it again.
    if (asked.kind === 'hello') hub.whole().forEach(tellAll);
    else hub.hear(asked);
  };
  const lead = () => {
    hub = new Hub(tellAll);
    return new Promise<never>(() => {});
  };
  if (navigator.locks) void navigator.locks.request(NAME, lead);
  else void lead();
  return (asked) => (hub ? answer(hub, asked) : channel.postMessage({ asked }));
}
