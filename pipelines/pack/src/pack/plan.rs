//! From parameters and facts to chunks. Pure: no files, no clock, no device.

use reel_engine::{Plan, RunError, Site};
use reel_types::{ChunkSpec, Class, OnFailedChunk};
use serde::{Deserialize, Serialize};

use super::facts::Facts;
use crate::block::SYMBOL_BYTES_MAX;
use crate::frame::{CRC_BYTES, header_bytes};
use crate::jpeg::{Chroma, Geometry};
use crate::params::{PackParams, Profile, Size};
use crate::share::Layout;

/// Bytes of an archive's symbol.
pub(super) const SYMBOL_BYTES: u16 = 8192;
/// Source symbols of a full block: where RaptorQ is fastest.
pub(super) const SOURCE_SYMBOLS: u32 = 1000;
/// Blocks whose symbols share frames, so that a lost frame costs each of them a little.
pub(super) const GROUP_BLOCKS: u32 = 8;
/// Groups of one chunk: about a quarter of a gigabyte, a second of work.
pub(super) const CHUNK_GROUPS: u32 = 4;
/// One repair symbol for twenty.
const REPAIR_RATIO: f64 = 0.05;
/// An archive is looked at seldom, and each picture is three megabytes.
const FPS: u32 = 10;
/// What sites keep.
const SHARE_FPS: u32 = 30;

/// One stretch of the content and the segment of video that it becomes.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Chunk {
    /// The video that it is for, from 1; 0 when there is but one.
    pub part: u32,
    /// Which one of its video.
    pub index: u32,
    /// How many its video has.
    pub count: u32,
    /// Its first block.
    pub first_block: u32,
    /// How many blocks it has; none when there is no content.
    pub block_count: u32,
}

/// Bytes of a symbol. Of a `share` video as many as fit into a part of a body: parts arrive whole or not at all.
pub(super) fn symbol_bytes(params: &PackParams) -> u16 {
    match params.profile {
        Profile::Archive => SYMBOL_BYTES,
        Profile::Share => {
            let room = layout(params).part_bytes().saturating_sub(header_bytes(0, 1) + CRC_BYTES);
            (room.min(usize::from(SYMBOL_BYTES_MAX)) / 8 * 8) as u16
        }
    }
}

/// How the pictures of a `share` video carry bytes.
pub(super) fn layout(params: &PackParams) -> Layout {
    Layout::for_target(params.target.unwrap_or_default().into())
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
    params.fps.unwrap_or(match params.profile {
        Profile::Archive => FPS,
        Profile::Share => SHARE_FPS,
    })
}

pub(super) fn plan(params: &PackParams, facts: &Facts, site: &Site) -> Result<Plan<Chunk>, RunError> {
    let blocks = facts.size_bytes.div_ceil(facts.block_bytes.max(1).into()) as u32;
    let per_chunk = match params.profile {
        Profile::Archive => GROUP_BLOCKS * CHUNK_GROUPS,
        // One encoder writes a whole video.
        Profile::Share => u32::MAX,
    };
    let videos = match facts.split {
        None => vec![(0, 0..blocks)],
        Some(split) => {
            (0..split.part_count).map(|part| (part + 1, split.blocks_of(part + 1, blocks))).collect()
        }
    };
    let mut chunks = Vec::new();
    for (part, range) in videos {
        let length = range.end.saturating_sub(range.start);
        let count = length.div_ceil(per_chunk).max(1);
        chunks.extend((0..count).map(|index| {
            let before = index * per_chunk.min(length);
            let block_count = per_chunk.min(length - before);
            ChunkSpec {
                chunk: Chunk { part, index, count, first_block: range.start + before, block_count },
                class: Class::Cpu,
                threads: if params.profile == Profile::Share { site.cores.max(1) } else { 1 },
                memory_bytes: memory_bytes(facts, block_count),
                cost: u64::from(block_count) + 1,
                after: None,
            }
        }));
    }
    Ok(Plan { chunks, rounds_max: 1, on_failed_chunk: OnFailedChunk::FailJob })
}

/// A group of blocks with its repair symbols, one block more inside RaptorQ three times over, and a few pictures.
fn memory_bytes(facts: &Facts, block_count: u32) -> u64 {
    let block = u64::from(facts.block_bytes);
    let held = u64::from(block_count.clamp(1, GROUP_BLOCKS));
    (held * block) * 3 / 2 + 3 * block + 64_000_000
}
