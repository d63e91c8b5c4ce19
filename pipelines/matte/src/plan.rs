//! From parameters and facts to chunks. Pure: no files, no clock, no device.

use reel_device::DeviceWish;
use reel_engine::{Plan, RunError, Site};
use reel_media::Clock;
use reel_types::{ChunkSpec, Class, OnFailedChunk};

use crate::backend::memory_frames;
use crate::chunk::{Chunk, FilmChunk, PreviewChunk};
use crate::cuts::cuts;
use crate::facts::Facts;
use crate::look::Look;
use crate::params::{Format, Model, Params};
use crate::picture;
use crate::preview;
use crate::sound::{Becomes, SoundChunk, SoundTrack};

/// Weight of a second of pictures against a second of sound.
const FILM_COST: u64 = 40;
/// Cores that one chain of chunks fills: a decoder, the guess, finishing, and two encoders that share rows and columns.
const CORES_A_LANE: u32 = 6;
/// Programs, buffers and what encoders look back on, in pictures.
const PICTURES_HELD: u64 = 60;
const PROGRAMS_BYTES: u64 = 250_000_000;
/// Frames before each of a preview.
const PREVIEW_WARM_UP: u32 = 4;

/// Everything that follows from parameters and facts alone; the report tells it again.
pub(crate) struct Decided {
    pub(crate) look: Look,
    pub(crate) clock: Clock,
    /// Sentences for the report.
    pub(crate) said: Vec<String>,
    sound: Option<SoundChunk>,
    first_frames: Vec<u32>,
    /// How many chains of chunks run side by side.
    lanes: u32,
}

pub(crate) fn plan(params: &Params, facts: &Facts, site: &Site) -> Result<Plan<Chunk>, RunError> {
    let decided = decide(params, facts, site)?;
    if params.preview {
        let chunks = preview_chunk(&decided, facts, site).into_iter().collect();
        return Ok(Plan { chunks, rounds_max: 1, on_failed_chunk: OnFailedChunk::FailJob });
    }
    let mut chunks = film_chunks(&decided, facts, site);
    chunks.extend(decided.sound.map(|sound| ChunkSpec {
        cost: sound.duration_millis,
        chunk: Chunk::Sound(sound),
        class: Class::Cpu,
        threads: 0,
        memory_bytes: 100_000_000,
        after: None,
    }));
    Ok(Plan { chunks, rounds_max: 1, on_failed_chunk: OnFailedChunk::FailJob })
}

pub(crate) fn decide(params: &Params, facts: &Facts, site: &Site) -> Result<Decided, RunError> {
    let video = facts.video().ok_or_else(|| RunError::internal("the facts name no video stream"))?;
    let rates: Vec<_> = [video.real_rate, video.average_rate].into_iter().flatten().collect();
    let clock = Clock::of(&facts.timeline, &rates);
    let (width, height) = video.shown_size();
    let pixels = u64::from(width) * u64::from(height);
    let lanes = (site.cores / CORES_A_LANE).max(1);
    let threads = (site.cores / lanes).clamp(1, 16);
    let (look, mut said) = Look::of(params, video, facts, threads)?;
    let (first_frames, whole_because) = cuts(&facts.timeline, params.chunk, pixels, site.cores);
    said.extend(whole_because);
    let format = look.format;
    let (sound, told) = match params.no_audio || facts.still || format == Format::Png {
        true => (None, Vec::new()),
        false => SoundChunk::of(facts, format),
    };
    said.extend(told);
    if !clock.steady && facts.timeline.frame_count > 2 {
        said.push("variable frame rate kept".to_owned());
    }
    let lanes = lanes.min(first_frames.len() as u32);
    Ok(Decided { look, clock, said, sound, first_frames, lanes })
}

/// FFmpeg's names of the encoders that must be there.
pub(crate) fn encoders(params: &Params, plan: &Plan<Chunk>) -> Vec<&'static str> {
    if params.preview {
        return vec!["png"];
    }
    let mut encoders = vec![match params.format.unwrap_or_default() {
        Format::Webm => "libvpx-vp9",
        Format::Prores => "prores_ks",
        // Which one was found by looking.
        Format::Hevc => return sound_encoders(plan),
        Format::Ffv1 => "ffv1",
        Format::Png => "png",
        Format::Green | Format::Matte | Format::Deovr => "libx264",
    }];
    encoders.extend(sound_encoders(plan));
    encoders
}

fn sound_encoders(plan: &Plan<Chunk>) -> Vec<&'static str> {
    let is_opus = |track: &SoundTrack| track.becomes == Becomes::Opus;
    let makes_opus = |spec: &ChunkSpec<Chunk>| matches!(&spec.chunk, Chunk::Sound(sound) if sound.tracks.iter().any(is_opus));
    plan.chunks.iter().any(makes_opus).then_some("libopus").into_iter().collect()
}

fn film_chunks(decided: &Decided, facts: &Facts, site: &Site) -> Vec<ChunkSpec<Chunk>> {
    let timeline = &facts.timeline;
    let pts = timeline.pts();
    let at = |frame: u32| pts.get(frame as usize).copied();
    let look = &decided.look;
    let count = decided.first_frames.len() as u32;
    let ends = decided.first_frames.iter().skip(1).copied().chain([timeline.frame_count]);
    let memory = memory_frames(look.model);
    let picture_bytes = picture::bytes(look.width as usize, look.height as usize) as u64;
    decided
        .first_frames
        .iter()
        .copied()
        .zip(ends)
        .zip(0_u32..)
        .map(|((first_frame, end_frame), index)| {
            // The first chunk of each lane cannot wait for the one before it: it warms up on its last frames.
            let is_lane_head = index * decided.lanes % count < decided.lanes;
            let goes_on_from = index.checked_sub(1).filter(|_| memory > 0 && !is_lane_head);
            let warm_up = if memory > 0 && index > 0 && is_lane_head { memory } else { 0 };
            let read_from = first_frame.saturating_sub(warm_up);
            let chunk = FilmChunk {
                stream_index: facts.video_index,
                first_frame,
                end_frame,
                tick: timeline.tick,
                first_ticks: at(first_frame).unwrap_or(timeline.first_ticks),
                read_ticks: at(read_from).filter(|_| facts.first_frame + read_from > 0),
                end_ticks: at(end_frame).or_else(|| (!facts.to_end).then(|| last_end(facts, &pts))),
                goes_on_from,
                clock: decided.clock,
                look: look.clone(),
            };
            let last = at(end_frame).unwrap_or_else(|| last_end(facts, &pts));
            let secs = timeline.secs(last - chunk.first_ticks).max(0.0);
            ChunkSpec {
                chunk: Chunk::Film(Box::new(chunk)),
                class: class(look),
                threads: look.threads,
                memory_bytes: (PROGRAMS_BYTES + PICTURES_HELD * picture_bytes).min(site.memory_bytes),
                cost: (secs * 1000.0) as u64 * FILM_COST + 1,
                after: goes_on_from,
            }
        })
        .collect()
}

/// Frames at equal distances, the first and last not among them: there are titles and black.
fn preview_chunk(decided: &Decided, facts: &Facts, site: &Site) -> Option<ChunkSpec<Chunk>> {
    let pts = facts.timeline.pts();
    let count = (preview::SIDE * preview::SIDE).min(pts.len());
    let ticks =
        (0..count).filter_map(|index| pts.get((2 * index + 1) * pts.len() / (2 * count)).copied()).collect();
    let spec = film_chunks(decided, facts, site).into_iter().next()?;
    let Chunk::Film(film) = spec.chunk else { return None };
    let warm_up = if memory_frames(film.look.model) > 0 { PREVIEW_WARM_UP } else { 0 };
    let chunk = Chunk::Preview(Box::new(PreviewChunk { film: *film, ticks, warm_up }));
    let (class, threads, memory_bytes) = (spec.class, spec.threads, spec.memory_bytes);
    Some(ChunkSpec { chunk, class, threads, memory_bytes, cost: 1, after: None })
}

/// When the last frame ends.
fn last_end(facts: &Facts, pts: &[i64]) -> i64 {
    pts.last().copied().unwrap_or(0).saturating_add(facts.timeline.last_duration_ticks.max(1))
}

fn class(look: &Look) -> Class {
    match (look.model, look.device) {
        (Model::Chroma, _) | (_, DeviceWish::Cpu) => Class::Cpu,
        (_, DeviceWish::Gpu | DeviceWish::GpuIndex(_)) => Class::Gpu,
        (_, DeviceWish::Auto) => Class::GpuElseCpu,
    }
}
