// The reader within a SharedWorker: one for all tabs of a browser.
import { Hub } from './hub';
import type { Asked, Told } from './messages';

const ports = new Set<MessagePort>();
const hub = new Hub((told: Told) => {
  for (const port of ports) port.postMessage(told);
});

(self as unknown as { onconnect: (event: MessageEvent) => void }).onconnect = (event) => {
  const port = event.ports[0];
  if (!port) return;
  ports.add(port);
  port.onmessage = ({ data }: MessageEvent<Asked>) => {
    if (data.kind === 'bye') ports.delete(port);
    else if (data.kind === 'hello') for (const told of hub.whole()) port.postMessage(told);
    else hub.hear(data);
  };
};
