//! The time that quarantines and cached probes are measured with.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Runs evenly from its making; tests may push it forward. Clones share the push.
#[derive(Clone, Debug)]
pub struct Clock {
    origin: Instant,
    origin_unix_secs: u64,
    pushed_millis: Arc<AtomicU64>,
}

impl Clock {
    /// This machine's time.
    pub fn system() -> Self {
        let origin_unix_secs =
            SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self { origin: Instant::now(), origin_unix_secs, pushed_millis: Arc::new(AtomicU64::new(0)) }
    }

    /// Lets time pass without waiting for it.
    pub fn push(&self, by: Duration) {
        self.pushed_millis.fetch_add(by.as_millis() as u64, Ordering::Relaxed);
    }

    /// Time since this clock was made. Never goes back.
    pub fn elapsed(&self) -> Duration {
        self.origin.elapsed() + Duration::from_millis(self.pushed_millis.load(Ordering::Relaxed))
    }

    /// Seconds since 1970, for what is kept on disk.
    pub fn unix_secs(&self) -> u64 {
        self.origin_unix_secs + self.elapsed().as_secs()
    }
}
