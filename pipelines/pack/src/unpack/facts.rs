//! What a packed video says about what it carries.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use reel_engine::{RunContext, RunError};
use reel_media::OnDemand;
use reel_types::{CancelToken, Failure, FailureKind, Stage, shown};
use serde::{Deserialize, Serialize};

use super::find::{Found, find};
use super::{parts, verify};
use crate::frame::{ContentKind, Metadata};
use crate::params::UnpackParams;
use crate::room;
use crate::stream::names::base_name;
use crate::stream::seal::FileKey;

/// Kept as an object beside the job.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Facts {
    /// What was asked for; chunks read it here.
    pub params: UnpackParams,
    /// What every frame says about the whole. On the disk it stays as sealed as it was; see [`Self::opened`].
    pub metadata: Metadata,
    /// Whether a key is needed.
    pub is_sealed: bool,
    /// Bytes of a symbol.
    pub symbol_bytes: u16,
    /// Of several videos, those that were not given, the first of them at least.
    pub(super) missing_parts: Vec<u32>,
    /// How each source is read.
    pub(super) sources: Vec<Readable>,
}

impl Facts {
    /// The same with what was hidden, in memory alone.
    pub(super) fn opened(self, key: Option<&FileKey>) -> Result<Self, RunError> {
        let metadata = unsealed(&self.metadata, key, Path::new("the video"))?;
        Ok(Self { metadata, ..self })
    }
}

/// One source.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Readable {
    /// Which file it is; frames of others are passed over.
    pub(super) file_id: [u8; 8],
    /// Which of several videos it is.
    pub(super) part: Option<u32>,
    /// How its frames are had.
    pub(super) video: Video,
}

/// How the frames of one source are had.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Video {
    /// An AVI whose pictures are known: where each is, and which blocks it has symbols of.
    Avi(Vec<Picture>),
    /// A container that FFmpeg takes the pictures out of, as they are.
    Remuxed,
    /// Pictures that must be decoded: cells of grey.
    Pixels,
    /// The same: cells of colour.
    Cells,
}

/// One picture of an AVI.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Picture {
    pub(super) offset: u64,
    pub(super) bytes: u32,
    /// The lowest and the highest block it has symbols of; nothing when that could not be read.
    pub(super) blocks: Option<(u32, u32)>,
}

/// What is known before any work.
#[derive(Clone, PartialEq, Debug)]
pub struct Peeked {
    /// Base name of what is in it; nothing while it is sealed.
    pub name: Option<String>,
    /// Bytes of it.
    pub size_bytes: Option<u64>,
    /// SHA-256 of it, hex.
    pub sha256: Option<String>,
    /// Whether it is a tar stream of a folder or of several files.
    pub is_tar: bool,
    /// Its key, sealed, where it is encrypted; base64.
    pub sealed_key: Option<String>,
    /// `archive`, `share` or `legacy`.
    pub profile: &'static str,
    /// Repair symbols for each source symbol.
    pub repair_ratio: f64,
    /// Which of how many videos it is, where there are several.
    pub part: Option<(u32, u32)>,
}

/// Reads just as much of a video as says what is in it.
///
/// # Errors
/// [`FailureKind::Input`] when it was not made by `reel pack`, was re-encoded, or does not open with this key.
pub fn peek(
    ffmpeg: &OnDemand,
    path: &Path,
    key: Option<&FileKey>,
    cancel: &CancelToken,
) -> Result<Peeked, Failure> {
    let failure = |error| match error {
        RunError::Failed(failure) => failure,
        other => Failure::new(FailureKind::Input, other.to_string()),
    };
    let found = find(ffmpeg, path, false, cancel).map_err(failure)?;
    let sealed_key = found.metadata.key.clone();
    let metadata = match key {
        Some(key) if sealed_key.is_some() => unsealed(&found.metadata, Some(key), path).map_err(failure)?,
        _ => found.metadata,
    };
    Ok(Peeked {
        name: metadata.name.as_deref().map(base_name),
        size_bytes: metadata.size,
        sha256: metadata.sha256,
        is_tar: metadata.kind == ContentKind::Tar,
        sealed_key,
        profile: match metadata.profile {
            crate::frame::Profile::Archive => "archive",
            crate::frame::Profile::Share => "share",
            crate::frame::Profile::Legacy => "legacy",
        },
        repair_ratio: metadata.repair_ratio,
        part: metadata.part.zip(metadata.part_count),
    })
}

pub(super) fn inspect(
    ffmpeg: &OnDemand,
    params: &UnpackParams,
    key: Option<&FileKey>,
    cx: &RunContext<'_>,
) -> Result<Facts, RunError> {
    cx.stage(Stage::Initializing);
    let paths: Vec<PathBuf> =
        (0..cx.source_count()).map(|index| cx.source(index)).collect::<Result<_, _>>()?;
    let mut first: Option<Found> = None;
    let mut sources = Vec::new();
    for path in &paths {
        let mut found = find(ffmpeg, path, true, cx.cancel())?;
        sources.push(Readable {
            file_id: found.file_id.0,
            part: found.metadata.part,
            video: std::mem::replace(&mut found.video, Video::Remuxed),
        });
        match &first {
            Some(first) if !is_together(first, &found) => {
                let message = format!("{} and {} hold different things", shown(&paths[0]), shown(path));
                return Err(input(message, "unpack them with two commands"));
            }
            Some(_) => {}
            None => first = Some(found),
        }
    }
    let first = first.ok_or_else(|| RunError::internal("the job has no source"))?;
    let given: BTreeSet<u32> = sources.iter().filter_map(|source| source.part).collect();
    let part_count = first.metadata.part_count.unwrap_or(0);
    let missing = parts::missing(&given, part_count);
    if !missing.is_empty() && !params.allow_partial && !params.verify {
        return Err(parts::not_all(&missing, given.len(), part_count));
    }
    let size_bytes = unsealed(&first.metadata, key, &paths[0])?.size.unwrap_or(0);
    let (metadata, is_sealed) = (first.metadata.clone(), first.metadata.sealed.is_some());
    let facts = Facts {
        params: params.clone(),
        metadata,
        is_sealed,
        symbol_bytes: first.symbol_bytes,
        missing_parts: missing,
        sources,
    };
    match params.verify {
        true => room::for_scratch(verify::scratch_bytes(&facts).min(size_bytes), cx)?,
        false => room::for_file(size_bytes, cx)?,
    }
    Ok(facts)
}

fn is_together(one: &Found, other: &Found) -> bool {
    one.symbol_bytes == other.symbol_bytes && parts::is_same_content(&one.metadata, &other.metadata)
}

fn unsealed(metadata: &Metadata, key: Option<&FileKey>, path: &Path) -> Result<Metadata, RunError> {
    if metadata.sealed.is_none() {
        return Ok(with_base_name(metadata.clone()));
    }
    let Some(key) = key else {
        let message = format!("{} is encrypted", shown(path));
        return Err(input(message, "give the key with --key-file FILE, or the passphrase when asked"));
    };
    let hidden = metadata.sealed.as_deref().map(|sealed| key.open_hidden(sealed)).transpose();
    let hidden = hidden.map_err(|error| {
        input(format!("{}: {error}", shown(path)), "check the passphrase or the key file")
    })?;
    let Some(hidden) = hidden else { return Ok(metadata.clone()) };
    let (name, size, sha256) = (Some(hidden.name), Some(hidden.size), Some(hidden.sha256));
    let open = Metadata { name, size, sha256, sealed: None, key: None, ..metadata.clone() };
    // What was hidden is believed no more than what was not.
    let checked = open.to_bytes().and_then(|bytes| Metadata::parse(&bytes));
    checked.map(with_base_name).map_err(|error| {
        input(format!("{} contradicts itself: {error}", shown(path)), "try another copy of the video")
    })
}

/// Whoever made the video chose the name.
fn with_base_name(metadata: Metadata) -> Metadata {
    let name = metadata.name.as_deref().map(base_name);
    Metadata { name, ..metadata }
}

pub(super) fn input(message: String, hint: &str) -> RunError {
    Failure::new(FailureKind::Input, message).with_hint(hint).into()
}
