//! How long something may stand still before it is taken for dead.

use std::time::Duration;

/// Bounds on standing still.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// A decoder that gives no picture.
    pub decode: Duration,
    /// An encoder that takes none.
    pub encode: Duration,
    /// A network that does not answer for one batch.
    pub infer: Duration,
    /// For a free place on a GPU.
    pub lease: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            decode: Duration::from_secs(60),
            encode: Duration::from_secs(120),
            infer: Duration::from_secs(60),
            lease: Duration::from_secs(20),
        }
    }
}
