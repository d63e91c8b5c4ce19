//! From parts to one file: pictures behind one another, sound beside them, verified.

mod chapters;
mod pictures;
mod webm;

use std::path::{Path, PathBuf};

use reel_engine::{RunContext, RunError};
use reel_media::Ffmpeg;
use reel_media::mux::{ConcatPart, MuxContainer, MuxSpec, Track, concat_video, mux};
use reel_media::verify::{Effort, Expectation, Level, verify};

use crate::assemble::Made;
use crate::facts::Facts;
use crate::failure::run_error;
use crate::params::Format;
use crate::plan::Decided;

/// The file, and what is known of it.
pub(crate) struct Joined {
    pub(crate) path: PathBuf,
    pub(crate) frame_count: u64,
    /// Frames that were decoded again to look at them.
    pub(crate) frames_decoded: u64,
    /// Bytes of the alpha plane, where it has packets of its own.
    pub(crate) alpha_bytes: Option<u64>,
}

pub(crate) fn join(
    ffmpeg: &Ffmpeg,
    facts: &Facts,
    decided: &Decided,
    made: &Made<'_>,
    cx: &RunContext<'_>,
) -> Result<Joined, RunError> {
    let (part, container) = match decided.look.format {
        Format::Webm => return webm::join(ffmpeg, facts, decided, made, cx),
        Format::Png => return pictures::join(facts, made, cx),
        Format::Prores | Format::Hevc => ("film.mov", MuxContainer::Mov),
        Format::Ffv1 => ("film.nut", MuxContainer::Matroska),
        Format::Green | Format::Matte | Format::Deovr => ("film.mp4", MuxContainer::Mp4),
    };
    let film = film(ffmpeg, facts, decided, made, part, cx)?;
    let path = file(ffmpeg, facts, decided, made, (&film, container), cx)?;
    check(ffmpeg, facts, decided, made, path, cx)
}

/// Puts the stretches behind one another; one alone is taken as it is.
fn film(
    ffmpeg: &Ffmpeg,
    facts: &Facts,
    decided: &Decided,
    made: &Made<'_>,
    part: &str,
    cx: &RunContext<'_>,
) -> Result<PathBuf, RunError> {
    if let [one] = made.film.as_slice() {
        return one.file(part, cx);
    }
    let clock = &decided.clock;
    let tick = facts.timeline.tick;
    let begins: Vec<i64> = made
        .film
        .iter()
        .map(|film| clock.ticks_of(film.report.times.first_ticks - facts.timeline.first_ticks, tick))
        .collect();
    let end = clock.ticks_of((facts.timeline.duration_secs() / tick.as_f64()).round() as i64, tick);
    let nexts = begins.iter().skip(1).copied().chain([end]);
    let parts = made.film.iter().zip(begins.iter().zip(nexts)).map(|(film, (begin, next))| {
        Ok(ConcatPart { path: film.file(part, cx)?, duration_ticks: (next - begin).max(1) })
    });
    let parts: Vec<ConcatPart> = parts.collect::<Result<_, RunError>>()?;
    let out = cx.scratch().join(part);
    concat_video(ffmpeg, &parts, clock.track_tick(), cx.scratch(), &out, cx.cancel()).map_err(run_error)?;
    Ok(out)
}

/// Puts film and sound into the file that the person asked for.
fn file(
    ffmpeg: &Ffmpeg,
    facts: &Facts,
    decided: &Decided,
    made: &Made<'_>,
    (film, container): (&Path, MuxContainer),
    cx: &RunContext<'_>,
) -> Result<PathBuf, RunError> {
    let offset_micros = (facts.first_frame_secs() * 1e6).round() as i64;
    let mut spec = MuxSpec::new(container);
    spec.video = Some(Track { offset_micros, default: true, ..Track::new(film, 0) });
    spec.video_timescale = (container != MuxContainer::Matroska).then_some(decided.clock.timescale);
    spec.tags = facts.media.title.iter().map(|title| ("title".to_owned(), title.clone())).collect();
    spec.audio = made.sound.iter().flat_map(|(chunk, path)| chunk.mux_tracks(facts, path)).collect();
    spec.video_tag = (decided.look.format == Format::Hevc).then_some("hvc1");
    spec.chapters = chapters::chapters(facts);
    let out = cx.scratch().join(format!("output.{}", decided.look.format.extension()));
    mux(ffmpeg, &spec, &out, cx.cancel()).map_err(run_error)?;
    Ok(out)
}

fn check(
    ffmpeg: &Ffmpeg,
    facts: &Facts,
    decided: &Decided,
    made: &Made<'_>,
    path: PathBuf,
    cx: &RunContext<'_>,
) -> Result<Joined, RunError> {
    let frame_count = made.film.iter().map(|film| u64::from(film.report.times.frame_count)).sum();
    let complete = frame_count == u64::from(facts.timeline.frame_count);
    let last_secs = facts.timeline.secs(facts.timeline.last_duration_ticks).max(0.0);
    let codec = match decided.look.format {
        Format::Prores => "prores",
        Format::Hevc => "hevc",
        Format::Ffv1 => "ffv1",
        _ => "h264",
    };
    let seams = made
        .film
        .iter()
        .skip(1)
        .map(|film| facts.timeline.secs(film.report.times.first_ticks - facts.timeline.first_ticks));
    let expectation = Expectation {
        frame_count: Some(frame_count),
        video_duration_secs: complete.then(|| facts.timeline.duration_secs()),
        tolerance_secs: last_secs.max(0.05) + 0.05,
        audio_count: made.sound.as_ref().map_or(0, |(chunk, _)| chunk.tracks.len()),
        video_codec: Some(codec.to_owned()),
        size: Some((decided.look.width, decided.look.height)),
        seams_secs: seams.collect(),
        ..Expectation::default()
    };
    let effort = Effort { level: Level::Quick, cores: cx.site().cores };
    let report = verify(ffmpeg, &path, &expectation, effort, cx.cancel()).map_err(run_error)?;
    let report = report.into_result().map_err(run_error)?;
    Ok(Joined { path, frame_count, frames_decoded: report.decoded_count, alpha_bytes: None })
}
