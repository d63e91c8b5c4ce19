//! The sound: every track, whole, into one file beside the film.

use std::path::Path;

use reel_engine::{Output, RunContext, RunError};
use reel_media::child::{self, ChildSpec};
use reel_media::formats::file_url;
use reel_media::mux::Track;
use reel_media::probe::AudioStream;
use reel_media::{Ffmpeg, InputArgs, MediaError, frame_table};
use reel_types::time::{Rational, Timestamp};
use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::failure::{run_error, stage_error};
use crate::params::Format;
use crate::patience::Patience;

/// More are no layout that the encoders of sound know.
const CHANNELS_MAX: u32 = 8;
/// The head of a file without a packet is shorter, whatever its tracks.
const SOUND_BYTES_MIN: u64 = 64 << 10;

/// All sound.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SoundChunk {
    /// The tracks, in order.
    pub tracks: Vec<SoundTrack>,
    /// The moment of the source that becomes 0, in ticks of `origin_tick`.
    pub origin_ticks: i64,
    /// Seconds per tick of `origin_ticks`.
    pub origin_tick: Rational,
    /// Where it ends, in seconds from its zero; nothing for the source's end.
    pub length_secs: Option<f64>,
    /// Whether the film's file is Matroska or WebM, and the sound waits in one as well; else in MP4, where times are exact.
    pub matroska: bool,
    /// The longest track, as the container claims it; for progress.
    pub duration_millis: u64,
}

/// One track of sound.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SoundTrack {
    /// Which stream of the source.
    pub stream_index: u32,
    /// What becomes of it.
    pub becomes: Becomes,
    /// Bits a second, when it is encoded.
    pub bits_per_sec: u32,
}

/// What becomes of a track.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Becomes {
    /// The packets as they are.
    Copy,
    /// Opus.
    Opus,
    /// AAC.
    Aac,
}

impl SoundChunk {
    /// What this source gives for this format, and the sentences for the report; nothing where there is no sound.
    pub fn of(facts: &Facts, format: Format) -> (Option<Self>, Vec<String>) {
        let matroska = matches!(format, Format::Webm | Format::Ffv1);
        // Packets cannot be cut between their samples.
        let is_whole = facts.first_frame == 0 && facts.to_end;
        let fits = |stream: &AudioStream| match format {
            Format::Webm => matches!(stream.codec.as_str(), "opus" | "vorbis"),
            Format::Ffv1 => true,
            _ => stream.codec == "aac",
        };
        let (becomes, word) = if matroska { (Becomes::Opus, "Opus") } else { (Becomes::Aac, "AAC") };
        let mut said = Vec::new();
        let mut tracks = Vec::new();
        for stream in facts.usable_audio() {
            let copied = is_whole && fits(stream);
            if !copied && stream.channel_count > CHANNELS_MAX {
                said.push(format!(
                    "audio track {} dropped: {} channels are more than {CHANNELS_MAX}",
                    stream.index, stream.channel_count
                ));
                continue;
            }
            said.push(match copied {
                true => format!("audio track {} copied as {}", stream.index, stream.codec),
                false => format!("audio track {} encoded as {word}", stream.index),
            });
            tracks.push(SoundTrack {
                stream_index: stream.index,
                becomes: if copied { Becomes::Copy } else { becomes },
                bits_per_sec: (stream.channel_count * 64_000).clamp(96_000, 512_000),
            });
        }
        let unusable = facts.media.audio.len() - facts.usable_audio().count();
        if unusable > 0 {
            said.push(format!("{unusable} audio tracks dropped: they cannot be decoded"));
        }
        let origin = facts.origin();
        let film_secs = facts.first_frame_secs() + facts.timeline.duration_secs();
        let longest = facts.usable_audio().filter_map(|stream| stream.duration_secs).fold(0.0, f64::max);
        let secs = if is_whole && longest > 0.0 { longest } else { film_secs };
        let chunk = Self {
            tracks,
            origin_ticks: origin.ticks,
            origin_tick: origin.base,
            length_secs: (!facts.to_end).then_some(film_secs),
            matroska,
            duration_millis: (secs * 1000.0).clamp(1.0, 1e12) as u64,
        };
        ((!chunk.tracks.is_empty()).then_some(chunk), said)
    }

    /// The name under which the sound is left.
    pub fn part_name(&self) -> &'static str {
        if self.matroska { "sound.mka" } else { "sound.mp4" }
    }

    /// The tracks as the film's file takes them, from where the sound waits.
    pub fn mux_tracks(&self, facts: &Facts, path: &Path) -> Vec<Track> {
        let streams = self
            .tracks
            .iter()
            .filter_map(|track| facts.media.audio.iter().find(|stream| stream.index == track.stream_index));
        let track = |(index, stream): (usize, &AudioStream)| Track {
            language: stream.language.clone(),
            title: stream.title.clone(),
            default: stream.disposition.default,
            ..Track::new(path, index as u32)
        };
        streams.enumerate().map(track).collect()
    }

    fn origin(&self) -> Timestamp {
        Timestamp::new(self.origin_ticks, self.origin_tick)
    }
}

/// Makes the sound. Tracks without a single packet leave nothing behind.
pub(crate) fn run(
    ffmpeg: &Ffmpeg,
    patience: &Patience,
    chunk: &SoundChunk,
    cx: &RunContext<'_>,
) -> Result<Vec<Output>, RunError> {
    let source = cx.source(0)?;
    let out = cx.scratch().join(chunk.part_name());
    let spec = command(ffmpeg, chunk, &source, &out).stall_timeout(patience.encode);
    let (mut end_micros, mut is_done) = (0, false);
    child::run(&spec, cx.cancel(), |progress| {
        (end_micros, is_done) = (progress.out_time_micros, progress.done);
        let done = u64::try_from(progress.out_time_micros / 1000).unwrap_or(0);
        cx.progress(done.min(chunk.duration_millis), chunk.duration_millis);
    })
    .map_err(|error| stage_error("encode the sound", error))?;
    if !is_done {
        // What it left may be anything, and would be kept.
        let detail = "it ended without saying that it is done".to_owned();
        return Err(stage_error(
            "encode the sound",
            MediaError::UnexpectedOutput { program: "ffmpeg", detail },
        ));
    }
    let is_short = out.metadata().is_ok_and(|meta| meta.len() < SOUND_BYTES_MIN);
    if end_micros <= 0 && is_short {
        match frame_table(ffmpeg, &out, 0, cx.cancel()) {
            Err(MediaError::Damaged { .. }) => return Ok(Vec::new()),
            looked => looked.map(drop).map_err(run_error)?,
        }
    }
    let mime = if chunk.matroska { "audio/x-matroska" } else { "audio/mp4" };
    Ok(vec![Output::file(chunk.part_name(), mime, out)])
}

fn command(ffmpeg: &Ffmpeg, chunk: &SoundChunk, source: &Path, out: &Path) -> ChildSpec {
    let input = InputArgs::source(source).option("-threads", "1").switch("-vn").switch("-sn").switch("-dn");
    let mut spec = ffmpeg
        .command()
        .args(["-v", "level+error", "-copyts", "-max_error_rate", "1", "-filter_threads", "1"])
        .args(input.args());
    for track in &chunk.tracks {
        spec = spec.args(["-map".to_owned(), format!("0:{}", track.stream_index)]);
    }
    spec = spec.args(["-map_metadata", "-1", "-map_chapters", "-1"]);
    for (index, track) in chunk.tracks.iter().enumerate() {
        spec = spec.args(track_args(chunk, index, track));
    }
    if chunk.tracks.iter().any(|track| track.becomes == Becomes::Copy) {
        let micros = chunk.origin().rescale(Rational { num: 1, den: 1_000_000 }).map_or(0, |time| time.ticks);
        spec = spec.args(["-output_ts_offset".to_owned(), format!("{}us", -micros)]);
    }
    if !chunk.matroska {
        spec = spec.args(["-movie_timescale", "240000"]);
    }
    spec.args(["-f", if chunk.matroska { "matroska" } else { "mp4" }]).arg(file_url(out)).with_progress()
}

/// What is done to one track. Where some are copied all are shifted at the end, so that here nothing is.
fn track_args(chunk: &SoundChunk, index: usize, track: &SoundTrack) -> Vec<String> {
    let encoder = match track.becomes {
        Becomes::Copy => return vec![format!("-c:a:{index}"), "copy".to_owned()],
        Becomes::Opus => "libopus",
        Becomes::Aac => "aac",
    };
    let any_copied = chunk.tracks.iter().any(|track| track.becomes == Becomes::Copy);
    let (num, den) = (chunk.origin_tick.num, chunk.origin_tick.den);
    let mut filters = Vec::new();
    if !any_copied {
        // A stretch in the middle begins at its own zero, and what lies before it is cut away.
        let origin_secs = chunk.origin().as_secs();
        let end = chunk.length_secs.map(|secs| format!(":end={:.6}", origin_secs + secs)).unwrap_or_default();
        filters.push(format!("atrim=start={origin_secs:.6}{end}"));
        filters.push(format!("asetpts=PTS-({}*{num}/{den})/TB", chunk.origin_ticks));
    }
    // Holes in the source become silence, so that what follows stays in time with the picture.
    filters.push("aresample=async=1".to_owned());
    if track.becomes == Becomes::Opus {
        filters.push("aformat=channel_layouts=mono|stereo|3.0|quad|5.0|5.1|6.1|7.1".to_owned());
    }
    vec![
        format!("-filter:a:{index}"),
        filters.join(","),
        format!("-c:a:{index}"),
        encoder.to_owned(),
        format!("-b:a:{index}"),
        track.bits_per_sec.to_string(),
        "-threads:a".to_owned(),
        "1".to_owned(),
    ]
}
