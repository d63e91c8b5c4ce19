//! The pieces of work, as plain data.

use reel_device::DeviceWish;
use reel_types::time::Rational;
use serde::{Deserialize, Serialize};

use crate::args::VideoEncode;
use crate::container::Container;
use crate::params::AudioChoice;
use crate::picture::Picture;
use crate::whole::WholeFile;
use reel_media::Clock;

/// One piece of work.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Chunk {
    /// A stretch of frames.
    Video(Box<VideoChunk>),
    /// All sound, from one end to the other.
    Audio(AudioChunk),
}

/// A stretch of frames, encoded into one file that begins at 0.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VideoChunk {
    /// Which stream of the source.
    pub stream_index: u32,
    /// The first frame of the frame table.
    pub first_frame: u32,
    /// The frame after the last.
    pub end_frame: u32,
    /// Seconds per tick of the source.
    pub tick: Rational,
    /// The time of the first frame; becomes 0.
    pub first_ticks: i64,
    /// The time of the last frame.
    pub last_ticks: i64,
    /// Where it is cut out of the film; nothing for the whole film.
    pub cut: Option<Cut>,
    /// How time is told.
    pub clock: Clock,
    /// What happens to the picture.
    pub picture: Picture,
    /// The encoder.
    pub encode: VideoEncode,
    /// Which GPU may do it, when the encoder needs one.
    pub device: DeviceWish,
    /// The file that it becomes at once, with its sound; nothing where parts are joined afterwards.
    #[serde(default)]
    pub file: Option<WholeFile>,
}

/// Where a chunk is cut out of the film.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cut {
    /// Where reading begins, in microseconds of the source's own clock; nothing for its beginning.
    pub seek_micros: Option<i64>,
    /// The time of the frame after the last, in ticks of the source; nothing for the end.
    pub end_ticks: Option<i64>,
}

/// All sound.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AudioChunk {
    /// The streams of the source, in order.
    pub tracks: Vec<AudioTrack>,
    /// What happens to them.
    pub choice: AudioChoice,
    /// The moment of the source that becomes 0, in ticks of `origin_tick`.
    pub origin_ticks: i64,
    /// Seconds per tick of `origin_ticks`.
    pub origin_tick: Rational,
    /// The file format in which the sound waits for the film.
    pub container: Container,
    /// The longest track, as the container claims it; for progress.
    pub duration_millis: u64,
}

/// One track of sound.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AudioTrack {
    /// Which stream of the source.
    pub stream_index: u32,
    /// Bits a second, when it is encoded.
    pub bits_per_sec: u32,
}

/// The name under which a video chunk leaves its pictures.
pub const VIDEO_PART: &str = "video.mp4";
/// The name under which a video chunk leaves its account.
pub const VIDEO_REPORT: &str = "video.json";

impl AudioChunk {
    /// The name under which the sound is left.
    pub fn part_name(&self) -> String {
        format!("audio.{}", self.container.extension())
    }
}

impl VideoChunk {
    /// How many frames the table promises.
    pub fn frame_count(&self) -> u32 {
        self.end_frame - self.first_frame
    }

    /// The name under which its pictures are left, and its sound when that is with them.
    pub fn part_name(&self) -> String {
        match &self.file {
            Some(file) => format!("file.{}", file.container.extension()),
            None => VIDEO_PART.to_owned(),
        }
    }

    /// The media type of what it leaves.
    pub fn mime(&self) -> &'static str {
        self.file.as_ref().map_or("video/mp4", |file| file.container.mime())
    }
}
