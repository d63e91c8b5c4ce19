//! WebM: the packets of both planes into one file, the sound beside them, and a look at every frame's alpha.

use reel_engine::{RunContext, RunError};
use reel_media::Ffmpeg;
use reel_media::webm::{
    AlphaDecode, AlphaExpectation, IvfChunk, WebmAudio, WebmCodec, WebmReader, WebmSpec, WebmWriter,
    tick_nanos_for, verify_alpha,
};
use reel_types::FailureKind;
use reel_types::time::Rational;

use super::Joined;
use super::chapters::webm_chapters;
use crate::assemble::Made;
use crate::facts::Facts;
use crate::failure::run_error;
use crate::plan::Decided;
use crate::sound::SoundTrack;

pub(super) fn join(
    ffmpeg: &Ffmpeg,
    facts: &Facts,
    decided: &Decided,
    made: &Made<'_>,
    cx: &RunContext<'_>,
) -> Result<Joined, RunError> {
    let path = cx.scratch().join("output.webm");
    let mut writer = WebmWriter::create(&path, &spec(facts, decided, made)?).map_err(run_error)?;
    let tick = facts.timeline.tick;
    let zero = facts.origin().rescale(tick).map_or(facts.timeline.first_ticks, |time| time.ticks);
    let mut all: Vec<i64> = Vec::new();
    for (index, film) in made.film.iter().enumerate() {
        let is_last = index + 1 == made.film.len();
        let ticks = growing(film.report.times.pts().into_iter().map(|pts| pts - zero), all.last().copied());
        let last_duration = facts.timeline.last_duration_ticks.max(1).unsigned_abs();
        let chunk = IvfChunk {
            colour: film.file("colour.ivf", cx)?,
            alpha: Some(film.file("alpha.ivf", cx)?),
            ticks: &ticks,
            time_base: tick,
            last_duration_ticks: is_last.then_some(last_duration),
        };
        writer.append_chunk(&chunk).map_err(run_error)?;
        all.extend(ticks);
        cx.progress(index as u64, made.film.len() as u64 + 1);
    }
    let summary = writer.finish().map_err(run_error)?;
    let expectation = AlphaExpectation {
        frame_count: Some(all.len() as u64),
        times: Some((all, tick)),
        size: Some((decided.look.width, decided.look.height)),
        decode: AlphaDecode::Sampled,
    };
    let report = verify_alpha(ffmpeg, &path, &expectation, cx.scratch(), cx.cancel()).map_err(run_error)?;
    let report = report.into_result().map_err(run_error)?;
    verify_sound(&path, made)?;
    Ok(Joined {
        path,
        frame_count: summary.frame_count,
        frames_decoded: report.decoded_count,
        alpha_bytes: Some(summary.alpha_bytes),
    })
}

/// Each later than the one before; a source that stutters is shown a tick later.
fn growing(ticks: impl Iterator<Item = i64>, last: Option<i64>) -> Vec<i64> {
    let mut last = last.unwrap_or(i64::MIN);
    let grow = |tick: i64| {
        last = tick.max(last.saturating_add(1));
        last
    };
    ticks.map(grow).collect()
}

fn spec(facts: &Facts, decided: &Decided, made: &Made<'_>) -> Result<WebmSpec, RunError> {
    let look = &decided.look;
    let mut spec = WebmSpec::new(WebmCodec::Vp9, look.width, look.height, true);
    spec.tick_nanos = tick_nanos_for(facts.timeline.tick);
    spec.video.sample_aspect = look.sample_aspect;
    spec.video.colour = look.colour.clone();
    spec.video.spatial = facts.spatial;
    spec.video.constant_rate = constant_rate(facts, decided);
    spec.title = facts.media.title.clone();
    spec.chapters = webm_chapters(facts);
    if let Some((chunk, path)) = &made.sound {
        let numbers = track_numbers(path, &chunk.tracks)?;
        for (track, number) in chunk.tracks.iter().zip(numbers) {
            let stream = facts.media.audio.iter().find(|stream| stream.index == track.stream_index);
            spec.audio.push(WebmAudio {
                path: path.clone(),
                track_number: Some(number),
                offset_nanos: 0,
                language: stream.and_then(|stream| stream.language.clone()),
                title: stream.and_then(|stream| stream.title.clone()),
                default: stream.is_some_and(|stream| stream.disposition.default),
            });
        }
    }
    Ok(spec)
}

/// The rate, where all frames of the film are equally far apart.
fn constant_rate(facts: &Facts, decided: &Decided) -> Option<Rational> {
    (decided.clock.steady && facts.timeline.distances.len() == 1).then(|| decided.clock.encode_base.inverse())
}

/// The numbers of the tracks in the file where the sound waits, in order.
fn track_numbers(path: &std::path::Path, tracks: &[SoundTrack]) -> Result<Vec<u64>, RunError> {
    let reader = WebmReader::open(path).map_err(run_error)?;
    let numbers: Vec<u64> = reader.tracks().iter().map(|track| track.number).collect();
    if numbers.len() == tracks.len() {
        return Ok(numbers);
    }
    let message = format!("{} tracks of sound instead of {}", numbers.len(), tracks.len());
    Err(RunError::failed(FailureKind::Verification, message))
}

/// Each track of sound that went in is there, with packets.
fn verify_sound(path: &std::path::Path, made: &Made<'_>) -> Result<(), RunError> {
    let expected = made.sound.as_ref().map_or(0, |(chunk, _)| chunk.tracks.len());
    if expected == 0 {
        return Ok(());
    }
    let mut reader = WebmReader::open(path).map_err(run_error)?;
    let video = reader.video().map(|track| track.number);
    let mut heard = std::collections::BTreeSet::new();
    while let Some(block) = reader.next_block().map_err(run_error)? {
        if Some(block.track_number) != video {
            heard.insert(block.track_number);
        }
        if heard.len() == expected {
            return Ok(());
        }
    }
    Err(RunError::failed(
        FailureKind::Verification,
        format!("{} of {expected} tracks of sound hold packets", heard.len()),
    ))
}
