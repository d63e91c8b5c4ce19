//! The clock of the result: which ticks hold the source's time stamps exactly.

use reel_types::time::{Rational, Timestamp};
use serde::{Deserialize, Serialize};

use crate::timeline::Timeline;

/// MP4 players like clocks of at least this many ticks a second.
const TIMESCALE_MIN: u32 = 10_000;
/// A finer clock of a source is rounded to [`FALLBACK`].
const TIMESCALE_MAX: u32 = 1_000_000;
const FALLBACK: Rational = Rational { num: 1, den: 90_000 };

/// How time is told to the encoder and in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Clock {
    /// Seconds per tick of the encoder. With a steady rate one tick is one frame, as rate control likes it.
    pub encode_base: Rational,
    /// Ticks per second of the video track in MP4 parts; a multiple of `encode_base`.
    pub timescale: u32,
    /// Whether all frames lie on a grid of `encode_base` (some places of it may be empty).
    pub steady: bool,
}

impl Clock {
    /// A steady rate when all time stamps lie on its grid within a tick of the source, else the source's own ticks.
    ///
    /// `rates` are the rates that the container claims, in the order in which they are tried.
    pub fn of(timeline: &Timeline, rates: &[Rational]) -> Self {
        let pts = timeline.pts();
        let claimed = rates.iter().map(|rate| rate.inverse());
        let seen = most_frequent(timeline).and_then(|ticks| {
            Rational::new(u32::try_from(ticks).ok()?.checked_mul(timeline.tick.num)?, timeline.tick.den)
                .map(reduced)
        });
        let steady = claimed.chain(seen).map(reduced).find(|frame| is_grid(&pts, timeline.tick, *frame));
        let own = reduced(timeline.tick);
        match steady {
            Some(frame) => Self { encode_base: frame, timescale: timescale(frame.den), steady: true },
            None if own.den <= TIMESCALE_MAX => {
                Self { encode_base: own, timescale: timescale(own.den), steady: false }
            }
            None => Self { encode_base: FALLBACK, timescale: FALLBACK.den, steady: false },
        }
    }

    /// The time of each frame in the result, in `timescale` ticks from the first.
    pub fn output_ticks(&self, timeline: &Timeline) -> Vec<i64> {
        let pts = timeline.pts();
        let first = pts.first().copied().unwrap_or(0);
        pts.iter().map(|pts| self.ticks_of(*pts - first, timeline.tick)).collect()
    }

    /// A distance of the source in `timescale` ticks.
    pub fn ticks_of(&self, distance: i64, tick: Rational) -> i64 {
        let encoder = Timestamp::new(distance, tick).rescale(self.encode_base).map_or(0, |time| time.ticks);
        let per_tick = i64::from(self.timescale / self.encode_base.den) * i64::from(self.encode_base.num);
        encoder.saturating_mul(per_tick)
    }

    /// Seconds per tick of the track.
    pub fn track_tick(&self) -> Rational {
        Rational { num: 1, den: self.timescale }
    }
}

fn most_frequent(timeline: &Timeline) -> Option<i64> {
    timeline.distances.iter().max_by_key(|(_, count)| *count).map(|(distance, _)| *distance)
}

/// Whether every time stamp is within a tick of a place of the grid, each place is taken once, and most steps are
/// one. A grid of less than 4 ticks would fit anything.
fn is_grid(pts: &[i64], tick: Rational, frame: Rational) -> bool {
    let Some(first) = pts.first() else { return false };
    // `frame ÷ tick` as a fraction: a frame is `up / down` ticks.
    let up = i128::from(frame.num) * i128::from(tick.den);
    let down = i128::from(frame.den) * i128::from(tick.num);
    if up < 4 * down || frame.den > TIMESCALE_MAX / 4 {
        return false;
    }
    let mut last = -1;
    let mut single_steps = 0_usize;
    for pts in pts {
        let ticks = i128::from(pts - first);
        let place = (2 * ticks * down + up).div_euclid(2 * up);
        let off = ticks * down - place * up;
        if place <= last || off.abs() > down {
            return false;
        }
        single_steps += usize::from(place == last + 1);
        last = place;
    }
    single_steps * 2 >= pts.len()
}

fn timescale(den: u32) -> u32 {
    let mut timescale = den;
    while timescale < TIMESCALE_MIN {
        timescale *= 2;
    }
    timescale
}

fn reduced(fraction: Rational) -> Rational {
    let (mut a, mut b) = (fraction.num, fraction.den);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    Rational { num: fraction.num / a.max(1), den: fraction.den / a.max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rational(num: u32, den: u32) -> Rational {
        Rational::new(num, den).unwrap()
    }

    fn clock(tick: Rational, pts: &[i64], rates: &[Rational]) -> (Clock, Vec<i64>) {
        let timeline = Timeline::from_pts(tick, pts, 1);
        let clock = Clock::of(&timeline, rates);
        (clock, clock.output_ticks(&timeline))
    }

    #[test]
    fn a_steady_rate_has_one_tick_a_frame() {
        let (clock, ticks) = clock(rational(1, 90_000), &[133_500, 137_250, 141_000], &[rational(24, 1)]);
        assert_eq!(clock, Clock { encode_base: rational(1, 24), timescale: 12_288, steady: true });
        assert_eq!(ticks, [0, 512, 1024]);
    }

    #[test]
    fn milliseconds_of_a_steady_rate_go_back_to_its_grid() {
        let (clock, ticks) = clock(rational(1, 1000), &[7, 40, 74, 107, 140, 174], &[rational(30_000, 1001)]);
        assert_eq!(clock, Clock { encode_base: rational(1001, 30_000), timescale: 30_000, steady: true });
        assert_eq!(ticks, [0, 1001, 2002, 3003, 4004, 5005]);
    }

    #[test]
    fn an_empty_place_of_the_grid_stays_empty() {
        let (clock, ticks) = clock(rational(1, 12_800), &[0, 512, 1024, 2560, 3072], &[rational(25, 1)]);
        assert!(clock.steady);
        assert_eq!(ticks, [0, 512, 1024, 2560, 3072]);
    }

    #[test]
    fn a_changing_rate_keeps_the_source_s_ticks() {
        let pts = [0, 9000, 18_000, 53_098, 61_196, 69_294, 76_493];
        let (clock, ticks) =
            clock(rational(1, 90_000), &pts, &[rational(750_000, 71_393), rational(90_000, 1)]);
        assert_eq!(clock, Clock { encode_base: rational(1, 90_000), timescale: 90_000, steady: false });
        assert_eq!(ticks, pts);
    }

    #[test]
    fn a_clock_of_nanoseconds_is_rounded() {
        let (clock, ticks) =
            clock(rational(1, 1_000_000_000), &[0, 33_000_000, 95_000_000, 101_000_001], &[]);
        assert_eq!((clock.timescale, clock.steady), (90_000, false));
        assert_eq!(ticks, [0, 2970, 8550, 9090]);
    }
}
