//! The time by which keys end and requests are counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use reel_types::Millis;

/// The clock of this machine, which a test may set ahead. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct Clock {
    begun: Instant,
    ahead_millis: Arc<AtomicU64>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { begun: Instant::now(), ahead_millis: Arc::default() }
    }
}

impl Clock {
    /// Milliseconds since 1970.
    pub fn now(&self) -> Millis {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        (since_1970 + self.ahead()).as_millis() as Millis
    }

    /// Since this clock was made. Never goes back, whatever somebody does to the clock on the wall.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed() + self.ahead()
    }

    /// Sets it ahead.
    pub fn advance(&self, by: Duration) {
        self.ahead_millis.fetch_add(by.as_millis() as u64, Ordering::SeqCst);
    }

    fn ahead(&self) -> Duration {
        Duration::from_millis(self.ahead_millis.load(Ordering::SeqCst))
    }
}

/// Two are the same when setting one ahead sets the other.
impl PartialEq for Clock {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.ahead_millis, &other.ahead_millis)
    }
}

impl Eq for Clock {}
