//! From parameters and facts to chunks. Pure: no files, no clock, no device.

use reel_device::DeviceWish;
use reel_engine::{Plan, RunError, Site};
use reel_media::probe::AudioStream;
use reel_types::{ChunkSpec, Class, OnFailedChunk};

use crate::args::VideoEncode;
use crate::chunk::{AudioChunk, AudioTrack, Chunk, Cut, VideoChunk};
use crate::codec::Encoder;
use crate::container::Container;
use crate::cuts::Cuts;
use crate::facts::{Facts, GpuFinding};
use crate::intent::{Intent, usage};
use crate::params::{AudioChoice, Params};
use crate::picture::Picture;
use crate::whole::WholeFile;
use crate::words::ChunkChoice;
use reel_media::Clock;

/// The first round, then without cuts, without a GPU, or with the sound apart, in whichever order they fail.
const ROUNDS_MAX: u32 = 4;
/// Read this much earlier where a seek lands somewhere near.
const SEEK_MARGIN_MICROS: i64 = 1_000_000;
/// Weight of a second of pictures against a second of sound.
const VIDEO_COST: u64 = 20;

/// More are no layout that the encoders of sound know.
const CHANNELS_MAX: u32 = 8;

/// How a round is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Round {
    /// Whether a GPU may be used.
    pub(crate) gpu: bool,
    /// Whether the film may be cut.
    pub(crate) cut: bool,
}

/// Everything that follows from parameters and facts alone; the report tells it again.
pub(crate) struct Decided {
    pub(crate) intent: Intent,
    pub(crate) encoder: Encoder,
    pub(crate) picture: Picture,
    pub(crate) clock: Clock,
    pub(crate) cuts: Cuts,
    /// Sentences for the report.
    pub(crate) said: Vec<String>,
}

/// The chunks of round 0.
pub(crate) fn plan(params: &Params, facts: &Facts, site: &Site) -> Result<Plan<Chunk>, RunError> {
    let decided = decide(params, facts, site, Round { gpu: true, cut: true })?;
    let mut film = video_chunks(&decided, facts, site);
    let sound = audio_chunk(&decided, facts);
    let chunks = match with_sound(&decided, facts, site, &mut film, sound.as_ref()) {
        true => film,
        false => film.into_iter().chain(sound).collect(),
    };
    Ok(Plan { chunks, rounds_max: ROUNDS_MAX, on_failed_chunk: OnFailedChunk::Keep })
}

/// The video chunks of another round; the sound is there already.
pub(crate) fn next_round(
    params: &Params,
    facts: &Facts,
    site: &Site,
    round: Round,
) -> Result<Vec<ChunkSpec<Chunk>>, RunError> {
    Ok(video_chunks(&decide(params, facts, site, round)?, facts, site))
}

/// Film and sound once more, each in a file of its own.
pub(crate) fn apart(
    params: &Params,
    facts: &Facts,
    site: &Site,
    round: Round,
) -> Result<Vec<ChunkSpec<Chunk>>, RunError> {
    let decided = decide(params, facts, site, round)?;
    Ok(video_chunks(&decided, facts, site).into_iter().chain(audio_chunk(&decided, facts)).collect())
}

pub(crate) fn decide(params: &Params, facts: &Facts, site: &Site, round: Round) -> Result<Decided, RunError> {
    let intent = Intent::from_params(params)?;
    let video = facts.video().ok_or_else(|| RunError::internal("the facts name no video stream"))?;
    let (picture, mut said) = Picture::of(video, params.resolution);
    let clock = Clock::of(
        &facts.timeline,
        &[video.real_rate, video.average_rate].into_iter().flatten().collect::<Vec<_>>(),
    );
    let gpu = intent.gpu_encoder.filter(|_| round.gpu && matches!(facts.gpu, GpuFinding::Works { .. }));
    let encoder = gpu.unwrap_or(intent.cpu_encoder);
    let choice = if round.cut { params.chunk } else { ChunkChoice::None };
    let cuts = Cuts::of(&facts.timeline, encoder, choice, site.cores);
    said.extend(cuts.whole_because.clone());
    if !clock.steady && facts.timeline.frame_count > 2 {
        said.push("variable frame rate kept".to_owned());
    }
    said.extend(sound(&intent, facts)?);
    said.extend(left_out(facts));
    Ok(Decided { intent, encoder, picture, clock, cuts, said })
}

fn video_chunks(decided: &Decided, facts: &Facts, site: &Site) -> Vec<ChunkSpec<Chunk>> {
    let timeline = &facts.timeline;
    let pts = timeline.pts();
    let cuts = &decided.cuts;
    let cores = (site.cores / cuts.side_by_side).max(1);
    let encode = VideoEncode {
        encoder: decided.encoder,
        preset: decided.intent.preset,
        quality: decided.intent.quality,
        cores,
        width: decided.picture.width,
        height: decided.picture.height,
        frame_rate: f64::from(timeline.frame_count) / timeline.duration_secs().max(1e-3),
    };
    let memory_bytes = memory_bytes(&encode).min(site.memory_bytes);
    let class = match (encode.encoder.is_gpu(), decided.intent.device) {
        (false, _) => Class::Cpu,
        (true, DeviceWish::Gpu | DeviceWish::GpuIndex(_)) => Class::Gpu,
        (true, DeviceWish::Auto | DeviceWish::Cpu) => Class::GpuElseCpu,
    };
    let ends = cuts.first_frames.iter().skip(1).copied().chain([timeline.frame_count]);
    let spans = cuts.first_frames.iter().copied().zip(ends).enumerate();
    let is_cut = cuts.first_frames.len() > 1;
    spans
        .map(|(index, (first_frame, end_frame))| {
            let chunk = VideoChunk {
                stream_index: facts.video_index,
                first_frame,
                end_frame,
                tick: timeline.tick,
                first_ticks: pts.get(first_frame as usize).copied().unwrap_or(timeline.first_ticks),
                last_ticks: (end_frame as usize)
                    .checked_sub(1)
                    .and_then(|at| pts.get(at))
                    .copied()
                    .unwrap_or(0),
                cut: is_cut.then(|| Cut {
                    seek_micros: seek_micros(facts, &pts, first_frame, decided.picture.deinterlace),
                    end_ticks: pts.get(end_frame as usize).copied(),
                }),
                clock: decided.clock,
                picture: decided.picture.clone(),
                encode: encode.clone(),
                device: decided.intent.device,
                file: None,
            };
            let length_secs = timeline.secs(chunk.last_ticks - chunk.first_ticks).max(0.0);
            ChunkSpec {
                chunk: Chunk::Video(Box::new(chunk)),
                class,
                threads: cores,
                memory_bytes,
                cost: (length_secs * 1000.0) as u64 * VIDEO_COST + 1,
                after: (index as u32).checked_sub(1).filter(|_| cuts.side_by_side == 1),
            }
        })
        .collect()
}

/// Lets a film that is not cut write its sound too: two starts of FFmpeg and a mux less. A GPU's film waits beside its
/// sound, which would otherwise be made again with it when the GPU fails.
fn with_sound(
    decided: &Decided,
    facts: &Facts,
    site: &Site,
    film: &mut [ChunkSpec<Chunk>],
    sound: Option<&ChunkSpec<Chunk>>,
) -> bool {
    let [spec] = film else { return false };
    let Chunk::Video(video) = &mut spec.chunk else { return false };
    if video.encode.encoder.is_gpu() || video.encode.is_two_pass() {
        return false;
    }
    let audio = sound.and_then(|spec| if let Chunk::Audio(chunk) = &spec.chunk { Some(chunk) } else { None });
    video.file = WholeFile::of(&decided.intent, facts, audio);
    let is_with = video.file.is_some();
    if let Some(sound) = sound.filter(|_| is_with) {
        spec.cost += sound.cost;
        spec.memory_bytes = (spec.memory_bytes + sound.memory_bytes).min(site.memory_bytes);
    }
    is_with
}

/// Where reading begins so that frame `first` decodes well; a deinterlacer looks one frame back.
fn seek_micros(facts: &Facts, pts: &[i64], first: u32, looks_back: bool) -> Option<i64> {
    let needed = first.checked_sub(u32::from(looks_back))?;
    let mut key = facts.timeline.key_at_or_before(needed).filter(|key| *key > 0)?;
    if !facts.has_index() {
        // A landing in mid-group spoils what follows, so the group before is read too.
        key = facts.timeline.key_at_or_before(key - 1).filter(|key| *key > 0)?;
    }
    let tick = facts.timeline.tick;
    let scaled = i128::from(pts[key as usize]) * i128::from(tick.num) * 1_000_000;
    // Rounded up: a microsecond too early would land a whole group too early.
    let micros = i64::try_from(scaled.div_euclid(i128::from(tick.den)) + 1).ok()?;
    Some(if facts.has_index() { micros } else { micros - SEEK_MARGIN_MICROS })
}

fn audio_chunk(decided: &Decided, facts: &Facts) -> Option<ChunkSpec<Chunk>> {
    let choice = decided.intent.audio;
    let tracks: Vec<AudioTrack> = facts
        .usable_audio()
        .filter(|_| choice != AudioChoice::None)
        .map(|stream| AudioTrack {
            stream_index: stream.index,
            bits_per_sec: (stream.channel_count * 64_000).clamp(96_000, 512_000),
        })
        .collect();
    if tracks.is_empty() {
        return None;
    }
    let longest_secs = facts.usable_audio().filter_map(|stream| stream.duration_secs).fold(0.0, f64::max);
    let longest_secs = if longest_secs > 0.0 { longest_secs } else { facts.timeline.duration_secs() };
    let duration_millis = (longest_secs * 1000.0).clamp(1.0, 1e12) as u64;
    let origin = facts.origin();
    let chunk = AudioChunk {
        tracks,
        choice,
        origin_ticks: origin.ticks,
        origin_tick: origin.base,
        container: part_container(&decided.intent, facts),
        duration_millis,
    };
    Some(ChunkSpec {
        chunk: Chunk::Audio(chunk),
        class: Class::Cpu,
        threads: 0,
        memory_bytes: 100_000_000,
        cost: duration_millis,
        after: None,
    })
}

/// Sound waits in MP4, where its times are exact to the sample, unless MP4 does not take its codec.
fn part_container(intent: &Intent, facts: &Facts) -> Container {
    let fits = intent.audio != AudioChoice::Copy
        || facts.usable_audio().all(|stream| Container::Mp4.takes_audio(&stream.codec));
    match (fits, intent.container) {
        (true, _) => Container::Mp4,
        (false, Container::Mov) => Container::Mov,
        (false, _) => Container::Mkv,
    }
}

/// What happens to the sound, in words; refuses to copy what the container does not take.
fn sound(intent: &Intent, facts: &Facts) -> Result<Vec<String>, RunError> {
    let mut said = Vec::new();
    let wide = |stream: &&AudioStream| stream.channel_count > CHANNELS_MAX;
    if matches!(intent.audio, AudioChoice::Aac | AudioChoice::Opus)
        && let Some(stream) = facts.usable_audio().find(wide)
    {
        let message = format!(
            "audio track {} has {} channels, more than {CHANNELS_MAX}",
            stream.index, stream.channel_count
        );
        return Err(usage(message, "use --audio copy with an .mkv, or --audio none").into());
    }
    let unusable = facts.media.audio.len() - facts.usable_audio().count();
    if unusable > 0 && intent.audio != AudioChoice::None {
        said.push(format!("{unusable} audio tracks dropped: they cannot be decoded"));
    }
    match intent.audio {
        AudioChoice::None if !facts.media.audio.is_empty() => said.push("audio left out as asked".to_owned()),
        AudioChoice::Copy => {
            for stream in facts.usable_audio() {
                if !intent.container.takes_audio(&stream.codec) {
                    let message =
                        format!("{} cannot hold {} sound", intent.container.extension(), stream.codec);
                    return Err(usage(message, "use --audio aac or opus, or an .mkv").into());
                }
            }
            said.extend(
                facts
                    .usable_audio()
                    .map(|stream| format!("audio track {} copied as {}", stream.index, stream.codec)),
            );
        }
        AudioChoice::Aac | AudioChoice::Opus => {
            let word = if intent.audio == AudioChoice::Aac { "AAC" } else { "Opus" };
            said.extend(
                facts.usable_audio().map(|stream| format!("audio track {} encoded as {word}", stream.index)),
            );
        }
        AudioChoice::None => {}
    }
    Ok(said)
}

fn left_out(facts: &Facts) -> Vec<String> {
    let media = &facts.media;
    let mut said = Vec::new();
    let mut other_films = 0;
    for stream in media.video.iter().filter(|stream| stream.index != facts.video_index) {
        if stream.disposition.attached_picture {
            said.push(format!("attached picture (stream {}) dropped", stream.index));
        } else {
            other_films += 1;
            said.push(format!("video stream {} dropped", stream.index));
        }
    }
    if other_films > 0 {
        said.push(format!("stream {} taken as the film: it is the default video track", facts.video_index));
    }
    for stream in &media.subtitles {
        said.push(format!("subtitle track {} ({}) dropped", stream.index, stream.codec));
    }
    for stream in &media.other {
        let codec = stream.codec.as_deref().unwrap_or("unknown");
        said.push(format!("{} track {} ({codec}) dropped", stream.kind, stream.index));
    }
    if media.chapter_count > 0 {
        said.push(format!("{} chapters dropped", media.chapter_count));
    }
    said
}

/// A generous guess: frames that decoder, lookahead and encoder hold, and the programs themselves.
fn memory_bytes(encode: &VideoEncode) -> u64 {
    let frames_held: u64 = match encode.encoder {
        Encoder::Libx264 => 90,
        Encoder::Libx265 => 110,
        Encoder::Libsvtav1 => 160,
        Encoder::LibvpxVp9 => 60,
        Encoder::H264Nvenc | Encoder::HevcNvenc | Encoder::Av1Nvenc => 40,
    };
    let frame_bytes = u64::from(encode.width) * u64::from(encode.height) * 3 / 2;
    150_000_000 + frames_held * frame_bytes + u64::from(encode.cores) * 8 * frame_bytes
}

#[cfg(test)]
mod tests;
