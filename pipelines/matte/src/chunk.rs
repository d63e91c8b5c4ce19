//! The pieces of work, as plain data.

use reel_media::Clock;
use reel_types::time::Rational;
use serde::{Deserialize, Serialize};

use crate::look::Look;
use crate::sound::SoundChunk;

/// One piece of work.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Chunk {
    /// A stretch of frames.
    Film(Box<FilmChunk>),
    /// A few frames, on one sheet.
    Preview(Box<PreviewChunk>),
    /// All sound, from one end to the other.
    Sound(SoundChunk),
}

/// A stretch of frames, cut out and encoded into parts that begin at 0.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FilmChunk {
    /// Which stream of the source.
    pub stream_index: u32,
    /// The first frame of the timeline.
    pub first_frame: u32,
    /// The frame after the last.
    pub end_frame: u32,
    /// Seconds per tick of the source.
    pub tick: Rational,
    /// The time of the first frame, in ticks of the source; becomes 0.
    pub first_ticks: i64,
    /// Where reading begins, in ticks of the source: earlier than `first_ticks` by the frames with which a backend that looks back
    /// warms up. Nothing for the film's own beginning.
    pub read_ticks: Option<i64>,
    /// The time of the frame after the last, in ticks of the source; nothing for the film's own end.
    pub end_ticks: Option<i64>,
    /// The chunk whose end the backend goes on from; nothing where it begins afresh.
    pub goes_on_from: Option<u32>,
    /// How time is told.
    pub clock: Clock,
    /// What is made, and how.
    pub look: Look,
}

/// A few frames of the film on one sheet.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PreviewChunk {
    /// The whole stretch that they are taken from.
    pub film: FilmChunk,
    /// When each is shown, in ticks of the source.
    pub ticks: Vec<i64>,
    /// Frames before each with which the backend warms up.
    pub warm_up: u32,
}

/// The name under which a preview is left.
pub const PREVIEW: &str = "preview.png";
/// The name under which a film chunk leaves its account.
pub const FILM_REPORT: &str = "film.json";
/// The name under which a film chunk leaves what the next one goes on from.
pub const STATE: &str = "state.bin";

impl FilmChunk {
    /// How many frames the table promises.
    pub fn frame_count(&self) -> u32 {
        self.end_frame - self.first_frame
    }
}
