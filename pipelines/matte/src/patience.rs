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
    /// Any program that is started, those that look at files and join them as well; nothing leaves each its own bound.
    pub any: Option<Duration>,
}

impl Patience {
    /// The same for all.
    pub fn of(time: Duration) -> Self {
        Self { decode: time, encode: time, infer: time, lease: time, any: Some(time) }
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            decode: Duration::from_secs(60),
            encode: Duration::from_secs(120),
            infer: Duration::from_secs(60),
            lease: Duration::from_secs(20),
            any: None,
        }
    }
}
