//! What inspecting told about the source.

use reel_media::probe::{AudioStream, VideoStream};
use reel_media::spatial::Spatial;
use reel_media::{MediaInfo, Timeline};
use reel_types::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::added::AddedNetwork;
use crate::eyes::Eyes;
use crate::hevc::HevcEncoder;

/// Kept as an object beside the job.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Facts {
    /// The file and its streams.
    pub media: MediaInfo,
    /// Which stream is the film.
    pub video_index: u32,
    /// When each frame of the film is shown, as far as it was asked for.
    pub timeline: Timeline,
    /// The frame of the whole film that is the first of `timeline`.
    pub first_frame: u32,
    /// Whether `timeline` goes to the film's end.
    pub to_end: bool,
    /// Where the eyes are, and which surface is covered, as the file or its name says.
    pub spatial: Spatial,
    /// How eyes share the picture.
    pub eyes: Eyes,
    /// Whether it is a still picture.
    pub still: bool,
    /// What encodes HEVC with alpha, where that was asked for.
    #[serde(default)]
    pub hevc: Option<HevcEncoder>,
    /// The added network that the job names.
    #[serde(default)]
    pub network: Option<AddedNetwork>,
}

impl Facts {
    /// The film.
    pub fn video(&self) -> Option<&VideoStream> {
        self.media.video.iter().find(|stream| stream.index == self.video_index)
    }

    /// Sound that has a known shape; a track without rate or channels cannot be decoded.
    pub fn usable_audio(&self) -> impl Iterator<Item = &AudioStream> {
        self.media.audio.iter().filter(|stream| stream.sample_rate > 0 && stream.channel_count > 0)
    }

    /// When the first frame is shown, on the source's clock.
    pub fn begin(&self) -> Timestamp {
        Timestamp::new(self.timeline.first_ticks, self.timeline.tick)
    }

    /// The moment that becomes zero in the result: the earliest of film and sound, or where the stretch begins that was asked for.
    pub fn origin(&self) -> Timestamp {
        if self.first_frame > 0 {
            return self.begin();
        }
        self.usable_audio().filter_map(|stream| stream.start).fold(self.begin(), Timestamp::min)
    }

    /// Seconds from the result's zero to the first frame.
    pub fn first_frame_secs(&self) -> f64 {
        self.begin().as_secs() - self.origin().as_secs()
    }
}
