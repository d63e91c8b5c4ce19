//! The beginning of a film, as it is.

use std::path::Path;
use std::time::Duration;

use reel_types::CancelToken;

use super::tracks::MuxContainer;
use crate::child;
use crate::error::MediaError;
use crate::formats::{Container, InputArgs, file_url, sniff};
use crate::tools::Ffmpeg;

/// A copy of a few seconds is written at once, unless the disk is very slow.
const LIMIT: Duration = Duration::from_secs(60);

/// Writes the first `secs` seconds of a film into `out` without decoding anything: pictures and sound, no subtitles.
///
/// Turned pictures stay turned, and sound stays where it was beside them. The format is that of the source where FFmpeg
/// can write what is in it, else QuickTime or NUT; it is returned.
///
/// # Errors
/// What the last format that was tried had against it.
pub fn excerpt(
    ffmpeg: &Ffmpeg,
    path: &Path,
    secs: u32,
    out: &Path,
    cancel: &CancelToken,
) -> Result<MuxContainer, MediaError> {
    let likely: &[MuxContainer] = match sniff(path)? {
        Container::Mov => &[MuxContainer::Mp4, MuxContainer::Mov],
        Container::Matroska => &[MuxContainer::Matroska],
        _ => &[],
    };
    for container in likely {
        if copy(ffmpeg, path, secs, *container, out, cancel).is_ok() {
            return Ok(*container);
        }
    }
    copy(ffmpeg, path, secs, MuxContainer::Nut, out, cancel).map(|()| MuxContainer::Nut)
}

fn copy(
    ffmpeg: &Ffmpeg,
    path: &Path,
    secs: u32,
    container: MuxContainer,
    out: &Path,
    cancel: &CancelToken,
) -> Result<(), MediaError> {
    let input = InputArgs::source(path).only_copied().option("-t", secs.to_string());
    let child = ffmpeg
        .command()
        .args(input.args())
        .args(["-map", "0:V:0?", "-map", "0:a?", "-c", "copy", "-map_chapters", "-1", "-fflags", "+bitexact"])
        .args(["-f", container.muxer()])
        .arg(file_url(out));
    child::run(&child.wall_limit(LIMIT), cancel, |_| {}).map(|_| ())
}
