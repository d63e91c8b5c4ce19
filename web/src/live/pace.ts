// How fast a job goes, from when it was how far.
import type { Pace } from './messages';

const WINDOW_MILLIS = 30_000;

interface Sample {
  atMillis: number;
  fraction: number;
}

/** The last half minute of one job. */
export class Pacer {
  private samples: Sample[] = [];

  note(fraction: number | null | undefined, atMillis: number): void {
    if (fraction == null) return;
    const last = this.samples.at(-1);
    if (last && fraction < last.fraction) this.samples = [];
    this.samples.push({ atMillis, fraction });
    while (this.samples.length > 2 && atMillis - this.samples[0]!.atMillis > WINDOW_MILLIS) this.samples.shift();
  }

  /** Of a source of so many bytes and, where known, seconds. */
  pace(sizeBytes: number, durationSecs: number | null): Pace {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    const unknown = { speed: null, bytesPerSec: null, leftSecs: null };
    if (!first || !last || last.atMillis - first.atMillis < 500 || last.fraction <= first.fraction) return unknown;
    const fractionPerSec = ((last.fraction - first.fraction) / (last.atMillis - first.atMillis)) * 1000;
    return {
      speed: durationSecs === null ? null : fractionPerSec * durationSecs,
      bytesPerSec: sizeBytes > 0 ? fractionPerSec * sizeBytes : null,
      leftSecs: (1 - last.fraction) / fractionPerSec,
    };
  }
}
