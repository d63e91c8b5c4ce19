//! What the server asks of media, without knowing any.

use std::path::Path;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Looks into files. Blocking; bounded in time and memory by whoever implements it.
pub trait Inspect: Send + Sync + 'static {
    /// What the file is. That it is no media is an answer, not a failure.
    fn inspect(&self, path: &Path) -> Inspected;

    /// What works on this machine and what is missing. May take seconds.
    fn doctor(&self) -> Vec<Finding> {
        Vec::new()
    }

    /// The networks that are here, by name.
    fn models(&self) -> Vec<NetworkModel> {
        Vec::new()
    }

    /// Writes the first seconds of a film into `out`, as they are.
    ///
    /// # Errors
    /// [`Unseen::NotThis`] when it is no film.
    fn excerpt(&self, path: &Path, secs: u32, out: &Path) -> Result<(), Unseen> {
        let _ = (path, secs, out);
        Err(Unseen::NotThis)
    }

    /// The pictures of a film whose pictures stand by themselves, `count_max` of them from number `first` on.
    ///
    /// # Errors
    /// [`Unseen::NotThis`] when its pictures cannot be had one by one.
    fn pictures(&self, path: &Path, first: u64, count_max: u32) -> Result<Pictures, Unseen> {
        let _ = (path, first, count_max);
        Err(Unseen::NotThis)
    }

    /// One of them, as a JPEG.
    ///
    /// # Errors
    /// As [`Inspect::pictures`]; [`Unseen::NoPicture`] when there is none of this number.
    fn picture(&self, path: &Path, number: u64) -> Result<Vec<u8>, Unseen> {
        let _ = (path, number);
        Err(Unseen::NotThis)
    }
}

/// One part of this machine, and whether it works.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Finding {
    /// What was looked for.
    pub name: String,
    /// How it stands.
    pub state: FindingState,
    /// What was found, or why not.
    pub found: String,
    /// The command that brings it, or what to do; null where nothing is to be done.
    pub bring: Option<String>,
}

/// A network that a job may name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = Model)]
pub struct NetworkModel {
    /// What a job calls it.
    pub name: String,
    /// `image`: one picture in, one matte out. `rvm`: Robust Video Matting.
    pub contract: String,
    /// What it is for.
    pub purpose: String,
    /// Under which licence it is given out, as whoever added it knows it.
    pub licence: String,
    /// SHA-256 of its file.
    pub sha256: String,
    /// Bytes of its file.
    pub size_bytes: u64,
    /// It is one that reel brings along.
    pub builtin: bool,
}

/// How a part stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// It is here and works.
    Ok,
    /// It is not here; reel does without it, or does less.
    Absent,
    /// It is not here and needed.
    Missing,
}

/// What looking into a file told.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Inspected {
    /// Its media type, for example `video/mp4`; nothing when it is not known.
    pub mime: Option<String>,
    /// Duration, size, codecs: an object. Null when it is no media.
    pub metadata: Value,
}

/// The pictures of a film, or a stretch of them.
#[derive(Clone, PartialEq, Debug)]
pub struct Pictures {
    /// How many there are in all.
    pub count: u64,
    /// Pixels across; nothing where the file does not say.
    pub width: Option<u32>,
    /// Pixels down.
    pub height: Option<u32>,
    /// How many are shown in a second.
    pub per_sec: Option<f64>,
    /// Those that were asked for.
    pub listed: Vec<Picture>,
}

/// One picture, by what can be told of it without drawing it.
#[derive(Clone, PartialEq, Debug)]
pub struct Picture {
    /// Its number in the file, from 0 on.
    pub number: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// What it is for, in a word; nothing where it does not say.
    pub kind: Option<&'static str>,
    /// What it says of itself, in words.
    pub told: Option<String>,
}

/// Why something of a file is not seen.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unseen {
    /// It is nothing of this sort.
    #[error("it is nothing of this sort")]
    NotThis,
    /// It has no picture of this number.
    #[error("it has {count} pictures")]
    NoPicture {
        /// How many there are.
        count: u64,
    },
    /// Reading or writing failed.
    #[error("{0}")]
    Failed(String),
}

/// Looks into nothing: every file is just bytes.
#[derive(Clone, Copy, Default, Debug)]
pub struct NoInspection;

impl Inspect for NoInspection {
    fn inspect(&self, _path: &Path) -> Inspected {
        Inspected { mime: None, metadata: Value::Null }
    }
}
