//! From a path to facts, or to the one sentence that says why not.

use std::path::Path;
use std::time::Duration;

use reel_types::CancelToken;

use super::convert;
use super::info::{MediaInfo, VideoStream};
use super::json::{Output, number, tag};
use crate::child::{Limits, run_capturing};
use crate::error::MediaError;
use crate::formats::{Container, InputArgs, sniff};
use crate::tools::Ffmpeg;

/// What is refused, and how long a probe may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProbeLimits {
    /// Most pixels of one picture. Default: 8192 × 8192.
    pub pixels_max: u64,
    /// Most streams of one file. Default: 32.
    pub streams_max: usize,
    /// Longest wait for one child. Default: 10 s.
    pub wall_limit: Duration,
    /// Whether a still (PNG, JPEG, WebP) is taken as a film of one frame. Default: no.
    pub stills_allowed: bool,
}

impl Default for ProbeLimits {
    fn default() -> Self {
        Self {
            pixels_max: crate::formats::PIXELS_MAX,
            streams_max: 32,
            wall_limit: Duration::from_secs(10),
            stills_allowed: false,
        }
    }
}

impl ProbeLimits {
    fn refuse(&self, (width, height): (u32, u32)) -> bool {
        u64::from(width) * u64::from(height) > self.pixels_max
    }
}

/// ffprobe is some 600 MB of address space before it reads anything.
pub(super) const LIMITS: Limits = Limits {
    address_space_bytes: Some(3 << 30),
    cpu_secs: Some(60),
    file_size_bytes: Some(0),
    open_files: Some(64),
};
pub(super) const JSON_BYTES_MAX: usize = 8 << 20;
/// A film that claims more than a day in next to no bytes has a forged or ruined clock.
const DAY_SECS: f64 = 86_400.0;
const BITS_PER_SEC_MIN: f64 = 64.0;

/// Looks at a file. Nothing but that file is opened.
///
/// # Errors
/// The variants of [`MediaError`] that name what is wrong with a source, and those of a child.
pub fn probe(
    ffmpeg: &Ffmpeg,
    path: &Path,
    limits: &ProbeLimits,
    cancel: &CancelToken,
) -> Result<MediaInfo, MediaError> {
    let container = sniff(path)?;
    let show = ["-show_format", "-show_streams", "-show_chapters"];
    let (output, complaints) =
        ask(ffmpeg, path, limits, &show, cancel).map_err(|error| refine(error, path, container, limits))?;
    judged(ffmpeg, path, container, &output, &complaints, limits, cancel)
}

/// From what `ffprobe` wrote to facts, or to what is wrong with the file.
pub(super) fn judged(
    ffmpeg: &Ffmpeg,
    path: &Path,
    container: Container,
    output: &Output,
    complaints: &str,
    limits: &ProbeLimits,
    cancel: &CancelToken,
) -> Result<MediaInfo, MediaError> {
    if output.streams.len() > limits.streams_max {
        let count = output.streams.len();
        return Err(MediaError::TooManyStreams { path: path.to_owned(), count, limit: limits.streams_max });
    }
    let mut info = facts(path, container, output)?;
    judge(path, &info, limits, complaints)?;
    if !complaints.is_empty() && container != Container::Image {
        must_decode_one_frame(ffmpeg, path, &info, limits, cancel)?;
    }
    add_frame_side_data(ffmpeg, path, limits, cancel, &mut info);
    Ok(info)
}

fn ask(
    ffmpeg: &Ffmpeg,
    path: &Path,
    limits: &ProbeLimits,
    show: &[&str],
    cancel: &CancelToken,
) -> Result<(Output, String), MediaError> {
    let input = InputArgs::source(path).pixels_max(limits.pixels_max);
    let spec = ffmpeg.probe_command().args(["-of", "json"]).args(show.iter().copied()).args(input.args());
    let spec = spec.limits(LIMITS).wall_limit(limits.wall_limit);
    let (json, report) = run_capturing(&spec, cancel, JSON_BYTES_MAX)?;
    let output = serde_json::from_slice(&json)
        .map_err(|error| MediaError::UnexpectedOutput { program: "ffprobe", detail: error.to_string() })?;
    Ok((output, report.stderr_tail))
}

/// What a failed ffprobe says about the file.
fn refine(error: MediaError, path: &Path, container: Container, limits: &ProbeLimits) -> MediaError {
    let path = path.to_owned();
    match error {
        MediaError::ChildFailed { stderr_tail, reason, .. } => {
            if let Some((width, height)) = refused_sizes(&stderr_tail).find(|size| limits.refuse(*size)) {
                MediaError::TooLarge { path, width, height, limit_pixels: limits.pixels_max }
            } else if stderr_tail.contains("moov atom not found") && container == Container::Mov {
                MediaError::Truncated { path, detail: "its index (the moov box) is missing".to_owned() }
            } else if stderr_tail.contains("not on whitelist") {
                MediaError::Refused { path, format: "of a format that may open other files".to_owned() }
            } else if container == Container::Unknown {
                MediaError::NotMedia { path, detail: "no known format fits".to_owned() }
            } else {
                let detail = reason.rsplit_once(": ").map_or(reason.as_str(), |(_, last)| last);
                MediaError::Damaged { path, detail: detail.to_lowercase() }
            }
        }
        MediaError::TimedOut { secs, .. } => {
            MediaError::Damaged { path, detail: format!("looking at it took more than {secs} s") }
        }
        other => other,
    }
}

fn facts(path: &Path, container: Container, output: &Output) -> Result<MediaInfo, MediaError> {
    let size_bytes =
        path.metadata().map_err(|source| MediaError::Unreadable { path: path.to_owned(), source })?.len();
    let of = |kind: &'static str| {
        output.streams.iter().filter(move |stream| stream.codec_type.as_deref() == Some(kind))
    };
    let is_other = |kind: Option<&str>| !matches!(kind, Some("video" | "audio" | "subtitle"));
    let others = output.streams.iter().filter(|stream| is_other(stream.codec_type.as_deref()));
    let format = &output.format;
    let timecode = output.streams.iter().find_map(|stream| stream.tag("timecode"));
    Ok(MediaInfo {
        container,
        format_name: format.format_name.clone(),
        duration_secs: number(format.duration.as_deref()),
        start_secs: number(format.start_time.as_deref()).unwrap_or(0.0),
        size_bytes,
        bitrate_bits_per_sec: number(format.bit_rate.as_deref()),
        video: of("video").map(convert::video).collect(),
        audio: of("audio").map(convert::audio).collect(),
        subtitles: of("subtitle").map(convert::subtitle).collect(),
        other: others.map(convert::other).collect(),
        chapter_count: output.chapters.len(),
        chapters: output.chapters.iter().filter_map(convert::chapter).collect(),
        title: tag(&format.tags, "title"),
        timecode: timecode.or_else(|| tag(&format.tags, "timecode")),
    })
}

fn judge(path: &Path, info: &MediaInfo, limits: &ProbeLimits, complaints: &str) -> Result<(), MediaError> {
    let path = path.to_owned();
    let sizes = info.video.iter().map(|stream| (stream.width, stream.height));
    if let Some((width, height)) = sizes.chain(refused_sizes(complaints)).find(|size| limits.refuse(*size)) {
        return Err(MediaError::TooLarge { path, width, height, limit_pixels: limits.pixels_max });
    }
    if info.container == Container::Image && !limits.stills_allowed && info.format_name.ends_with("_pipe") {
        let name = info.format_name.trim_end_matches("_pipe").to_uppercase();
        return Err(MediaError::Refused { path, format: format!("a still picture ({name})") });
    }
    if info.video.is_empty() && info.audio.is_empty() && info.subtitles.is_empty() {
        return Err(MediaError::Damaged { path, detail: "it holds no stream".to_owned() });
    }
    let Some(film) = info.main_video() else { return Err(MediaError::NoVideo { path }) };
    if film.width == 0 || film.height == 0 {
        return Err(MediaError::Damaged { path, detail: "its pictures have no size".to_owned() });
    }
    let longest = info.duration_secs.unwrap_or(0.0);
    if longest > DAY_SECS && info.size_bytes as f64 * 8.0 / longest < BITS_PER_SEC_MIN {
        let detail = format!("it claims {longest:.0} s in {} bytes", info.size_bytes);
        return Err(MediaError::Damaged { path, detail });
    }
    Ok(())
}

/// Sizes that FFmpeg refused while it looked: the container may claim another one than the stream.
fn refused_sizes(complaints: &str) -> impl Iterator<Item = (u32, u32)> + '_ {
    complaints.match_indices("Picture size ").filter_map(|(at, words)| {
        let size = complaints[at + words.len()..].split_whitespace().next()?;
        let (width, height) = size.split_once('x')?;
        Some((width.parse().ok()?, height.parse().ok()?))
    })
}

/// ffprobe complained about the pictures: one of the first ten seconds must decode, or nobody gains by going on.
fn must_decode_one_frame(
    ffmpeg: &Ffmpeg,
    path: &Path,
    info: &MediaInfo,
    limits: &ProbeLimits,
    cancel: &CancelToken,
) -> Result<(), MediaError> {
    let Some(film) = info.main_video() else { return Ok(()) };
    let input =
        InputArgs::source(path).pixels_max(limits.pixels_max).option("-threads", "1").option("-t", "10");
    let spec = ffmpeg
        .command()
        .args(input.args())
        .args(["-map", &format!("0:{}", film.index), "-frames:v", "1", "-f", "framecrc", "pipe:1"])
        .limits(LIMITS)
        .wall_limit(limits.wall_limit);
    let frames = match run_capturing(&spec, cancel, JSON_BYTES_MAX) {
        Ok((lines, _)) => {
            String::from_utf8_lossy(&lines).lines().filter(|line| !line.starts_with('#')).count()
        }
        Err(error @ (MediaError::Cancelled | MediaError::Spawn { .. })) => return Err(error),
        Err(_) => 0,
    };
    if frames == 0 {
        return Err(MediaError::Damaged {
            path: path.to_owned(),
            detail: "none of its pictures decodes".to_owned(),
        });
    }
    Ok(())
}

/// HDR10 levels travel in the frames of HEVC and AV1; containers seldom repeat them.
fn add_frame_side_data(
    ffmpeg: &Ffmpeg,
    path: &Path,
    limits: &ProbeLimits,
    cancel: &CancelToken,
    info: &mut MediaInfo,
) {
    let lacks = |stream: &VideoStream| {
        stream.is_hdr() && (stream.mastering.is_none() || stream.content_light.is_none())
    };
    for stream in info.video.iter_mut().filter(|stream| lacks(stream)) {
        let select = stream.index.to_string();
        let show = ["-show_frames", "-select_streams", &select, "-read_intervals", "%+#4"];
        // Without them the picture is still HDR; a failure here is no failure of the file.
        let Ok((output, _)) = ask(ffmpeg, path, limits, &show, cancel) else { continue };
        for frame in &output.frames {
            stream.mastering = stream.mastering.or_else(|| convert::mastering(&frame.side_data_list));
            stream.content_light =
                stream.content_light.or_else(|| convert::content_light(&frame.side_data_list));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_sizes_are_found_in_what_ffmpeg_said() {
        let said = "[h264 @ 0x1] [IMGUTILS @ 0x2] Picture size 65535x65535 is invalid\n\
                    [IMGUTILS @ 0x3] Picture size 1280x720 exceeds specified max pixel count 1000, see";
        assert_eq!(refused_sizes(said).collect::<Vec<_>>(), [(65_535, 65_535), (1280, 720)]);
    }
}
