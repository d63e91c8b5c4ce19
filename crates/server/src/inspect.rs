//! What the server asks of media, without knowing any.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;

/// Looks into a file that somebody sent. Blocking; bounded in time by whoever implements it.
pub trait Inspect: Send + Sync + 'static {
    /// What the file is. That it is no media is an answer, not a failure.
    fn inspect(&self, path: &Path) -> Inspected;
}

/// What looking into a file told.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Inspected {
    /// Its media type, for example `video/mp4`; nothing when it is not known.
    pub mime: Option<String>,
    /// Duration, size, codecs: an object. Null when it is no media.
    pub metadata: Value,
}

/// Looks into nothing: every file is just bytes.
#[derive(Clone, Copy, Default, Debug)]
pub struct NoInspection;

impl Inspect for NoInspection {
    fn inspect(&self, _path: &Path) -> Inspected {
        Inspected { mime: None, metadata: Value::Null }
    }
}
