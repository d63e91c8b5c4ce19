//! The ends and the seams, decoded.

use std::ffi::OsString;
use std::ops::Range;
use std::panic::resume_unwind;
use std::path::Path;
use std::time::Duration;

use reel_types::CancelToken;

use super::walk::{Stream, Walk};
use super::{Effort, Level, Problem, VerifyReport};
use crate::child::run_streaming;
use crate::error::MediaError;
use crate::formats::InputArgs;
use crate::tools::Ffmpeg;

const STALL: Duration = Duration::from_secs(60);
/// Seconds decoded at each end and on each side of a seam.
const LOOK_SECS: f64 = 1.0;
/// Each holds its own decoder with its frames.
const WINDOWS_TOGETHER_MAX: usize = 8;

pub(super) fn decode(
    ffmpeg: &Ffmpeg,
    walk: &Walk,
    seams_secs: &[f64],
    effort: Effort,
    cancel: &CancelToken,
    report: &mut VerifyReport,
) -> Result<(), MediaError> {
    let Some((index, film)) = walk.film().filter(|(_, film)| !film.shown.is_empty()) else { return Ok(()) };
    let windows = match effort.level {
        Level::Quick => windows(film, seams_secs),
        Level::Full => std::iter::once(0..film.shown.len()).collect(),
    };
    let path = report.path.clone();
    let look_at = |windows: &[Range<usize>]| look(ffmpeg, index, film, windows, effort.cores, &path, cancel);
    // Each child with its share of the windows; only when something is wrong, each window in a child of its own, to say
    // where.
    let shares = windows.chunks(windows.len().div_ceil(children(film, &windows, effort)));
    let looked = std::thread::scope(|scope| {
        let looks: Vec<_> = shares.clone().map(|share| scope.spawn(move || look_at(share))).collect();
        looks
            .into_iter()
            .map(|look| look.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect::<Vec<_>>()
    });
    let looked = looked.into_iter().collect::<Result<Vec<_>, _>>()?;
    if looked.iter().zip(shares).all(|(looked, share)| looked.is_fine(share)) {
        report.decoded_count = looked.iter().flat_map(|looked| &looked.counts).sum();
        return Ok(());
    }
    for window in windows {
        let alone = look_at(std::slice::from_ref(&window))?;
        report.decoded_count += alone.counts.iter().sum::<u64>();
        if alone.is_fine(std::slice::from_ref(&window)) {
            continue;
        }
        let (start_secs, end_secs) =
            (film.secs(film.shown[window.start].0), film.secs(end_ticks(film, &window)));
        let counted = format!("{} of {} frames", alone.counts[0], window.len());
        let detail = alone.complaint.unwrap_or(counted);
        report.problems.push(Problem::Undecodable { start_secs, end_secs, detail });
    }
    Ok(())
}

/// One that fills the cores with its decoders' threads costs the fewest starts. Where threads of the decoder cost more,
/// and where so many decoders would be open at once, one a core.
fn children(film: &Stream, windows: &[Range<usize>], effort: Effort) -> usize {
    let one_fills = film.codec != "av1" && windows.len() <= WINDOWS_TOGETHER_MAX;
    if one_fills { 1 } else { effort.cores.max(1) as usize }
}

/// Ranges of frames: the first second, the last, one on each side of each seam; joined where they touch.
pub(super) fn windows(film: &Stream, seams_secs: &[f64]) -> Vec<Range<usize>> {
    let frames = &film.shown;
    let first = film.secs(frames[0].0);
    let index_at = |secs: f64| frames.partition_point(|(pts, _)| film.secs(*pts) < secs);
    let last = film.secs(frames[frames.len() - 1].0);
    let mut wanted = vec![0..index_at(first + LOOK_SECS), index_at(last - LOOK_SECS)..frames.len()];
    for seam in seams_secs {
        wanted.push(index_at(first + seam - LOOK_SECS)..index_at(first + seam + LOOK_SECS));
    }
    wanted.retain(|window| !window.is_empty());
    wanted.sort_by_key(|window| window.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for window in wanted {
        match joined.last_mut() {
            Some(before) if window.start <= before.end => before.end = before.end.max(window.end),
            _ => joined.push(window),
        }
    }
    joined
}

/// What decoding some windows gave.
struct Looked {
    counts: Vec<u64>,
    complaint: Option<String>,
}

impl Looked {
    fn is_fine(&self, windows: &[Range<usize>]) -> bool {
        let as_told = self.counts.iter().zip(windows).all(|(count, window)| *count == window.len() as u64);
        self.complaint.is_none() && as_told
    }
}

fn look(
    ffmpeg: &Ffmpeg,
    stream_index: u32,
    film: &Stream,
    windows: &[Range<usize>],
    cores: u32,
    path: &Path,
    cancel: &CancelToken,
) -> Result<Looked, MediaError> {
    let mut spec = ffmpeg.command();
    for window in windows {
        spec = spec.args(window_args(path, film, window, cores));
    }
    for input in 0..windows.len() {
        spec = spec.args(["-map", &format!("{input}:{stream_index}")]);
    }
    // The sound is decoded where the pictures are; its blocks are not counted.
    for input in 0..windows.len() {
        spec = spec.args(["-map", &format!("{input}:a?")]);
    }
    let out = [
        "-c:v",
        "wrapped_avframe",
        "-c:a",
        "pcm_s16le",
        "-fps_mode",
        "passthrough",
        "-f",
        "framecrc",
        "pipe:1",
    ];
    let spec = spec.arg("-xerror").args(out).stall_timeout(STALL);
    let mut counts = vec![0_u64; windows.len()];
    let mut at_line_start = true;
    let mut stream = Vec::new();
    let ended = run_streaming(&spec, cancel, |bytes| {
        for &byte in bytes {
            match byte {
                b'\n' => at_line_start = true,
                b',' if at_line_start => {
                    let index =
                        std::str::from_utf8(&stream).ok().and_then(|text| text.trim().parse::<usize>().ok());
                    if let Some(count) = index.and_then(|index| counts.get_mut(index)) {
                        *count += 1;
                    }
                    stream.clear();
                    at_line_start = false;
                }
                byte if at_line_start && stream.len() < 16 => stream.push(byte),
                _ => {}
            }
            if byte == b'\n' {
                stream.clear();
            }
        }
        Ok(())
    });
    let complaint = match ended {
        Ok(report) => report.stderr_tail.lines().find(|line| is_complaint(line)).map(str::to_owned),
        Err(MediaError::ChildFailed { reason, .. }) => Some(reason),
        Err(error) => return Err(error),
    };
    Ok(Looked { counts, complaint })
}

/// What a decoder or demuxer says of damage, by the words it uses.
fn is_complaint(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    // An odd shape of a pixel is the source's own.
    if line.contains("ignoring invalid sar") {
        return false;
    }
    ["error", "invalid", "corrupt", "concealing", "missing", "truncat", "prematurely", "out of range"]
        .iter()
        .any(|word| line.contains(word))
}

/// One window as an input.
pub(super) fn window_args(path: &Path, film: &Stream, window: &Range<usize>, cores: u32) -> Vec<OsString> {
    let input = window_input(path, film, window);
    if window.len() == film.shown.len() {
        return input.args();
    }
    // What is coded is read in full without the filter that only smooths the pictures, and a seventh less CPU is spent.
    // dav1d's threads would cost a quarter more.
    let threads = if film.codec == "av1" { 1 } else { cores.clamp(1, 16) };
    input.option("-threads", threads.to_string()).option("-skip_loop_filter", "all").args()
}

/// From the middle before its first frame to the middle after its last, so that rounding cannot add or lose one.
fn window_input(path: &Path, film: &Stream, window: &Range<usize>) -> InputArgs {
    let mut input = InputArgs::source(path).option("-err_detect", "explode");
    let frames = &film.shown;
    let middle = |index: usize| (film.secs(frames[index - 1].0) + film.secs(frames[index].0)) / 2.0;
    if window.start > 0 {
        input = input.option("-seek_timestamp", "1").option("-ss", format!("{:.6}", middle(window.start)));
    }
    if window.end < frames.len() {
        // FFmpeg counts this from the first frame it lets through.
        let length_secs = middle(window.end) - film.secs(frames[window.start].0);
        input = input.option("-t", format!("{length_secs:.6}"));
    }
    input
}

fn end_ticks(film: &Stream, window: &Range<usize>) -> i64 {
    let (pts, duration) = film.shown[window.end - 1];
    pts.saturating_add(duration)
}
