//! Which pictures each chunk reads, and which blocks it writes. Pure.

use std::ops::Range;

use reel_engine::{Plan, RunError};
use reel_types::{ChunkSpec, Class, OnFailedChunk};
use serde::{Deserialize, Serialize};

use super::facts::{Facts, Video};
use super::parts;
use crate::frame::Metadata;

/// Blocks of one chunk of an AVI: about two gigabytes, some seconds of work. A result of one piece is taken as it is; more
/// are copied, which costs more than recovering them.
const CHUNK_BLOCKS: u32 = 256;
/// Chunks of one job; a video may claim four thousand million blocks, and each chunk is a row of the queue.
const CHUNKS_MAX: u32 = 4096;
/// Videos that each get chunks of their own; `pack` makes no more.
const PARTS_MAX: u32 = 9999;

/// A stretch of blocks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Chunk {
    /// Its first block.
    pub first_block: u32,
    /// How many.
    pub block_count: u32,
    /// The only one of several videos that has symbols of them, where that is known.
    pub part: Option<u32>,
}

pub(super) fn plan(facts: &Facts) -> Result<Plan<Chunk>, RunError> {
    let blocks = facts.metadata.block_count;
    let chunks = match facts.params.verify {
        // One after the other: the digest of the whole wants them in order.
        true => vec![Chunk { first_block: 0, block_count: blocks, part: None }],
        false => stretches(facts, blocks_per_chunk(blocks)),
    };
    let spec = |chunk: Chunk| ChunkSpec {
        class: Class::Cpu,
        threads: 1,
        memory_bytes: 350_000_000,
        cost: u64::from(chunk.block_count) + 1,
        after: None,
        chunk,
    };
    Ok(Plan {
        chunks: chunks.into_iter().map(spec).collect(),
        rounds_max: 1,
        on_failed_chunk: OnFailedChunk::FailJob,
    })
}

/// All blocks in order, in stretches of `blocks_max` at most. Where pictures cannot be picked out, one pass over each video
/// gives all that it holds.
pub(super) fn stretches(facts: &Facts, blocks_max: u32) -> Vec<Chunk> {
    let can_pick = facts.sources.iter().all(|source| matches!(source.video, Video::Avi(_)));
    let per_chunk = if can_pick { blocks_max.max(1) } else { facts.metadata.block_count.max(1) };
    let mut stretches = Vec::new();
    for (part, range) in of_videos(&facts.metadata) {
        let length = range.end.saturating_sub(range.start);
        stretches.extend((0..length.div_ceil(per_chunk)).map(|index| {
            let first_block = range.start + index * per_chunk;
            Chunk { first_block, block_count: per_chunk.min(range.end - first_block), part }
        }));
    }
    stretches
}

/// The blocks of each of several videos; all of them where there is but one, or where too many are claimed.
fn of_videos(metadata: &Metadata) -> Vec<(Option<u32>, Range<u32>)> {
    let blocks = metadata.block_count;
    match metadata.part_count {
        Some(count) if count <= PARTS_MAX => {
            (1..=count).map(|part| (Some(part), parts::blocks_of(part, count, blocks))).collect()
        }
        _ => vec![(None, 0..blocks)],
    }
}

fn blocks_per_chunk(blocks: u32) -> u32 {
    blocks.div_ceil(CHUNKS_MAX).max(CHUNK_BLOCKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_claim_of_a_video_makes_more_chunks_than_a_queue_takes() {
        for blocks in [1, 1000, CHUNKS_MAX * CHUNK_BLOCKS + 1, u32::MAX] {
            assert!(blocks.div_ceil(blocks_per_chunk(blocks)) <= CHUNKS_MAX, "{blocks}");
        }
        assert_eq!(blocks_per_chunk(1000), CHUNK_BLOCKS);
    }
}
