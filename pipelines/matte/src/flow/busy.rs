//! How long each stage of a chunk worked and did not wait for its neighbours: the longest is what the chunk waits for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Seconds of work of each stage.
#[derive(Clone, Copy, PartialEq, Default, Debug, Serialize, Deserialize)]
pub(crate) struct BusySecs {
    /// Waiting for the decoder's next picture.
    pub(crate) decode: f64,
    /// Telling people from their background.
    pub(crate) infer: f64,
    /// Finishing edges; of all its threads, each with its share.
    pub(crate) finish: f64,
    /// Writing to the slowest encoder, and waiting for its end.
    pub(crate) encode: f64,
}

impl BusySecs {
    /// Both together.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            decode: self.decode + other.decode,
            infer: self.infer + other.infer,
            finish: self.finish + other.finish,
            encode: self.encode + other.encode,
        }
    }

    /// The stage that worked longest; nothing when none did.
    pub(crate) fn slowest(&self) -> Option<&'static str> {
        let stages = [
            ("decode", self.decode),
            ("infer", self.infer),
            ("finish", self.finish),
            ("encode", self.encode),
        ];
        let slowest = stages.into_iter().max_by(|one, other| one.1.total_cmp(&other.1));
        slowest.filter(|(_, secs)| *secs > 0.0).map(|(name, _)| name)
    }
}

/// Adds up what a stage does, on any number of threads.
#[derive(Default, Debug)]
pub(super) struct Clock {
    nanos: AtomicU64,
}

impl Clock {
    /// Does it and counts the time.
    pub(super) fn time<T>(&self, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let made = work();
        let nanos = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
        made
    }

    pub(super) fn secs(&self) -> f64 {
        Duration::from_nanos(self.nanos.load(Ordering::Relaxed)).as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stage_that_worked_longest_is_the_slowest() {
        assert_eq!(BusySecs::default().slowest(), None);
        let busy = BusySecs { decode: 1.0, infer: 2.0, finish: 0.5, encode: 1.5 };
        assert_eq!(busy.slowest(), Some("infer"));
        assert_eq!(busy.plus(BusySecs { encode: 1.0, ..BusySecs::default() }).slowest(), Some("encode"));
    }
}
