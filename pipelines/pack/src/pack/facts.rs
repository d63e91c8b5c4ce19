//! What inspecting told about the bytes that are packed.

use reel_engine::{RunContext, RunError};
use reel_media::OnDemand;
use reel_types::{Failure, FailureKind, Stage};
use serde::{Deserialize, Serialize};

use super::split::{self, Shape, Split};
use super::{legacy, plan, share_rate};
use crate::content::Content;
use crate::frame::{ContentKind, METADATA_BYTES_MAX, Metadata, Profile as Carrier, RepairCode};
use crate::params::{ErrorCorrection, PackParams, Profile};
use crate::pixels::media_error;
use crate::room;
use crate::stream::names::base_name;
use crate::stream::seal::Hidden;

/// Payload in an archive at the least.
const DENSITY: f64 = 0.97;

/// Kept as an object beside the job.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Facts {
    /// What was asked for; chunks read it here.
    pub params: PackParams,
    /// How many bytes the content has.
    pub size_bytes: u64,
    /// SHA-256 of the content, hex; nothing when it is sealed, since this object lies on the disk as it is.
    pub sha256: Option<String>,
    /// The name that `unpack` gives; nothing when it is sealed.
    pub name: Option<String>,
    /// Bytes of content in a block.
    pub block_bytes: u32,
    /// What every frame says about the whole, as JSON; each of several videos adds which one it is.
    pub metadata: String,
    /// How much each of several videos holds.
    pub(super) split: Option<Split>,
}

impl Facts {
    /// What every frame of this video says, as JSON.
    ///
    /// # Errors
    /// [`FailureKind::Internal`] when it cannot be said.
    pub(super) fn metadata_of(&self, part: u32) -> Result<String, RunError> {
        let Some(split) = self.split else { return Ok(self.metadata.clone()) };
        let whole = Metadata::parse(self.metadata.as_bytes()).map_err(RunError::internal)?;
        text(&Metadata { part: Some(part), part_count: Some(split.part_count), ..whole })
    }
}

fn text(metadata: &Metadata) -> Result<String, RunError> {
    let bytes = metadata.to_bytes().map_err(RunError::internal)?;
    debug_assert!(bytes.len() <= METADATA_BYTES_MAX);
    String::from_utf8(bytes).map_err(RunError::internal)
}

/// Reads the content once: its digest stands in the first picture.
pub(super) fn inspect(
    ffmpeg: &OnDemand,
    params: &PackParams,
    cx: &RunContext<'_>,
) -> Result<Facts, RunError> {
    if let Some((message, hint)) = params.contradiction() {
        return Err(Failure::new(FailureKind::Usage, message).with_hint(hint).into());
    }
    cx.stage(Stage::Initializing);
    let mut content = Content::open(params, cx)?;
    if params.tar {
        content.must_be_tar()?;
    }
    room::for_video(params, growth(params), &mut content, cx)?;
    cx.stage(Stage::Processing);
    let sha256 = content.sha256(cx)?;
    let size_bytes = content.len();
    // A command line says the name; what was sent here brings its own.
    let sent_as = cx.source_name(0).filter(|_| params.name.is_empty());
    let name = base_name(sent_as.unwrap_or(&params.name));
    let mut metadata = Metadata {
        version: 1,
        profile: match params.profile {
            Profile::Archive => Carrier::Archive,
            Profile::Share => Carrier::Share,
            Profile::Legacy => Carrier::Legacy,
        },
        name: Some(name.clone()),
        size: Some(size_bytes),
        sha256: Some(sha256.clone()),
        kind: match params.entries.is_empty() && !params.tar {
            true => ContentKind::File,
            false => ContentKind::Tar,
        },
        block_bytes: 1,
        block_count: 0,
        repair_ratio: plan::repair_ratio(params),
        error_correction: (params.error_correction == Some(ErrorCorrection::ReedSolomon))
            .then_some(RepairCode::ReedSolomon),
        color_count: (params.profile == Profile::Legacy).then(|| plan::grid(params).colours.count()),
        part: None,
        part_count: None,
        sealed: None,
        key: None,
    };
    if let Some(seal) = &params.seal {
        let hidden = Hidden { name: name.clone(), size: size_bytes, sha256: sha256.clone() };
        metadata.sealed = Some(seal.seal_to.seal_hidden(&hidden).map_err(RunError::internal)?);
        metadata.key = Some(seal.key.clone());
        (metadata.name, metadata.size, metadata.sha256) = (None, None, None);
    }
    let (source_symbols, split) = match split::is_wanted(params) {
        false => (plan::SOURCE_SYMBOLS, None),
        true => {
            let shape = shape(ffmpeg, params, &metadata, cx)?;
            let (source_symbols, split) = split::split(&shape, size_bytes)?;
            (source_symbols, Some(split))
        }
    };
    metadata.block_bytes = source_symbols * u32::from(plan::symbol_bytes(params));
    let blocks = size_bytes.div_ceil(u64::from(metadata.block_bytes));
    metadata.block_count = u32::try_from(blocks).map_err(|_| {
        RunError::failed(FailureKind::Usage, format!("{size_bytes} bytes are more than one video can number"))
    })?;
    let (block_bytes, metadata) = (metadata.block_bytes, text(&metadata)?);
    let mut params = params.clone();
    let (mut sha256, mut name) = (Some(sha256), Some(name));
    if params.seal.is_some() {
        params.name.clear();
        (sha256, name) = (None, None);
    }
    Ok(Facts { params, size_bytes, sha256, name, block_bytes, metadata, split })
}

/// Bytes of video for each byte that is stored.
fn growth(params: &PackParams) -> f64 {
    let for_payload = match params.profile {
        Profile::Archive | Profile::Share => 1.0 / DENSITY,
        Profile::Legacy => legacy::picture_bytes(params) / plan::grid(params).capacity_bytes(0).max(1) as f64,
    };
    (1.0 + plan::repair_ratio(params)) * for_payload
}

/// What the size of a video follows from.
fn shape<'a>(
    ffmpeg: &OnDemand,
    params: &'a PackParams,
    metadata: &Metadata,
    cx: &RunContext<'_>,
) -> Result<Shape<'a>, RunError> {
    // With the numbers that are still to come.
    let widest = Metadata {
        block_bytes: u32::MAX,
        part: Some(u32::MAX),
        part_count: Some(u32::MAX),
        size: metadata.size.map(|_| 0),
        ..metadata.clone()
    };
    let metadata_bytes = (text(&widest)?.len() + 20).min(METADATA_BYTES_MAX);
    let picture_bytes = match (params.profile, params.split_size) {
        (Profile::Share, Some(_)) => {
            share_rate::picture_bytes(ffmpeg.get().map_err(media_error)?, params, cx)?
        }
        (Profile::Legacy, Some(_)) => legacy::picture_bytes(params),
        _ => 0.0,
    };
    Ok(Shape { params, metadata_bytes, picture_bytes })
}
