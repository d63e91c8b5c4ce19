// `reel serve` for a test; it ends with the test, however that ends.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A machine that builds something else at the same time is slow. */
export const PATIENCE_MILLIS = Number(process.env.REEL_PATIENCE_MILLIS ?? 300_000);
export const PROGRAM = process.env.REEL_BIN ?? new URL('../../target/debug/reel', import.meta.url).pathname;

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
// Without this a signal ends the process, and `exit` is not told.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/**
 * A server on this state folder, and on any port that is free unless one is named. `base` is where it is; `stop` lets it end
 * and waits for that, `kill` gives it no time.
 */
export async function serve(state, flags = [], port = 0) {
  const args = ['serve', '--listen', `127.0.0.1:${port}`, '--state', state, ...flags, '--json'];
  const child = spawn(PROGRAM, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  const ended = new Promise((resolve) => {
    child.once('error', resolve);
    child.once('exit', resolve);
  });
  void ended.then(() => running.delete(child));
  const kill = () => {
    child.kill('SIGKILL');
    return ended;
  };
  const stop = async () => {
    child.kill('SIGTERM');
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      void kill();
    }, PATIENCE_MILLIS);
    await ended;
    clearTimeout(timer);
    if (isLate) throw new Error(`reel serve did not end within ${PATIENCE_MILLIS} ms of being asked to`);
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const record = JSON.parse(line);
    if (record.type !== 'listening') continue;
    // What nobody reads would hold it up once the pipe is full.
    child.stdout.resume();
    return { base: `http://${record.address}`, port: Number(record.address.split(':').pop()), kill, stop };
  }
  await kill();
  throw new Error(`${PROGRAM} serve ended without an address`);
}
