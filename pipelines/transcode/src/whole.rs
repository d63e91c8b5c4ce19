//! A film that is not cut, written with its sound straight into the file that the person asked for.

use std::ffi::OsString;
use std::path::Path;

use reel_media::formats::file_url;
use reel_media::probe::AudioStream;
use serde::{Deserialize, Serialize};

use crate::audio;
use crate::chunk::AudioChunk;
use crate::container::Container;
use crate::facts::Facts;
use crate::intent::Intent;
use crate::params::AudioChoice;
use reel_media::Clock;

/// Sound that begins later than this after the film gets a process of its own: FFmpeg holds all pictures back until each
/// stream has something, and gives up at 50 MB of them.
const SOUND_LATE_SECS_MAX: f64 = 1.0;

/// The file that one process makes: nothing is left to join afterwards, only to verify.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WholeFile {
    /// MP4 or MOV, whose clocks are exact.
    pub container: Container,
    /// The tag `title`.
    pub title: Option<String>,
    /// The sound; nothing when the result has none.
    pub sound: Option<AudioChunk>,
    /// The tags of each track of sound.
    pub tracks: Vec<TrackTags>,
}

/// What a player shows of a track.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TrackTags {
    /// ISO 639 code.
    pub language: Option<String>,
    /// The tag `title`.
    pub title: Option<String>,
    /// Whether it is the one to take when nobody chooses.
    pub default: bool,
}

impl WholeFile {
    /// The file, where one process can write it exactly as two and a mux would.
    ///
    /// Copied sound cannot be shifted by itself; a film that begins after its sound would be rounded to its own
    /// frames; a track without packets is left out; one that begins late would be waited for.
    pub(crate) fn of(intent: &Intent, facts: &Facts, sound: Option<&AudioChunk>) -> Option<Self> {
        let begins_at_zero = (facts.first_frame_secs() * 1e6).round() == 0.0;
        let is_encoded = |chunk: &AudioChunk| chunk.choice != AudioChoice::Copy;
        let streams = streams(facts, sound)?;
        let origin_secs = facts.origin().as_secs();
        let begins_soon = |stream: &&AudioStream| {
            stream.start.is_some_and(|start| start.as_secs() - origin_secs <= SOUND_LATE_SECS_MAX)
        };
        let fits = intent.container.is_mp4_family()
            && begins_at_zero
            && sound.is_none_or(is_encoded)
            && streams.iter().all(|stream| stream.packet_count.is_some_and(|count| count > 0))
            && streams.iter().all(begins_soon);
        let tags = |stream: &&AudioStream| TrackTags {
            language: stream.language.clone(),
            title: stream.title.clone(),
            default: stream.disposition.default,
        };
        fits.then(|| Self {
            container: intent.container,
            title: facts.media.title.clone(),
            sound: sound.cloned(),
            tracks: streams.iter().map(tags).collect(),
        })
    }

    /// Which streams of the source become sound.
    pub(crate) fn maps(&self, input: u32) -> Vec<String> {
        let tracks = self.sound.iter().flat_map(|sound| &sound.tracks);
        tracks.flat_map(|track| ["-map".to_owned(), format!("{input}:{}", track.stream_index)]).collect()
    }

    /// Everything behind the film's encoder: sound, tags, clocks, the file.
    pub(crate) fn args(&self, clock: &Clock, out: &Path) -> Vec<OsString> {
        let mut args: Vec<String> = self.sound.iter().flat_map(audio::encode).collect();
        args.extend(["-disposition:v:0".to_owned(), "default".to_owned()]);
        for (index, track) in self.tracks.iter().enumerate() {
            let default = if track.default { "default" } else { "0" };
            args.extend([format!("-disposition:a:{index}"), default.to_owned()]);
            let tags = [("language", &track.language), ("title", &track.title)];
            for (key, value) in tags.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?))) {
                args.extend([format!("-metadata:s:a:{index}"), format!("{key}={value}")]);
            }
        }
        if let Some(title) = &self.title {
            args.extend(["-metadata".to_owned(), format!("title={title}")]);
        }
        args.extend(["-video_track_timescale".to_owned(), clock.timescale.to_string()]);
        // Where a track begins is written in this unit; FFmpeg's own would be a millisecond.
        args.extend(["-movie_timescale", "90000", "-fflags", "+bitexact"].map(str::to_owned));
        args.extend(["-movflags", "+faststart", "-f", self.container.muxer()].map(str::to_owned));
        args.into_iter().map(OsString::from).chain([file_url(out)]).collect()
    }
}

/// The streams of the source behind the tracks, in order; nothing when one is not known.
fn streams<'a>(facts: &'a Facts, sound: Option<&AudioChunk>) -> Option<Vec<&'a AudioStream>> {
    let tracks = sound.iter().flat_map(|sound| &sound.tracks);
    let stream = |index: u32| facts.media.audio.iter().find(|stream| stream.index == index);
    tracks.map(|track| stream(track.stream_index)).collect()
}
