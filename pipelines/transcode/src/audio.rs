//! The command line that makes the sound: every track, whole, into one file.

use std::path::Path;

use reel_media::child::ChildSpec;
use reel_media::formats::file_url;
use reel_media::{Ffmpeg, InputArgs};
use reel_types::time::{Rational, Timestamp};

use crate::chunk::AudioChunk;
use crate::params::AudioChoice;

/// One run of FFmpeg. Chunks of sound would leave holes where each begins, so there are none.
pub(crate) fn command(ffmpeg: &Ffmpeg, chunk: &AudioChunk, source: &Path, out: &Path) -> ChildSpec {
    let origin = Timestamp::new(chunk.origin_ticks, chunk.origin_tick);
    let mut spec = ffmpeg
        .command()
        .args(["-v", "level+error", "-copyts", "-max_error_rate", "1", "-filter_threads", "1"])
        .args(
            InputArgs::source(source)
                .option("-threads", "1")
                .switch("-vn")
                .switch("-sn")
                .switch("-dn")
                .args(),
        );
    for track in &chunk.tracks {
        spec = spec.args(["-map".to_owned(), format!("0:{}", track.stream_index)]);
    }
    spec = spec.args(["-map_metadata", "-1", "-map_chapters", "-1"]);
    if chunk.choice == AudioChoice::Copy {
        let micros = origin.rescale(Rational { num: 1, den: 1_000_000 }).map_or(0, |time| time.ticks);
        spec = spec.args([
            "-c:a".to_owned(),
            "copy".to_owned(),
            "-output_ts_offset".to_owned(),
            format!("{}us", -micros),
        ]);
    } else {
        spec = spec.args(encode(chunk));
    }
    if chunk.container.is_mp4_family() {
        // The empty edit before a late track is told in this clock; 1000 would round it.
        spec = spec.args(["-movie_timescale", "240000"]);
    }
    spec.args(["-f", chunk.container.muxer()]).arg(file_url(out)).with_progress()
}

/// What encodes the tracks, wherever they go.
pub(crate) fn encode(chunk: &AudioChunk) -> Vec<String> {
    let (num, den) = (chunk.origin_tick.num, chunk.origin_tick.den);
    // Holes in the source become silence, so that what follows stays in time with the picture.
    let in_time = format!("asetpts=PTS-({}*{num}/{den})/TB,aresample=async=1", chunk.origin_ticks);
    let (encoder, filters) = if chunk.choice == AudioChoice::Opus {
        ("libopus", format!("{in_time},aformat=channel_layouts=mono|stereo|3.0|quad|5.0|5.1|6.1|7.1"))
    } else {
        ("aac", in_time)
    };
    let mut args = vec!["-af".to_owned(), filters, "-c:a".to_owned(), encoder.to_owned()];
    args.extend(["-threads:a".to_owned(), "1".to_owned()]);
    for (index, track) in chunk.tracks.iter().enumerate() {
        args.extend([format!("-b:a:{index}"), track.bits_per_sec.to_string()]);
    }
    args
}
