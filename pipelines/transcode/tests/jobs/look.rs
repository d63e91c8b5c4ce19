//! Looking at files with plain FFmpeg, as a judge would: nothing here goes through the code under test.

use std::collections::BTreeSet;
use std::path::Path;

use reel_media::child::{ChildSpec, run_capturing};
use reel_types::CancelToken;

/// A decoded stream: when each frame (or block of samples) comes, and what it shows.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Decoded {
    /// Seconds per tick.
    pub(crate) tick_secs: f64,
    /// Times in ticks.
    pub(crate) pts: Vec<i64>,
    /// Durations in ticks, summed up: for sound the number of samples.
    pub(crate) ticks: i64,
    /// One a frame.
    pub(crate) hashes: Vec<String>,
}

impl Decoded {
    /// Seconds from the file's zero to the first frame.
    pub(crate) fn start_secs(&self) -> f64 {
        self.pts.first().map_or(f64::NAN, |pts| *pts as f64 * self.tick_secs)
    }

    /// Seconds of each frame from the first.
    pub(crate) fn times_secs(&self) -> Vec<f64> {
        let first = self.pts.first().copied().unwrap_or(0);
        self.pts.iter().map(|pts| (pts - first) as f64 * self.tick_secs).collect()
    }
}

const AS_THEY_COME: [&str; 4] = ["-fps_mode", "passthrough", "-enc_time_base", "-1"];
const SMALL: &str = "scale=32:32:flags=area,format=gray";
const SMALL_BYTES: usize = 32 * 32;

/// Decodes one stream (`0:v:0`) with the file's own time stamps.
pub(crate) fn decoded(path: &Path, stream: &str) -> Decoded {
    let text = ffmpeg(
        &["-copyts"],
        path,
        &[&["-map", stream], &AS_THEY_COME[..], &["-f", "framemd5", "-"]].concat(),
    );
    decoded_from(&text)
}

/// Decodes the pictures once, for their times and for each as `thumbnail` has it.
pub(crate) fn film(path: &Path, turned: bool) -> (Decoded, Vec<Vec<u8>>) {
    let small = tempfile::NamedTempFile::new().unwrap();
    let before: &[&str] = if turned { &["-copyts"] } else { &["-copyts", "-noautorotate"] };
    let pictures = ["-map", "0:v:0"];
    let kept = ["-vf", SMALL, "-f", "rawvideo", "-y", small.path().to_str().unwrap()];
    let told = ["-f", "framemd5", "-"];
    let after = [&pictures[..], &AS_THEY_COME, &told, &pictures, &AS_THEY_COME, &kept].concat();
    let decoded = decoded_from(&ffmpeg(before, path, &after));
    let pixels = std::fs::read(small.path()).unwrap();
    (decoded, pixels.chunks_exact(SMALL_BYTES).map(<[u8]>::to_vec).collect())
}

fn decoded_from(text: &[u8]) -> Decoded {
    let mut decoded = Decoded::default();
    for line in String::from_utf8(text.to_vec()).unwrap().lines() {
        if let Some(tick) = line.strip_prefix("#tb 0: ") {
            let (num, den) = tick.split_once('/').unwrap();
            decoded.tick_secs = num.parse::<f64>().unwrap() / den.parse::<f64>().unwrap();
        }
        if line.starts_with('#') {
            continue;
        }
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        decoded.pts.push(fields[2].parse().unwrap());
        decoded.ticks += fields[3].parse::<i64>().unwrap();
        decoded.hashes.push(fields[5].to_owned());
    }
    decoded
}

/// The frames that plain FFmpeg passes through.
pub(crate) fn frame_count(path: &Path) -> usize {
    let text = ffmpeg(&[], path, &["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"]);
    String::from_utf8(text).unwrap().lines().filter(|line| !line.starts_with('#')).count()
}

/// One frame as 32x32 grey pixels, turned as a player would (or not).
pub(crate) fn thumbnail(path: &Path, frame: usize, turned: bool) -> Vec<u8> {
    let before: &[&str] = if turned { &[] } else { &["-noautorotate"] };
    let filter = format!("select=eq(n\\,{frame}),{SMALL}");
    let pixels =
        ffmpeg(before, path, &["-map", "0:v:0", "-vf", &filter, "-frames:v", "1", "-f", "rawvideo", "-"]);
    assert_eq!(pixels.len(), SMALL_BYTES, "{} has no frame {frame}", path.display());
    pixels
}

/// Mean absolute difference of two pictures.
pub(crate) fn difference(one: &[u8], other: &[u8]) -> f64 {
    let sum: u64 = one.iter().zip(other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.len() as f64
}

/// The sound in mono at 8 kHz, placed so that sample 0 belongs to the film's first frame.
pub(crate) fn sound(path: &Path, film_start_secs: f64) -> Vec<f32> {
    let filter = format!(
        "asetpts=PTS-({film_start_secs:.6})/TB,aresample=8000:async=1:first_pts=0,aformat=flt:8000:mono"
    );
    let bytes =
        ffmpeg(&["-copyts"], path, &["-map", "0:a:0", "-af", &filter, "-t", "2.5", "-f", "f32le", "-"]);
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect()
}

/// By how many samples the second comes later; nothing when one of them is silent.
pub(crate) fn lag(one: &[f32], other: &[f32]) -> Option<i64> {
    const REACH: i64 = 240;
    let length = one.len().min(other.len()) as i64;
    let loudness = |samples: &[f32]| samples.iter().map(|sample| sample * sample).sum::<f32>();
    if length < 4 * REACH || loudness(one) < 0.01 || loudness(other) < 0.01 {
        return None;
    }
    let alike = |lag: i64| -> f32 {
        let inside = (REACH as usize)..((length - REACH) as usize);
        inside.map(|at| one[at] * other[(at as i64 + lag) as usize]).sum()
    };
    let scores: Vec<(i64, f32)> = (-REACH..=REACH).map(|lag| (lag, alike(lag))).collect();
    let best = scores.iter().map(|(_, score)| *score).fold(f32::MIN, f32::max);
    // A steady tone is like itself after each period: of several lags as good, the smallest counts.
    scores
        .into_iter()
        .filter(|(_, score)| *score >= best * 0.98)
        .map(|(lag, _)| lag)
        .min_by_key(|lag| lag.abs())
}

/// What `ffprobe` says about one field of the first video stream.
pub(crate) fn video_field(path: &Path, field: &str) -> String {
    let entry = format!("stream={field}");
    probe(path, &["-select_streams", "v:0", "-show_entries", &entry])
}

/// How many streams of a sort (`a`, `v`, `s`) there are.
pub(crate) fn stream_count(path: &Path, sort: &str) -> usize {
    let told = probe(path, &["-select_streams", sort, "-show_entries", "stream=index"]);
    // A transport stream tells each stream again under its programme.
    told.lines().map(|line| line.trim_matches(',').to_owned()).collect::<BTreeSet<_>>().len()
}

fn probe(path: &Path, args: &[&str]) -> String {
    let program = reel_testkit::fake_ffmpeg::real_ffmpeg().unwrap().with_file_name("ffprobe");
    let spec =
        ChildSpec::new(program).args(["-v", "error", "-of", "csv=p=0"]).args(args.iter().copied()).arg(path);
    let (out, _) = run_capturing(&spec, &CancelToken::new(), 1 << 20).unwrap();
    String::from_utf8(out)
        .unwrap()
        .lines()
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
        .trim_end_matches(',')
        .to_owned()
}

fn ffmpeg(before: &[&str], path: &Path, after: &[&str]) -> Vec<u8> {
    let program = reel_testkit::fake_ffmpeg::real_ffmpeg().unwrap();
    let spec = ChildSpec::new(program)
        .args(["-nostdin", "-v", "error"])
        .args(before.iter().copied())
        .arg("-i")
        .arg(path)
        .args(after.iter().copied());
    run_capturing(&spec, &CancelToken::new(), 64 << 20).unwrap().0
}
