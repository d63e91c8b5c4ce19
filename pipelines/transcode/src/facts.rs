//! What inspecting told about the source and about the machine.

use reel_media::MediaInfo;
use reel_media::formats::Container as SourceContainer;
use reel_media::probe::{AudioStream, VideoStream};
use reel_types::time::Timestamp;
use serde::{Deserialize, Serialize};

use reel_media::Timeline;

/// Kept as an object beside the job.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Facts {
    /// The file and its streams.
    pub media: MediaInfo,
    /// Which stream is the film.
    pub video_index: u32,
    /// When each frame of the film is shown.
    pub timeline: Timeline,
    /// Whether a GPU can make what was asked for.
    pub gpu: GpuFinding,
}

/// Whether a GPU can make what was asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum GpuFinding {
    /// None was asked for, or none makes this codec.
    NotConsidered {
        /// Why.
        reason: String,
    },
    /// There is none.
    Absent {
        /// What the driver said.
        reason: String,
        /// The same in a few words; facts of an earlier version have none.
        #[serde(default)]
        brief: Option<String>,
    },
    /// There is one, and the encoder does not work on it.
    Unfit {
        /// What it said.
        reason: String,
    },
    /// The encoder was tried and works.
    Works {
        /// On which GPU.
        device: String,
    },
}

impl Facts {
    /// The film.
    pub fn video(&self) -> Option<&VideoStream> {
        self.media.video.iter().find(|stream| stream.index == self.video_index)
    }

    /// The moment that becomes zero in the result: the earliest of film and sound.
    pub fn origin(&self) -> Timestamp {
        let first_frame = Timestamp::new(self.timeline.first_ticks, self.timeline.tick);
        let sounds = self.usable_audio().filter_map(|stream| stream.start);
        sounds.fold(first_frame, Timestamp::min)
    }

    /// Sound that has a known shape; a track without rate or channels cannot be decoded.
    pub fn usable_audio(&self) -> impl Iterator<Item = &AudioStream> {
        self.media.audio.iter().filter(|stream| stream.sample_rate > 0 && stream.channel_count > 0)
    }

    /// Seconds from the result's zero to the first frame.
    pub fn first_frame_secs(&self) -> f64 {
        Timestamp::new(self.timeline.first_ticks, self.timeline.tick).as_secs() - self.origin().as_secs()
    }

    /// Whether a seek lands on the key frame that was asked for. Other formats guess from positions in the file.
    pub fn has_index(&self) -> bool {
        matches!(
            self.media.container,
            SourceContainer::Mov | SourceContainer::Matroska | SourceContainer::Avi
        )
    }
}
