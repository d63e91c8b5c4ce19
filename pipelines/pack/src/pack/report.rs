//! What chunks say about themselves, and what a person is told of the whole.

use std::path::PathBuf;

use reel_engine::{Output, RunError};
use reel_types::FailureKind;
use serde::{Deserialize, Serialize};

use crate::accelerator::DeviceTold;
use crate::avi::SegmentInfo;

/// The segment or the whole video, among a chunk's outputs.
pub(super) const SEGMENT: &str = "segment.movi";
/// What it says about itself.
pub(super) const REPORT: &str = "segment.json";

/// What one chunk wrote.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub(super) struct ChunkReport {
    /// Bytes of content in it.
    pub(super) content_bytes: u64,
    /// The same after compression and encryption.
    pub(super) stored_bytes: u64,
    /// Blocks that were compressed.
    pub(super) compressed_blocks: u32,
    /// Source symbols of all blocks.
    pub(super) source_symbols: u64,
    /// Repair symbols of all blocks.
    pub(super) repair_symbols: u64,
    /// Pictures that carry symbols.
    pub(super) data_frames: u64,
    /// Pictures that a person reads.
    pub(super) card_frames: u64,
    /// How long it took to write, seconds of the clock.
    pub(super) write_secs: f64,
    /// How long it took to read it back, seconds of the clock.
    pub(super) verify_secs: f64,
    /// What drew the cells; nothing where there are none.
    #[serde(default)]
    pub(super) device: Option<DeviceTold>,
}

/// What a chunk wrote.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) enum Piece {
    /// A segment, to be put beside those of other chunks.
    Segment(SegmentInfo),
    /// A whole video, and where each of its segments begins.
    Whole(Vec<(u64, SegmentInfo)>),
}

impl Piece {
    /// Each segment and where it begins.
    pub(super) fn segments(&self) -> Vec<(u64, SegmentInfo)> {
        match self {
            Self::Segment(info) => vec![(0, *info)],
            Self::Whole(segments) => segments.clone(),
        }
    }

    /// Pictures in it.
    pub(super) fn frames(&self) -> u64 {
        self.segments().iter().map(|(_, info)| u64::from(info.frame_count)).sum()
    }
}

/// A chunk's report as it is kept: with what is needed to put it into the video.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) piece: Piece,
    pub(super) report: ChunkReport,
}

impl ChunkReport {
    /// Both together.
    pub(super) fn and(mut self, other: &Self) -> Self {
        self.content_bytes += other.content_bytes;
        self.stored_bytes += other.stored_bytes;
        self.compressed_blocks += other.compressed_blocks;
        self.source_symbols += other.source_symbols;
        self.repair_symbols += other.repair_symbols;
        self.data_frames += other.data_frames;
        self.card_frames += other.card_frames;
        self.write_secs += other.write_secs;
        self.verify_secs += other.verify_secs;
        self.device = match (self.device, &other.device) {
            (Some(one), Some(two)) => Some(one.and(two)),
            (one, two) => one.or_else(|| two.clone()),
        };
        self
    }

    /// Repair symbols for each source symbol.
    pub(super) fn redundancy_ratio(&self) -> f64 {
        if self.source_symbols == 0 { 0.0 } else { self.repair_symbols as f64 / self.source_symbols as f64 }
    }
}

/// What the result says, beside the file.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct Told {
    /// `archive`, `share` or `legacy`.
    pub(super) profile: &'static str,
    /// The name that `unpack` gives; this and the next three are not told of a sealed video.
    pub(super) name: Option<String>,
    /// Bytes of content.
    pub(super) content_bytes: u64,
    /// SHA-256 of the content, hex; its first 16 digits are what the picture shows.
    pub(super) content_sha256: Option<String>,
    /// The same under the name that it has in the video.
    pub(super) sha256: Option<String>,
    /// The first 16 digits of it.
    pub(super) checksum: Option<String>,
    /// Pictures of the video, with those that a person reads.
    pub(super) frames: u64,
    /// Seconds that it plays.
    pub(super) duration_secs: f64,
    /// Repair symbols for each source symbol.
    pub(super) redundancy_ratio: f64,
    /// Content through all chunks, megabytes a second of work.
    pub(super) throughput_mbps: f64,
    /// Content with its repair symbols, for each byte of video.
    pub(super) density: f64,
    /// Blocks that compression made smaller.
    pub(super) compressed_blocks: u32,
    /// Whether a key is needed to read it.
    pub(super) encrypted: bool,
    /// How the video was checked.
    pub(super) verify: &'static str,
    /// What drew the cells.
    #[serde(flatten)]
    pub(super) device: DeviceTold,
    /// What was decided for a person.
    pub(super) decisions: Vec<String>,
    /// Seconds of work of all chunks.
    pub(super) processing_time_seconds: f64,
    /// What the job came to.
    pub(super) stage: &'static str,
    /// How many videos it is cut into; absent when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) part_count: Option<u32>,
}

/// One finished video.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Video {
    /// Which of several, from 1; 0 when there is but one.
    pub(super) part: u32,
    /// Where it lies.
    path: PathBuf,
    /// Its media type.
    mime: &'static str,
    /// Its size.
    pub(super) bytes: u64,
    /// Its pictures.
    pub(super) frames: u64,
    /// What its chunks said.
    pub(super) report: ChunkReport,
}

impl Video {
    /// The finished video at `path`.
    pub(super) fn new(
        part: u32,
        path: PathBuf,
        mime: &'static str,
        frames: u64,
        report: ChunkReport,
    ) -> Result<Self, RunError> {
        let bytes = std::fs::metadata(&path).map_err(RunError::internal)?.len();
        Ok(Self { part, path, mime, bytes, frames, report })
    }

    /// As a result of the job.
    pub(super) fn output(&self) -> Output {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        Output::file(name, self.mime, &self.path)
    }
}

/// What a finished video is called among the job's results.
pub(super) fn output_name(part: u32, extension: &str) -> String {
    match part {
        0 => format!("output.{extension}"),
        part => format!("output.{part:03}.{extension}"),
    }
}

/// The words of the seed for a result that does not hold.
pub(super) fn not_verified(why: impl std::fmt::Display) -> RunError {
    RunError::failed(FailureKind::Verification, format!("Output verification failed: {why}"))
}
