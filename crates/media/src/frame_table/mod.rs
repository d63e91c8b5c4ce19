//! Every frame of a video stream with its time stamp, read from packets without decoding.

pub(crate) mod build;
pub(crate) mod packets;

use std::path::Path;

use reel_types::CancelToken;
use reel_types::time::{Rational, Timestamp};

use crate::error::MediaError;
use crate::tools::Ffmpeg;

/// One frame that is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame {
    /// Presentation time in ticks of the stream's time base; the zero is that of the decoded frames.
    pub pts: i64,
    /// How long it is shown, in ticks; 0 when the container does not tell.
    pub duration: i64,
    /// Whether decoding may begin here.
    pub key: bool,
}

/// Why a table cannot be trusted frame by frame.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unreliable {
    /// Packets without a presentation time.
    #[error("{count} packets have no time stamp")]
    NoTimestamps {
        /// How many.
        count: usize,
    },
    /// Two packets with one time: fields, or hidden frames.
    #[error("{count} packets share a time stamp with another")]
    SharedTimestamps {
        /// How many.
        count: usize,
    },
    /// A packet marked as damaged.
    #[error("{count} packets are damaged")]
    DamagedPackets {
        /// How many.
        count: usize,
    },
    /// Frames that come or are shown before the first key frame: a decoder drops or guesses them.
    #[error("{count} frames come before the first key frame")]
    LateKeyFrame {
        /// How many.
        count: usize,
    },
    /// The codec has packets that show nothing, and which ones is known to the decoder alone.
    #[error("some packets may show no frame")]
    HiddenFrames,
    /// `ffprobe` complained while it looked.
    #[error("the stream is damaged: {detail}")]
    Damaged {
        /// The first thing it said.
        detail: String,
    },
    /// Packets of one field each: two make a frame.
    #[error("frames may be coded as two fields in two packets")]
    Fields,
    /// Time stamps with holes or jumps that no player would show.
    #[error("a gap of {secs} s between two frames")]
    Jump {
        /// How long.
        secs: u64,
    },
}

/// The frames of one stream in the order in which they are shown.
#[derive(Clone, PartialEq, Debug)]
pub struct FrameTable {
    /// Which stream of the file, counted over all sorts.
    pub stream_index: u32,
    /// Seconds per tick.
    pub time_base: Rational,
    /// The frames, by time.
    pub frames: Vec<Frame>,
    /// Packets that are decoded and not shown (edit list, preroll).
    pub discarded_count: usize,
    /// Why the table may differ from what a decoder shows; `None` when it is to be trusted.
    pub unreliable: Option<Unreliable>,
}

/// Reads the table. About 24 bytes of memory a frame; the file is read once, nothing is decoded.
///
/// # Errors
/// [`MediaError::Damaged`] when the stream has no packet; those of a child.
pub fn frame_table(
    ffmpeg: &Ffmpeg,
    path: &Path,
    stream_index: u32,
    cancel: &CancelToken,
) -> Result<FrameTable, MediaError> {
    build::build(ffmpeg, path, stream_index, cancel)
}

impl FrameTable {
    /// How many frames are shown.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Whether the table is to be trusted frame by frame.
    pub fn is_reliable(&self) -> bool {
        self.unreliable.is_none()
    }

    /// The time of frame `index`.
    pub fn timestamp(&self, index: usize) -> Option<Timestamp> {
        self.frames.get(index).map(|frame| Timestamp::new(frame.pts, self.time_base))
    }

    /// The time of the first frame.
    pub fn start(&self) -> Option<Timestamp> {
        self.timestamp(0)
    }

    /// The end of the last frame. Its duration, where the container does not tell it, is that of the frame before.
    pub fn end(&self) -> Option<Timestamp> {
        let last = self.frames.last()?;
        Some(Timestamp::new(last.pts + self.last_duration_ticks(), self.time_base))
    }

    /// From the start to the end, in ticks.
    pub fn duration_ticks(&self) -> i64 {
        match (self.frames.first(), self.frames.last()) {
            (Some(first), Some(last)) => last.pts + self.last_duration_ticks() - first.pts,
            _ => 0,
        }
    }

    /// From the start to the end, in seconds.
    pub fn duration_secs(&self) -> f64 {
        Timestamp::new(self.duration_ticks(), self.time_base).as_secs()
    }

    /// Whether each frame is as far from the next as the time base can say: all distances within one tick.
    pub fn is_constant_rate(&self) -> bool {
        let (mut least, mut most) = (i64::MAX, i64::MIN);
        for distance in self.distances() {
            (least, most) = (least.min(distance), most.max(distance));
        }
        self.frames.len() < 3 || most - least <= 1
    }

    /// The median distance of two frames, in ticks; 0 with less than two frames.
    pub fn median_distance_ticks(&self) -> i64 {
        let mut distances: Vec<i64> = self.distances().collect();
        if distances.is_empty() {
            return 0;
        }
        let middle = distances.len() / 2;
        *distances.select_nth_unstable(middle).1
    }

    /// Indices of the frames at which decoding may begin.
    pub fn key_indices(&self) -> impl Iterator<Item = usize> + '_ {
        self.frames.iter().enumerate().filter(|(_, frame)| frame.key).map(|(index, _)| index)
    }

    /// The last key frame at or before `index`; `None` when decoding must begin with what is not shown, at the start
    /// of the stream (edit list).
    pub fn key_at_or_before(&self, index: usize) -> Option<usize> {
        self.frames.get(..=index)?.iter().rposition(|frame| frame.key)
    }

    fn distances(&self) -> impl Iterator<Item = i64> + '_ {
        self.frames.windows(2).map(|pair| pair[1].pts - pair[0].pts)
    }

    fn last_duration_ticks(&self) -> i64 {
        match self.frames.last() {
            Some(last) if last.duration > 0 => last.duration,
            _ => self.distances().last().unwrap_or(0),
        }
    }
}
