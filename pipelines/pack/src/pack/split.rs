//! How much of the content each of several videos holds. Pure: the sizes are bounds, known before anything is written.

use std::ops::Range;

use reel_engine::RunError;
use reel_types::{Failure, FailureKind};
use serde::{Deserialize, Serialize};

use super::archive::too_small;
use super::cards::Cards;
use super::plan::{self, GROUP_BLOCKS, LEGACY_CHUNK_BLOCKS, SYMBOL_BYTES};
use super::{legacy, share};
use crate::avi::{SegmentInfo, assembled_bytes};
use crate::frame::{CRC_BYTES, header_bytes};
use crate::jpeg::FrameWriter;
use crate::params::{PackParams, Profile};

/// Source symbols of a full block, the most that fit first: where a video is short, smaller blocks fill it better.
const SOURCE_SYMBOLS: [u32; 3] = [plan::SOURCE_SYMBOLS, 300, 100];
/// A picture of the same sort takes about this much more or less than those that were measured.
const MEASURED_SLACK: f64 = 1.06;
/// What a container says beside its pictures: a fixed part, and a part for each picture.
const CONTAINER_BYTES: f64 = 65_536.0;
const CONTAINER_PICTURE_BYTES: f64 = 32.0;

/// The videos of one packed content: each holds `part_blocks` blocks, the last one what is left.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Split {
    /// Blocks of each video but the last, at least 1.
    pub(super) part_blocks: u32,
    /// How many videos, at least 1.
    pub(super) part_count: u32,
}

impl Split {
    /// The blocks of video `part`, counted from 1, of `blocks`.
    pub(super) fn blocks_of(self, part: u32, blocks: u32) -> Range<u32> {
        let end = part.saturating_mul(self.part_blocks).min(blocks);
        part.saturating_sub(1).saturating_mul(self.part_blocks).min(blocks)..end
    }
}

/// How long and how large a video can get at most.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Extent {
    pictures: u64,
    bytes: f64,
}

/// What the extent of a video follows from.
pub(super) struct Shape<'a> {
    pub(super) params: &'a PackParams,
    /// Bytes of what every picture says about the whole.
    pub(super) metadata_bytes: usize,
    /// Bytes of a picture of a video for sites, measured.
    pub(super) picture_bytes: f64,
}

/// Whether there is to be more than one video.
pub(super) fn is_wanted(params: &PackParams) -> bool {
    params.split_size.is_some() || params.split_duration.is_some()
}

/// Source symbols of a block, and the blocks of each video, for `content_bytes` bytes.
///
/// # Errors
/// [`FailureKind::Usage`] when not even one block fits into a video.
pub(super) fn split(shape: &Shape<'_>, content_bytes: u64) -> Result<(u32, Split), RunError> {
    let mut smallest = None;
    for source_symbols in SOURCE_SYMBOLS {
        let fitting = shape.blocks_that_fit(source_symbols);
        // A whole group of blocks shares its pictures; less than that is taken only when blocks cannot be smaller.
        if fitting >= GROUP_BLOCKS || (fitting > 0 && Some(&source_symbols) == SOURCE_SYMBOLS.last()) {
            let block_bytes = u64::from(source_symbols) * u64::from(plan::symbol_bytes(shape.params));
            let split = even(count_of(content_bytes.div_ceil(block_bytes))?, fitting);
            if split.part_count > PARTS_MAX {
                let message = format!("this makes {} videos, and {PARTS_MAX} is the most", split.part_count);
                return Err(Failure::new(FailureKind::Usage, message).with_hint(LARGER).into());
            }
            return Ok((source_symbols, split));
        }
        smallest = Some(shape.extent(source_symbols, 1));
    }
    Err(too_short(shape.params, smallest))
}

/// As few videos as hold all blocks, and those of one length.
fn even(blocks: u32, fitting: u32) -> Split {
    let part_count = blocks.div_ceil(fitting.max(1)).max(1);
    let part_blocks = blocks.div_ceil(part_count).max(1);
    Split { part_blocks, part_count: blocks.div_ceil(part_blocks).max(1) }
}

fn count_of(blocks: u64) -> Result<u32, RunError> {
    u32::try_from(blocks).map_err(|_| {
        RunError::failed(FailureKind::Usage, format!("{blocks} blocks are more than can be numbered"))
    })
}

impl Shape<'_> {
    /// The most blocks whose video keeps within what was asked for.
    fn blocks_that_fit(&self, source_symbols: u32) -> u32 {
        let (mut fits, mut fails) = (0_u32, u32::MAX);
        let mut next = 1;
        while fails - fits > 1 {
            if self.is_within(self.extent(source_symbols, next)) {
                fits = next;
                next = if fails == u32::MAX { next.saturating_mul(2) } else { fits + (fails - fits) / 2 };
            } else {
                fails = next;
                next = fits + (fails - fits) / 2;
            }
            if fits >= BLOCKS_MAX {
                return BLOCKS_MAX;
            }
        }
        fits
    }

    fn is_within(&self, extent: Extent) -> bool {
        let fps = u64::from(plan::fps(self.params));
        let short =
            self.params.split_duration.is_none_or(|most| extent.pictures <= most.secs().saturating_mul(fps));
        let small = self.params.split_size.is_none_or(|most| extent.bytes <= most.bytes() as f64);
        short && small
    }

    fn extent(&self, source_symbols: u32, blocks: u32) -> Extent {
        // Sealing makes a block a little longer.
        let source_count = u64::from(source_symbols) + u64::from(self.params.seal.is_some());
        let repair_count = (source_count as f64 * plan::repair_ratio(self.params)).ceil() as u64;
        let symbols = source_count + repair_count;
        match self.params.profile {
            Profile::Archive => {
                let block_bytes = source_symbols * u32::from(plan::symbol_bytes(self.params));
                let segment_blocks = plan::segment_blocks(self.params, block_bytes, self.metadata_bytes);
                self.of_archive(symbols, (blocks, segment_blocks))
            }
            Profile::Share => self.of_share(symbols * u64::from(blocks)),
            Profile::Legacy => self.of_legacy(symbols, blocks),
        }
    }

    /// Every frame is counted at its worst: bytes that need all keys.
    fn of_archive(&self, block_symbols: u64, (blocks, segment_blocks): (u32, u32)) -> Extent {
        let Ok(writer) = FrameWriter::new(plan::geometry(self.params)) else { return NEVER };
        let header = header_bytes(self.metadata_bytes, GROUP_BLOCKS as usize);
        let wire_bytes = u64::from(SYMBOL_BYTES) + CRC_BYTES as u64;
        let room = writer.geometry().capacity_bytes().saturating_sub(header as u64);
        let per_frame = room / wire_bytes;
        if per_frame == 0 {
            return NEVER;
        }
        let cards = self.cards_secs();
        let (mut pictures, mut infos, mut first) = (0, Vec::new(), 0);
        while first < blocks.max(1) {
            let next = first.saturating_add(segment_blocks).min(blocks.max(1));
            let whole_groups = u64::from((next - first) / GROUP_BLOCKS);
            let rest = u64::from((next - first) % GROUP_BLOCKS);
            let frames_of = |blocks: u64| (blocks * block_symbols).div_ceil(per_frame);
            let frames = whole_groups * frames_of(GROUP_BLOCKS.into()) + frames_of(rest);
            let shown = match (first == 0, next >= blocks) {
                (true, true) => 2 * cards,
                (true, false) => cards,
                (false, true) => self.cards_once() + cards,
                (false, false) => self.cards_once(),
            };
            pictures += frames + shown;
            // Frames whose bytes need more keys than usual are written as two.
            let body = u64::from(next - first) * block_symbols * wire_bytes + 2 * frames * header as u64;
            let empty = writer.frame_bytes_max(header as u64, header);
            let bytes = (2 * frames + shown) * (empty + 10) + writer.scan_bytes_max(body);
            infos.push(SegmentInfo::of_bounds((2 * frames + shown) as u32, bytes));
            first = next;
        }
        match assembled_bytes(&infos) {
            Ok(bytes) => Extent { pictures, bytes: bytes as f64 },
            Err(_) => NEVER,
        }
    }

    fn of_legacy(&self, block_symbols: u64, blocks: u32) -> Extent {
        let per_picture = legacy::symbols_a_picture(self.params, self.metadata_bytes);
        if per_picture == 0 {
            return NEVER;
        }
        // The last picture of a group may be nearly empty, and cards stand at the beginning of each chunk.
        let groups = u64::from(blocks.max(1).div_ceil(GROUP_BLOCKS));
        let cards =
            2 * self.cards_secs() + self.cards_once() * u64::from(blocks.div_ceil(LEGACY_CHUNK_BLOCKS));
        let pictures = (block_symbols * u64::from(blocks)).div_ceil(per_picture) + groups + cards;
        let each = self.picture_bytes * MEASURED_SLACK + CONTAINER_PICTURE_BYTES;
        Extent { pictures, bytes: pictures as f64 * each + CONTAINER_BYTES }
    }

    fn of_share(&self, symbols: u64) -> Extent {
        let layout = plan::layout(self.params);
        let parts = share::parts_of(symbols);
        let bodies = parts.div_ceil(layout.part_count() as u64);
        let (data, cards) = (bodies * layout.pictures_per_body() as u64, 2 * self.cards_secs());
        let each = self.picture_bytes * MEASURED_SLACK + CONTAINER_PICTURE_BYTES;
        // A card stands still and costs far less; this is more than enough for it.
        let bytes = (data as f64 + cards as f64 / 8.0) * each + CONTAINER_BYTES;
        Extent { pictures: data + cards, bytes }
    }

    fn cards_secs(&self) -> u64 {
        if self.params.no_metadata_frames {
            0
        } else {
            Cards::count_for_a_second(plan::fps(self.params)).into()
        }
    }

    fn cards_once(&self) -> u64 {
        if self.params.no_metadata_frames { 0 } else { 3 }
    }
}

/// Nobody wants more files than this, and each is a row of the queue.
const PARTS_MAX: u32 = 9999;
const LARGER: &str = "choose a larger --split-size or --split-duration";
/// A video of a hundred terabytes has fewer blocks.
const BLOCKS_MAX: u32 = 1 << 20;
/// What nobody's bound holds.
const NEVER: Extent = Extent { pictures: u64::MAX, bytes: f64::INFINITY };

fn too_short(params: &PackParams, smallest: Option<Extent>) -> RunError {
    let Some(smallest) = smallest.filter(|extent| *extent != NEVER) else { return too_small() };
    let secs = smallest.pictures.div_ceil(u64::from(plan::fps(params)).max(1));
    // How large a picture of a site's video is has only been measured where that was asked for.
    let takes = match (params.split_duration, params.split_size) {
        (Some(_), None) => format!("{secs} s"),
        (None, _) => format!("{:.1} MB", smallest.bytes / 1e6),
        (Some(_), Some(_)) => format!("{secs} s and {:.1} MB", smallest.bytes / 1e6),
    };
    let message = format!("videos of this bound do not hold one block: the smallest takes {takes}");
    Failure::new(FailureKind::Usage, message).with_hint(LARGER).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(params: &PackParams) -> Shape<'_> {
        Shape { params, metadata_bytes: 300, picture_bytes: 80_000.0 }
    }

    proptest! {
        #[test]
        fn videos_are_of_one_length_and_hold_every_block(blocks in 0_u32..100_000, fitting in 1_u32..5000) {
            let split = even(blocks, fitting);
            prop_assert!(split.part_blocks <= fitting.max(1));
            prop_assert!(u64::from(split.part_blocks) * u64::from(split.part_count) >= u64::from(blocks));
            prop_assert_eq!(blocks.div_ceil(split.part_count).max(1), split.part_blocks, "unpack finds the same");
        }
    }

    #[test]
    fn the_most_that_fits_is_found() {
        for words in ["30MB", "100MB", "1GB", "4GB", "1TB"] {
            let params = PackParams { split_size: Some(words.parse().unwrap()), ..PackParams::default() };
            let shape = shape(&params);
            let fitting = shape.blocks_that_fit(1000);
            assert!(fitting > 0 && shape.is_within(shape.extent(1000, fitting)), "{words}: {fitting}");
            assert!(!shape.is_within(shape.extent(1000, fitting + 1)), "{words}: {fitting}");
            let used = shape.extent(1000, fitting).bytes / params.split_size.unwrap().bytes() as f64;
            assert!(used > 0.6, "{words}: {used}");
        }
    }

    #[test]
    fn small_videos_get_small_blocks() {
        let symbols = |words: &str| {
            let params = PackParams { split_size: Some(words.parse().unwrap()), ..PackParams::default() };
            split(&shape(&params), 1 << 34).map(|(symbols, _)| symbols)
        };
        assert_eq!(symbols("1GB").unwrap(), 1000);
        assert_eq!(symbols("20MB").unwrap(), 100);
        let refused = symbols("1MB").unwrap_err().to_string();
        assert!(refused.contains("do not hold one block: the smallest takes 3.0 MB"), "{refused}");
        let params = PackParams { split_duration: Some("1s".parse().unwrap()), ..PackParams::default() };
        let refused = split(&shape(&params), 1 << 34).unwrap_err().to_string();
        assert!(refused.ends_with("the smallest takes 3 s"), "{refused}");
    }

    #[test]
    fn pictures_that_hold_nothing_are_told_apart_from_short_videos() {
        let resolution = Some("64x64".parse().unwrap());
        let params =
            PackParams { resolution, split_size: Some("1GB".parse().unwrap()), ..PackParams::default() };
        let refused = split(&shape(&params), 1 << 20).unwrap_err().to_string();
        assert!(refused.contains("pictures of this size do not hold one symbol"), "{refused}");
    }

    #[test]
    fn the_shorter_of_two_bounds_counts() {
        let params = |size: Option<&str>, time: Option<&str>| PackParams {
            split_size: size.map(|words| words.parse().unwrap()),
            split_duration: time.map(|words| words.parse().unwrap()),
            ..PackParams::default()
        };
        let fitting = |params: &PackParams| shape(params).blocks_that_fit(1000);
        let (size, time) = (params(Some("1GB"), None), params(None, Some("10s")));
        let both = params(Some("1GB"), Some("10s"));
        assert_eq!(fitting(&both), fitting(&size).min(fitting(&time)));
        assert!(fitting(&time) < fitting(&size));
    }
}
