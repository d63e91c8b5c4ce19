//! The command line that turns one stretch of the film into one file.

use std::path::Path;

use reel_media::child::ChildSpec;
use reel_media::formats::file_url;
use reel_media::{Ffmpeg, InputArgs};

use crate::args::{Dropped, Pass};
use crate::chunk::VideoChunk;

/// One run of FFmpeg. What the first of two passes encodes is thrown away.
pub(crate) fn command(
    ffmpeg: &Ffmpeg,
    chunk: &VideoChunk,
    pass: Pass<'_>,
    dropped: &Dropped,
    source: &Path,
    out: &Path,
) -> ChildSpec {
    let spec = ffmpeg
        .command()
        .args(["-v", loglevel(chunk), "-copyts", "-max_error_rate", "1"])
        .args(["-filter_threads".to_owned(), chunk.encode.cores.to_string()])
        .args(input(chunk, source).args())
        .args(["-map".to_owned(), format!("0:{}", chunk.stream_index)])
        .args(chunk.file.iter().flat_map(|file| file.maps(0)))
        .args(["-map_metadata", "-1", "-map_chapters", "-1", "-vf"])
        .arg(filters(chunk))
        .args(["-fps_mode", "passthrough", "-enc_time_base:v"])
        .arg(chunk.clock.encode_base.to_string())
        .args(chunk.encode.args(pass, dropped))
        .args(chunk.picture.colour.args());
    if matches!(pass, Pass::First(_)) {
        return spec.args(["-f", "null", "-"]).with_progress();
    }
    if let Some(file) = &chunk.file {
        return spec.args(file.args(&chunk.clock, out)).with_progress();
    }
    let timescale = chunk.clock.timescale.to_string();
    spec.args(["-video_track_timescale", &timescale, "-movie_timescale", &timescale, "-f", "mp4"])
        .arg(file_url(out))
        .with_progress()
}

/// What a GPU lacks is said in warnings; without them nobody knows which option to leave out.
fn loglevel(chunk: &VideoChunk) -> &'static str {
    if chunk.encode.encoder.is_gpu() { "level+warning" } else { "level+error" }
}

fn input(chunk: &VideoChunk, source: &Path) -> InputArgs {
    let input = InputArgs::source(source).option("-threads", chunk.encode.decoder_threads().to_string());
    match chunk.cut.and_then(|cut| cut.seek_micros) {
        Some(micros) => {
            let secs = format!(
                "{}{}.{:06}",
                if micros < 0 { "-" } else { "" },
                micros.abs() / 1_000_000,
                micros.abs() % 1_000_000
            );
            // The frames are chosen below by their ticks; FFmpeg's own choice rounds to microseconds.
            input.switch("-noaccurate_seek").option("-seek_timestamp", "1").option("-ss", secs)
        }
        None => input,
    }
}

/// Frames are chosen by ticks of the source, after the deinterlacer saw their neighbours.
fn filters(chunk: &VideoChunk) -> String {
    let tick = chunk.tick;
    let mut filters = vec![format!("settb={tick}")];
    if chunk.picture.deinterlace {
        filters.push(format!("bwdif=mode=send_frame:parity=auto:deint=interlaced,settb={tick}"));
    }
    if let Some(cut) = chunk.cut {
        let end = cut.end_ticks.map(|end| format!(":end_pts={end}")).unwrap_or_default();
        filters.push(format!("trim=start_pts={}{end}", chunk.first_ticks));
    }
    filters.push(format!("setpts=PTS-({})", chunk.first_ticks));
    filters.extend(chunk.picture.filters());
    filters.join(",")
}
