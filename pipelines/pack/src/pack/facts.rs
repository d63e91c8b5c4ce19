//! What inspecting told about the bytes that are packed.

use reel_engine::{RunContext, RunError};
use reel_types::{Failure, FailureKind};
use serde::{Deserialize, Serialize};

use crate::content::Content;
use crate::frame::{ContentKind, METADATA_BYTES_MAX, Metadata, Profile as Carrier};
use crate::params::{PackParams, Profile};
use crate::room;
use crate::stream::names::base_name;
use crate::stream::seal::Hidden;

/// Kept as an object beside the job.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Facts {
    /// What was asked for; chunks read it here.
    pub params: PackParams,
    /// How many bytes the content has.
    pub size_bytes: u64,
    /// SHA-256 of the content, hex.
    pub sha256: String,
    /// The name that `unpack` gives.
    pub name: String,
    /// What every frame says about the whole, as JSON.
    pub metadata: String,
}

/// Reads the content once: its digest stands in the first picture.
pub(super) fn inspect(params: &PackParams, cx: &RunContext<'_>) -> Result<Facts, RunError> {
    if params.profile == Profile::Share && params.resolution.is_some() {
        let failure = Failure::new(FailureKind::Usage, "the size of a share video follows from its target");
        return Err(failure.with_hint("leave --resolution out, or choose another --target").into());
    }
    let mut content = Content::open(params, cx)?;
    room::for_video(params, super::plan::repair_ratio(params), &mut content, cx)?;
    let sha256 = content.sha256(cx)?;
    let size_bytes = content.len();
    let name = base_name(&params.name);
    let block_bytes = super::plan::block_bytes(params);
    let blocks = size_bytes.div_ceil(u64::from(block_bytes));
    let block_count = u32::try_from(blocks).map_err(|_| {
        RunError::failed(FailureKind::Usage, format!("{size_bytes} bytes are more than one video can number"))
    })?;
    let mut metadata = Metadata {
        version: 1,
        profile: match params.profile {
            Profile::Archive => Carrier::Archive,
            Profile::Share => Carrier::Share,
        },
        name: Some(name.clone()),
        size: Some(size_bytes),
        sha256: Some(sha256.clone()),
        kind: if params.entries.is_empty() { ContentKind::File } else { ContentKind::Tar },
        block_bytes,
        block_count,
        repair_ratio: super::plan::repair_ratio(params),
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
    let metadata = metadata.to_bytes().map_err(RunError::internal)?;
    debug_assert!(metadata.len() <= METADATA_BYTES_MAX);
    let metadata = String::from_utf8(metadata).map_err(RunError::internal)?;
    Ok(Facts { params: params.clone(), size_bytes, sha256, name, metadata })
}
