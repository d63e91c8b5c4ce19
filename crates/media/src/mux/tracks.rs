//! Tracks put beside one another, without decoding pictures or sound.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reel_types::CancelToken;

use super::chapters::ChapterList;
use crate::child::{self, ChildReport};
use crate::error::MediaError;
use crate::formats::{InputArgs, file_url};
use crate::probe::Chapter;
use crate::tools::Ffmpeg;

/// What to write.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MuxContainer {
    /// MP4.
    Mp4,
    /// QuickTime.
    Mov,
    /// Matroska; its clock has 1 ms.
    Matroska,
    /// WebM; its clock has 1 ms.
    WebM,
    /// NUT: any time base, for parts.
    Nut,
}

/// One track of the result.
#[derive(Clone, PartialEq, Debug)]
pub struct Track {
    /// The file that holds it.
    pub path: PathBuf,
    /// Which stream of that file, counted over all sorts.
    pub stream_index: u32,
    /// Added to all its times, in microseconds; may be negative.
    pub offset_micros: i64,
    /// For subtitles: turn them into this codec of FFmpeg (see [`subtitle_codec`]); `None` copies.
    pub recode: Option<&'static str>,
    /// ISO 639 code.
    pub language: Option<String>,
    /// The tag `title`.
    pub title: Option<String>,
    /// Whether it is the one to take when nobody chooses.
    pub default: bool,
}

impl Track {
    /// A stream as it is, without tags.
    pub fn new(path: impl Into<PathBuf>, stream_index: u32) -> Self {
        Self {
            path: path.into(),
            stream_index,
            offset_micros: 0,
            recode: None,
            language: None,
            title: None,
            default: false,
        }
    }
}

/// What the result holds.
#[derive(Clone, PartialEq, Debug)]
pub struct MuxSpec {
    /// The video.
    pub video: Option<Track>,
    /// The audio tracks, in order.
    pub audio: Vec<Track>,
    /// The subtitle tracks, in order.
    pub subtitles: Vec<Track>,
    /// What to write.
    pub container: MuxContainer,
    /// Ticks per second of the video track (MP4, MOV); `None` keeps what FFmpeg takes.
    pub video_timescale: Option<u32>,
    /// Puts the index in front (MP4, MOV).
    pub faststart: bool,
    /// Four-character tag of the video (`hvc1`), where players insist on one.
    pub video_tag: Option<&'static str>,
    /// Tags of the file, for example `title`.
    pub tags: Vec<(String, String)>,
    /// Chapters on the result's clock, where the container knows them.
    pub chapters: Vec<Chapter>,
}

impl MuxSpec {
    /// An empty result.
    pub fn new(container: MuxContainer) -> Self {
        Self {
            video: None,
            audio: Vec::new(),
            subtitles: Vec::new(),
            container,
            video_timescale: None,
            faststart: container.is_mov(),
            video_tag: None,
            tags: Vec::new(),
            chapters: Vec::new(),
        }
    }
}

impl MuxContainer {
    /// FFmpeg's name of the muxer.
    pub fn muxer(self) -> &'static str {
        match self {
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::Matroska => "matroska",
            Self::WebM => "webm",
            Self::Nut => "nut",
        }
    }

    fn is_mov(self) -> bool {
        matches!(self, Self::Mp4 | Self::Mov)
    }
}

/// How subtitles of `codec` get into `container`: `Some(None)` copied, `Some(Some(codec))` turned into that one,
/// `None` not at all (pictures where only text is allowed).
pub fn subtitle_codec(container: MuxContainer, codec: &str) -> Option<Option<&'static str>> {
    let is_bitmap = matches!(codec, "hdmv_pgs_subtitle" | "dvd_subtitle" | "dvb_subtitle" | "xsub");
    match container {
        MuxContainer::Mp4 | MuxContainer::Mov if codec == "mov_text" => Some(None),
        MuxContainer::Mp4 | MuxContainer::Mov => (!is_bitmap).then_some(Some("mov_text")),
        MuxContainer::WebM if codec == "webvtt" => Some(None),
        MuxContainer::WebM => (!is_bitmap).then_some(Some("webvtt")),
        MuxContainer::Matroska if codec == "mov_text" => Some(Some("srt")),
        MuxContainer::Matroska => (codec != "xsub").then_some(None),
        MuxContainer::Nut => None,
    }
}

const STALL: Duration = Duration::from_secs(60);
/// What a slow disk reads and writes at once.
const MOVED_BYTES_PER_SEC: u64 = 10 << 20;

/// Writes the tracks into `out`. Times are those of the inputs plus each track's offset; nothing is shifted to zero,
/// and edit lists of sound (encoder delay) are kept.
///
/// # Errors
/// [`MediaError::Mismatch`] without a track; those of a child.
pub fn mux(
    ffmpeg: &Ffmpeg,
    spec: &MuxSpec,
    out: &Path,
    cancel: &CancelToken,
) -> Result<ChildReport, MediaError> {
    let tracks: Vec<(&str, usize, &Track)> = spec
        .video
        .iter()
        .map(|track| ("v", 0, track))
        .chain(spec.audio.iter().enumerate().map(|(index, track)| ("a", index, track)))
        .chain(spec.subtitles.iter().enumerate().map(|(index, track)| ("s", index, track)))
        .collect();
    if tracks.is_empty() {
        return Err(MediaError::Mismatch("there is no track to write".to_owned()));
    }
    let mut child = ffmpeg.command().arg("-copyts");
    for (_, _, track) in &tracks {
        let mut input = InputArgs::source(&track.path);
        if track.offset_micros != 0 {
            input = input.option("-itsoffset", format!("{}us", track.offset_micros));
        }
        child = child.args(input.args());
    }
    let list = ChapterList::write(&spec.chapters, out)?;
    if let Some(list) = &list {
        child = child.args(list.input_args());
    }
    for (input, (sort, index, track)) in tracks.iter().enumerate() {
        child = child.args(track_args(input, sort, *index, track));
    }
    let chapters_from = list.as_ref().map_or("-1".to_owned(), |_| tracks.len().to_string());
    // What an input's file and its tracks say of themselves stays behind; without the letters the titles of chapters would as well.
    child = child.args(["-map_metadata:g", "-1", "-map_metadata:s", "-1", "-map_chapters", &chapters_from]);
    child = child.args(["-fflags", "+bitexact"]);
    for (key, value) in &spec.tags {
        child = child.args(["-metadata", &format!("{key}={value}")]);
    }
    if let Some(timescale) = spec.video_timescale.filter(|_| spec.container.is_mov()) {
        child = child.args(["-video_track_timescale", &timescale.to_string()]);
    }
    if let Some(tag) = spec.video_tag.filter(|_| spec.video.is_some()) {
        child = child.args(["-tag:v", tag]);
    }
    if spec.container.is_mov() {
        // Where a track begins is written in this unit; FFmpeg's own would be a millisecond.
        child = child.args(["-movie_timescale", "90000"]);
    }
    if spec.faststart && spec.container.is_mov() {
        child = child.args(["-movflags", "+faststart"]);
    }
    let child = child.args(["-f", spec.container.muxer()]).arg(file_url(out));
    let stall = patience(tracks.iter().map(|(_, _, track)| track.path.as_path()));
    child::run(&child.with_progress().stall_timeout(stall), cancel, |_| {})
}

/// At the end the whole file is moved once more to put its index in front, and FFmpeg says nothing meanwhile.
fn patience<'a>(inputs: impl Iterator<Item = &'a Path>) -> Duration {
    let bytes: u64 = inputs.filter_map(|path| path.metadata().ok()).map(|meta| meta.len()).sum();
    STALL + Duration::from_secs(bytes / MOVED_BYTES_PER_SEC)
}

fn track_args(input: usize, sort: &str, index: usize, track: &Track) -> Vec<OsString> {
    let to = |option: &str| format!("-{option}:{sort}:{index}");
    let mut args = vec!["-map".to_owned(), format!("{input}:{}", track.stream_index)];
    args.extend([to("c"), track.recode.unwrap_or("copy").to_owned()]);
    args.extend([to("disposition"), if track.default { "default" } else { "0" }.to_owned()]);
    let tags = [("language", &track.language), ("title", &track.title)];
    for (key, value) in tags.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?))) {
        args.extend([format!("-metadata:s:{sort}:{index}"), format!("{key}={value}")]);
    }
    args.into_iter().map(OsString::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_may_be_moved_in_peace() {
        let folder = tempfile::tempdir().unwrap();
        let film = folder.path().join("film.mp4");
        std::fs::File::create(&film).unwrap().set_len(1 << 30).unwrap();
        let absent = folder.path().join("absent");
        assert_eq!(patience([film.as_path(), &absent].into_iter()).as_secs(), 60 + 102);
    }
}
