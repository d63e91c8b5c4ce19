//! From parameters and facts to chunks. Pure: no files, no clock, no device.

use std::ops::Range;

use reel_engine::{Plan, RunError, Site};
use reel_types::time::Rational;
use reel_types::{ChunkSpec, Class, OnFailedChunk};
use serde::{Deserialize, Serialize};

use super::cards::Cards;
use super::facts::Facts;
use crate::avi::{AviSpec, SEGMENT_BYTES_MAX};
use crate::block::{SYMBOL_BYTES_MAX, SYMBOL_BYTES_MIN};
use crate::frame::{CRC_BYTES, header_bytes};
use crate::jpeg::{Chroma, FrameWriter, Geometry};
use crate::legacy::{Colours, Grid};
use crate::params::{PackParams, Profile, Size, Switch};
use crate::share::Layout;

/// Bytes of an archive's symbol.
pub(super) const SYMBOL_BYTES: u16 = 8192;
/// Source symbols of a full block: where RaptorQ is fastest.
pub(super) const SOURCE_SYMBOLS: u32 = 1000;
/// Blocks whose symbols share frames, so that a lost frame costs each of them a little.
pub(super) const GROUP_BLOCKS: u32 = 8;
/// Blocks of a video that one chunk writes as a whole: two gigabytes, some seconds of work. Segments of several chunks
/// are copied once more, which costs as much as writing them.
const WHOLE_BLOCKS: u32 = 256;
/// Threads that such a chunk can use: one writes, the others code blocks.
const WHOLE_THREADS: u32 = 4;
/// Bytes that a frame costs its segment beside its own: a header, its places in two indexes, and one to be even.
const IN_SEGMENT_BYTES: u64 = 34;
/// One repair symbol for twenty.
const REPAIR_RATIO: f64 = 0.05;
/// An archive is looked at seldom, and each picture is three megabytes.
const FPS: u32 = 10;
/// What sites keep.
const SHARE_FPS: u32 = 30;
/// Blocks of a chunk of cells of colour: some hundred pictures, a second of work.
pub(super) const LEGACY_CHUNK_BLOCKS: u32 = 16;
/// Bytes of a symbol of cells of colour; fewer where pictures are small.
const LEGACY_SYMBOL_BYTES: u16 = 1024;
/// Symbols that a small picture still has, so that not much of it is left over.
const LEGACY_SYMBOLS_A_PICTURE: usize = 4;
/// What a header takes that has a name of ordinary length.
const LEGACY_HEADER_BYTES: usize = 1024;
/// One repair symbol for ten.
const LEGACY_REPAIR_RATIO: f64 = 0.1;
/// Colours where nothing is said: the levels of three components are two each.
const LEGACY_COLOURS: u16 = 8;

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
    /// Blocks of each segment that it writes, at least 1.
    pub segment_blocks: u32,
}

impl Chunk {
    /// Its blocks.
    pub(super) fn blocks(&self) -> Range<u32> {
        self.first_block..self.first_block.saturating_add(self.block_count)
    }

    /// How many segments it writes.
    pub(super) fn segment_count(&self) -> u32 {
        self.block_count.div_ceil(self.segment_blocks.max(1)).max(1)
    }

    /// The blocks of segment `number` of its video, and whether it is the last one there.
    pub(super) fn blocks_of_segment(&self, number: u32) -> (Range<u32>, bool) {
        if self.count > 1 {
            return (self.blocks(), self.index + 1 == self.count);
        }
        let Range { start, end } = self.blocks();
        let at = |number: u32| start.saturating_add(number.saturating_mul(self.segment_blocks)).min(end);
        (at(number)..at(number + 1), number + 1 == self.segment_count())
    }
}

/// Bytes of a symbol. Of a `share` video as many as fit into a part of a body: parts arrive whole or not at all.
pub(super) fn symbol_bytes(params: &PackParams) -> u16 {
    match params.profile {
        Profile::Archive => SYMBOL_BYTES,
        Profile::Share => {
            let room = layout(params).part_bytes().saturating_sub(header_bytes(0, 1) + CRC_BYTES);
            (room.min(usize::from(SYMBOL_BYTES_MAX)) / 8 * 8) as u16
        }
        Profile::Legacy => {
            let room = grid(params).capacity_bytes(0).saturating_sub(LEGACY_HEADER_BYTES);
            let fitting = (room / LEGACY_SYMBOLS_A_PICTURE).saturating_sub(CRC_BYTES) / 8 * 8;
            fitting.clamp(SYMBOL_BYTES_MIN.into(), LEGACY_SYMBOL_BYTES.into()) as u16
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
        (false, None, Profile::Legacy) => LEGACY_REPAIR_RATIO,
        (false, None, Profile::Share) => {
            crate::share::Target::from(params.target.unwrap_or_default()).repair_ratio()
        }
    }
}

/// The shape of the pictures.
pub(super) fn geometry(params: &PackParams) -> Geometry {
    let Size { width, height } = params.resolution.unwrap_or(Size { width: 1920, height: 1080 });
    let chroma = if params.profile == Profile::Legacy { Chroma::C444 } else { Chroma::C420 };
    Geometry { width, height, chroma }
}

/// The cells of a `legacy` video.
pub(super) fn grid(params: &PackParams) -> Grid {
    let Geometry { width, height, .. } = geometry(params);
    let wanted = params.color_count.unwrap_or(LEGACY_COLOURS);
    let nine_to_one = params.nine_to_one.unwrap_or_default() == Switch::On;
    Grid { width, height, colours: Colours::nearest(wanted), nine_to_one }
}

/// The same for a container.
pub(super) fn avi_spec(params: &PackParams) -> AviSpec {
    let Geometry { width, height, .. } = geometry(params);
    AviSpec { width, height, fps: Rational { num: fps(params), den: 1 } }
}

/// Pictures a second.
pub(super) fn fps(params: &PackParams) -> u32 {
    params.fps.unwrap_or(match params.profile {
        Profile::Archive => FPS,
        Profile::Share | Profile::Legacy => SHARE_FPS,
    })
}

pub(super) fn plan(params: &PackParams, facts: &Facts, site: &Site) -> Result<Plan<Chunk>, RunError> {
    let blocks = facts.size_bytes.div_ceil(facts.block_bytes.max(1).into()) as u32;
    let segment_blocks = match params.profile {
        Profile::Archive => segment_blocks(params, facts.block_bytes, facts.metadata.len()),
        Profile::Legacy => LEGACY_CHUNK_BLOCKS,
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
        let is_whole = params.profile != Profile::Legacy && length <= WHOLE_BLOCKS;
        let per_chunk = if is_whole { WHOLE_BLOCKS } else { segment_blocks };
        let count = length.div_ceil(per_chunk).max(1);
        chunks.extend((0..count).map(|index| {
            let before = index * per_chunk.min(length);
            let block_count = per_chunk.min(length - before);
            ChunkSpec {
                chunk: Chunk {
                    part,
                    index,
                    count,
                    first_block: range.start + before,
                    block_count,
                    segment_blocks,
                },
                class: Class::Cpu,
                threads: match (params.profile, count) {
                    (Profile::Share, _) => site.cores.max(1),
                    (Profile::Archive, 1) => site.cores.clamp(1, WHOLE_THREADS),
                    (Profile::Archive | Profile::Legacy, _) => 1,
                },
                memory_bytes: memory_bytes(facts, block_count),
                cost: u64::from(block_count) + 1,
                after: None,
            }
        }));
    }
    Ok(Plan { chunks, rounds_max: 1, on_failed_chunk: OnFailedChunk::FailJob })
}

/// Blocks of a segment of an archive: as many groups as surely fit into a RIFF that every reader takes.
pub(super) fn segment_blocks(params: &PackParams, block_bytes: u32, metadata_bytes: usize) -> u32 {
    let Ok(writer) = FrameWriter::new(geometry(params)) else { return GROUP_BLOCKS };
    let header = header_bytes(metadata_bytes, GROUP_BLOCKS as usize);
    let wire_bytes = u64::from(SYMBOL_BYTES) + CRC_BYTES as u64;
    let room = writer.geometry().capacity_bytes().saturating_sub(header as u64);
    let source = u64::from(block_bytes).div_ceil(SYMBOL_BYTES.into()) + 1;
    let symbols = u64::from(GROUP_BLOCKS) * (source + (source as f64 * repair_ratio(params)).ceil() as u64);
    // A frame whose bytes need more keys than usual becomes two.
    let frames = 2 * symbols.div_ceil((room / wire_bytes).max(1));
    let empty_bytes = writer.frame_bytes_max(header as u64, header) + IN_SEGMENT_BYTES;
    let group_bytes =
        frames * empty_bytes + writer.scan_bytes_max(symbols * wire_bytes + frames * header as u64);
    let cards_bytes = 2 * u64::from(Cards::count_for_a_second(fps(params))) * empty_bytes;
    let groups = SEGMENT_BYTES_MAX.saturating_sub(cards_bytes) / group_bytes;
    groups.clamp(1, u64::from(u32::MAX / GROUP_BLOCKS)) as u32 * GROUP_BLOCKS
}

/// A group of blocks with its repair symbols, one block more inside RaptorQ three times over, and a few pictures.
fn memory_bytes(facts: &Facts, block_count: u32) -> u64 {
    let block = u64::from(facts.block_bytes);
    let held = u64::from(block_count.clamp(1, GROUP_BLOCKS));
    (held * block) * 3 / 2 + 3 * block + 64_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(index: u32, count: u32, block_count: u32, segment_blocks: u32) -> Chunk {
        Chunk { part: 0, index, count, first_block: 7, block_count, segment_blocks }
    }

    #[test]
    fn segments_of_a_whole_video_hold_every_block_once() {
        for block_count in [0, 1, 8, 111, 112, 113, 256] {
            let chunk = chunk(0, 1, block_count, 112);
            let mut next = 7;
            for number in 0..chunk.segment_count() {
                let (blocks, is_last) = chunk.blocks_of_segment(number);
                assert_eq!(blocks.start, next);
                next = blocks.end;
                assert_eq!(is_last, next == 7 + block_count, "{block_count}");
            }
            assert_eq!(next, 7 + block_count);
        }
    }

    #[test]
    fn a_chunk_among_others_is_one_segment() {
        assert_eq!(chunk(1, 3, 112, 112).blocks_of_segment(1), (7..119, false));
        assert_eq!(chunk(2, 3, 5, 112).blocks_of_segment(2), (7..12, true));
    }

    #[test]
    fn a_segment_of_full_pictures_is_most_of_a_riff_and_never_more() {
        let ratios = ["0.01", "0.05", "0.5"];
        for ratio in ratios.map(|ratio| ratio.parse().unwrap()) {
            let params = PackParams { error_correction_ratio: Some(ratio), ..PackParams::default() };
            let blocks = segment_blocks(&params, SOURCE_SYMBOLS * u32::from(SYMBOL_BYTES), 500);
            let coded = f64::from(blocks) * 8_192_000.0 * (1.0 + ratio.as_f64());
            assert!((0.8..0.98).contains(&(coded / SEGMENT_BYTES_MAX as f64)), "{blocks}");
        }
        let tiny = PackParams { resolution: Some("256x256".parse().unwrap()), ..PackParams::default() };
        assert!(segment_blocks(&tiny, SOURCE_SYMBOLS * u32::from(SYMBOL_BYTES), 500) >= GROUP_BLOCKS);
    }
}
