//! From parameters and facts to chunks. Pure: no files, no clock, no device.

use reel_engine::{Plan, RunError};
use reel_types::{ChunkSpec, Class, OnFailedChunk};
use serde::{Deserialize, Serialize};

use super::facts::Facts;
use crate::jpeg::{Chroma, Geometry};
use crate::params::{PackParams, Profile, Size};

/// Bytes of an archive's symbol.
pub(super) const SYMBOL_BYTES: u16 = 8192;
/// Bytes of a symbol in cells: a picture that is lost takes few.
pub(super) const SHARE_SYMBOL_BYTES: u16 = 1280;
/// Source symbols of a full block: where RaptorQ is fastest.
const SOURCE_SYMBOLS: u32 = 1000;
/// Blocks whose symbols share frames, so that a lost frame costs each of them a little.
pub(super) const GROUP_BLOCKS: u32 = 8;
/// Groups of one chunk: about a quarter of a gigabyte, a second of work.
const CHUNK_GROUPS: u32 = 4;
/// One repair symbol for twenty.
const REPAIR_RATIO: f64 = 0.05;
/// An archive is looked at seldom, and each picture is three megabytes.
const FPS: u32 = 10;

/// One stretch of the content and the segment of video that it becomes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Chunk {
    /// Which one.
    pub index: u32,
    /// How many there are.
    pub count: u32,
    /// Its first block.
    pub first_block: u32,
    /// How many blocks it has; none when there is no content.
    pub block_count: u32,
}

/// Bytes of content in a block.
pub(super) fn block_bytes(profile: Profile) -> u32 {
    match profile {
        Profile::Archive => SOURCE_SYMBOLS * u32::from(SYMBOL_BYTES),
        Profile::Share => SOURCE_SYMBOLS * u32::from(SHARE_SYMBOL_BYTES),
    }
}

/// Repair symbols for each source symbol.
pub(super) fn repair_ratio(params: &PackParams) -> f64 {
    match (params.no_error_correction, params.error_correction_ratio, params.profile) {
        (true, _, _) => 0.0,
        (false, Some(ratio), _) => ratio.as_f64(),
        (false, None, Profile::Archive) => REPAIR_RATIO,
        (false, None, Profile::Share) => {
            crate::share::Target::from(params.target.unwrap_or_default()).repair_ratio()
        }
    }
}

/// The shape of the pictures.
pub(super) fn geometry(params: &PackParams) -> Geometry {
    let Size { width, height } = params.resolution.unwrap_or(Size { width: 1920, height: 1080 });
    Geometry { width, height, chroma: Chroma::C420 }
}

/// Pictures a second.
pub(super) fn fps(params: &PackParams) -> u32 {
    params.fps.unwrap_or(FPS)
}

pub(super) fn plan(params: &PackParams, facts: &Facts) -> Result<Plan<Chunk>, RunError> {
    let blocks = facts.size_bytes.div_ceil(u64::from(block_bytes(params.profile))) as u32;
    let per_chunk = match params.profile {
        Profile::Archive => GROUP_BLOCKS * CHUNK_GROUPS,
        // One encoder writes the whole video.
        Profile::Share => blocks.max(1),
    };
    let count = blocks.div_ceil(per_chunk).max(1);
    let chunk = |index: u32| {
        let first_block = index * per_chunk;
        let block_count = per_chunk.min(blocks - first_block.min(blocks));
        ChunkSpec {
            chunk: Chunk { index, count, first_block, block_count },
            class: Class::Cpu,
            threads: 1,
            memory_bytes: memory_bytes(params, block_count),
            cost: u64::from(block_count) + 1,
            after: None,
        }
    };
    Ok(Plan {
        chunks: (0..count).map(chunk).collect(),
        rounds_max: 1,
        on_failed_chunk: OnFailedChunk::FailJob,
    })
}

/// A group of blocks with its repair symbols, one block more inside RaptorQ three times over, and a few pictures.
fn memory_bytes(params: &PackParams, block_count: u32) -> u64 {
    let block = u64::from(block_bytes(params.profile));
    let held = u64::from(block_count.clamp(1, GROUP_BLOCKS));
    (held * block) * 3 / 2 + 3 * block + 64_000_000
}
