//! How a worker is told to stop.

use std::sync::Arc;

use tokio::sync::watch;

/// Tells a worker to stop: no new claims, running steps end, leases are given back. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Drain {
    started: Arc<watch::Sender<bool>>,
}

impl Default for Drain {
    fn default() -> Self {
        Self { started: Arc::new(watch::Sender::new(false)) }
    }
}

impl Drain {
    /// Not started.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts it; doing so again changes nothing.
    pub fn start(&self) {
        self.started.send_replace(true);
    }

    /// Whether it was started.
    pub fn is_started(&self) -> bool {
        *self.started.borrow()
    }

    /// Waits until it is started.
    pub async fn started(&self) {
        let mut receiver = self.started.subscribe();
        // The sender lives as long as this handle.
        let _ = receiver.wait_for(|started| *started).await;
    }
}
