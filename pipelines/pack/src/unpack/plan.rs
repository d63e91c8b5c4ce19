//! Which pictures each chunk reads, and which blocks it writes. Pure.

use reel_engine::{Plan, RunError};
use reel_types::{ChunkSpec, Class, OnFailedChunk};
use serde::{Deserialize, Serialize};

use super::facts::{Facts, Video};

/// Blocks of one chunk of an AVI: about a quarter of a gigabyte.
const CHUNK_BLOCKS: u32 = 32;
/// Chunks of one job; a video may claim four thousand million blocks, and each chunk is a row of the queue.
const CHUNKS_MAX: u32 = 4096;

/// A stretch of blocks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Chunk {
    /// Its first block.
    pub first_block: u32,
    /// How many.
    pub block_count: u32,
}

pub(super) fn plan(facts: &Facts) -> Result<Plan<Chunk>, RunError> {
    let blocks = facts.metadata.block_count;
    // Where pictures cannot be picked out, one pass over the video writes all.
    let can_pick = facts.videos.iter().all(|video| matches!(video, Video::Avi(_)));
    let per_chunk = if can_pick { blocks_per_chunk(blocks) } else { blocks.max(1) };
    let chunk = |index: u32| {
        let first_block = index * per_chunk;
        let block_count = per_chunk.min(blocks - first_block);
        ChunkSpec {
            chunk: Chunk { first_block, block_count },
            class: Class::Cpu,
            threads: 1,
            memory_bytes: 350_000_000,
            cost: u64::from(block_count) + 1,
            after: None,
        }
    };
    let chunks = (0..blocks.div_ceil(per_chunk)).map(chunk).collect();
    Ok(Plan { chunks, rounds_max: 1, on_failed_chunk: OnFailedChunk::FailJob })
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
