//! From parts to one file: pictures behind one another, sound beside them.

use std::path::{Path, PathBuf};

use reel_engine::{RunContext, RunError};
use reel_media::mux::{ConcatPart, MuxContainer, MuxSpec, Track, concat_video, mux};
use reel_media::{Ffmpeg, MediaError};

use crate::chunk::AudioChunk;
use crate::container::Container;
use crate::facts::Facts;
use crate::params::AudioChoice;
use crate::run::run_error;
use reel_media::Clock;

/// One stretch of film that is there.
pub(crate) struct VideoPart {
    pub(crate) path: PathBuf,
    pub(crate) first_frame: u32,
}

/// Puts the stretches behind one another; one alone is taken as it is.
pub(crate) fn film(
    ffmpeg: &Ffmpeg,
    facts: &Facts,
    clock: &Clock,
    parts: &[VideoPart],
    cx: &RunContext<'_>,
) -> Result<PathBuf, RunError> {
    if let [one] = parts {
        return Ok(one.path.clone());
    }
    let ticks = clock.output_ticks(&facts.timeline);
    let at = |frame: u32| ticks.get(frame as usize).copied();
    let end = ticks.last().copied().unwrap_or(0)
        + clock.ticks_of(facts.timeline.last_duration_ticks.max(1), facts.timeline.tick).max(1);
    let parts: Vec<ConcatPart> = parts
        .iter()
        .zip(parts.iter().skip(1).map(|next| at(next.first_frame)).chain([Some(end)]))
        .map(|(part, next)| ConcatPart {
            path: part.path.clone(),
            duration_ticks: next.unwrap_or(end) - at(part.first_frame).unwrap_or(0),
        })
        .collect();
    let out = cx.scratch().join("film.mp4");
    concat_video(ffmpeg, &parts, clock.track_tick(), cx.scratch(), &out, cx.cancel()).map_err(run_error)?;
    Ok(out)
}

/// What one process has made is the file already. It stays where the chunk left it, and gets a second name.
pub(crate) fn taken_as_it_is(
    made: &Path,
    container: Container,
    cx: &RunContext<'_>,
) -> Result<PathBuf, RunError> {
    let out = cx.scratch().join(format!("output.{}", container.extension()));
    if std::fs::hard_link(made, &out).is_err() {
        std::fs::copy(made, &out)
            .map_err(|source| run_error(MediaError::Io { action: "copy", path: made.to_owned(), source }))?;
    }
    Ok(out)
}

/// Matroska counts Opus from its lead-in of 312 samples on; FFmpeg 5.1 leaves it to us to add that. Without it the film
/// would be shifted by 7 ms against the sound.
fn opus_delay_micros(container: Container, choice: AudioChoice, source_codec: &str) -> i64 {
    let is_opus = choice == AudioChoice::Opus || (choice == AudioChoice::Copy && source_codec == "opus");
    if is_opus && !container.is_mp4_family() { 6_500 } else { 0 }
}

/// Puts film and sound into the file that the person asked for.
pub(crate) fn file(
    ffmpeg: &Ffmpeg,
    facts: &Facts,
    container: Container,
    clock: &Clock,
    film: &Path,
    sound: Option<(&AudioChunk, PathBuf)>,
    cx: &RunContext<'_>,
) -> Result<PathBuf, RunError> {
    let mut spec = MuxSpec::new(match container {
        Container::Mp4 => MuxContainer::Mp4,
        Container::Mov => MuxContainer::Mov,
        Container::Mkv => MuxContainer::Matroska,
        Container::Webm => MuxContainer::WebM,
    });
    let offset_micros = (facts.first_frame_secs() * 1e6).round() as i64;
    spec.video = Some(Track { offset_micros, default: true, ..Track::new(film, 0) });
    spec.video_timescale = container.is_mp4_family().then_some(clock.timescale);
    spec.tags = facts.media.title.iter().map(|title| ("title".to_owned(), title.clone())).collect();
    if let Some((chunk, path)) = sound {
        let streams = chunk
            .tracks
            .iter()
            .filter_map(|track| facts.media.audio.iter().find(|stream| stream.index == track.stream_index));
        let tracks = streams.enumerate().map(|(index, stream)| Track {
            offset_micros: opus_delay_micros(container, chunk.choice, &stream.codec),
            language: stream.language.clone(),
            title: stream.title.clone(),
            default: stream.disposition.default,
            ..Track::new(&path, index as u32)
        });
        spec.audio = tracks.collect();
    }
    let out = cx.scratch().join(format!("output.{}", container.extension()));
    mux(ffmpeg, &spec, &out, cx.cancel()).map_err(run_error)?;
    Ok(out)
}
