//! What a task leaves behind.

use serde::{Deserialize, Serialize};

/// One stored result: a name in the API, and the object that holds its bytes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Artifact {
    /// The name a person sees, for example `output.mp4`; unique within its task.
    pub name: String,
    /// The object's key in the store; holds the epoch of the attempt that wrote it.
    pub key: String,
    /// Its size.
    pub size_bytes: u64,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// Its media type, for example `video/mp4`.
    pub mime: String,
}

/// A part of the source that could not be had; the result is completed without it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Gap {
    /// Where it begins, seconds from the start of the source.
    pub start_secs: f64,
    /// Where it ends, seconds from the start of the source.
    pub end_secs: f64,
    /// Why.
    pub reason: String,
}
