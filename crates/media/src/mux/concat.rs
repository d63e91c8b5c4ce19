//! Parts of one video stream put behind one another, exact to the tick.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reel_types::CancelToken;
use reel_types::time::{Rational, Timestamp};

use crate::child::{self, ChildReport};
use crate::error::MediaError;
use crate::formats::file_url;
use crate::tools::Ffmpeg;

/// One part: a file whose only video stream begins at its own start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConcatPart {
    /// Where it is.
    pub path: PathBuf,
    /// From its first frame to the first frame of the next part (of the last one: to its end), in ticks of the
    /// common time base.
    pub duration_ticks: i64,
}

const MICROSECOND: Rational = Rational { num: 1, den: 1_000_000 };
const STALL: Duration = Duration::from_secs(60);

/// Puts parts behind one another, without decoding; `out` ends in `.mp4`, `.mov` or `.nut`.
///
/// All parts come from one encoder with the same settings and have the same time base; a tick is no shorter than
/// 2 µs. Frame k of part n lands at the sum of the durations before it plus its distance from the part's first
/// frame, and the first frame lands at 0. `scratch` takes the list that is handed to FFmpeg.
///
/// # Errors
/// [`MediaError::Mismatch`] without parts; [`MediaError::Io`] when the list cannot be written; those of a child.
pub fn concat_video(
    ffmpeg: &Ffmpeg,
    parts: &[ConcatPart],
    time_base: Rational,
    scratch: &Path,
    out: &Path,
    cancel: &CancelToken,
) -> Result<ChildReport, MediaError> {
    if parts.is_empty() {
        return Err(MediaError::Mismatch("there is no part to put together".to_owned()));
    }
    let list = scratch.join("parts.ffconcat");
    std::fs::write(&list, list_text(parts, time_base)?).map_err(MediaError::io("write", &list))?;
    let mut spec = ffmpeg
        .command()
        .args(["-protocol_whitelist", "file", "-f", "concat", "-safe", "0", "-copyts", "-i"])
        .arg(file_url(&list))
        .args(["-map", "0:v:0", "-c", "copy", "-fps_mode", "passthrough", "-map_metadata", "-1"])
        .args(["-fflags", "+bitexact", "-video_track_timescale", &time_base.den.to_string()]);
    if out.extension().is_some_and(|ending| ending == "nut") {
        spec.args.truncate(spec.args.len() - 2);
    }
    let spec = spec.arg(file_url(out)).with_progress().stall_timeout(STALL);
    child::run(&spec, cancel, |_| {})
}

/// FFmpeg adds these durations up in whole microseconds. Each is the difference of two rounded sums, so that the
/// error of a part's place never grows beyond half a microsecond.
fn list_text(parts: &[ConcatPart], time_base: Rational) -> Result<String, MediaError> {
    let micros = |ticks: i64| {
        let moment = Timestamp::new(ticks, time_base).rescale(MICROSECOND);
        moment
            .map(|moment| moment.ticks)
            .ok_or_else(|| MediaError::Mismatch("the parts are too long".to_owned()))
    };
    let mut text = "ffconcat version 1.0\n".to_owned();
    let (mut end_ticks, mut end_micros) = (0_i64, 0_i64);
    for part in parts {
        end_ticks += part.duration_ticks;
        let next_micros = micros(end_ticks)?;
        // In this format a quoted text ends at a quote; a quote itself stands outside, after a backslash.
        let path = file_url(&part.path).to_string_lossy().replace('\'', r"'\''");
        let _ = writeln!(text, "file '{path}'\nduration {}us", next_micros - end_micros);
        end_micros = next_micros;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_does_not_add_up() {
        let third = Rational { num: 1, den: 90_000 };
        let parts = vec![ConcatPart { path: "/a/it's.nut".into(), duration_ticks: 3_754 }; 300];
        let text = list_text(&parts, third).unwrap();
        let micros: i64 = text
            .lines()
            .filter_map(|line| line.strip_prefix("duration ")?.strip_suffix("us"))
            .map(|number| number.parse::<i64>().unwrap())
            .sum();
        assert_eq!(micros, 12_513_333);
        assert!(text.contains(r"file 'file:/a/it'\''s.nut'"));
    }
}
