//! A short file walked and its two ends decoded by one process: what most results need.

use std::path::Path;
use std::time::Duration;

use reel_types::CancelToken;
use reel_types::time::Rational;

use super::decode::{window_args, windows};
use super::walk::{Stream, Walk};
use super::{Effort, Expectation, Level};
use crate::child::run_streaming;
use crate::error::MediaError;
use crate::formats::{Container, InputArgs, sniff};
use crate::frame_table::packets::Packet;
use crate::tools::Ffmpeg;

const STALL: Duration = Duration::from_secs(60);
/// FFmpeg holds the packets back until each stream has one, and those of the ends have soon no more.
const FILE_BYTES_MAX: u64 = 64 << 20;
const LINE_BYTES_MAX: usize = 512;
/// FFmpeg's flags of a packet.
const KEY: u32 = 1;
const CORRUPT: u32 = 2;
const DISCARD: u32 = 4;

/// What was seen of a file that is as it was foretold, and how many frames were decoded. Nothing when anything is odd, or
/// when the file is none for this: then it is looked at step by step, and those steps say what is wrong.
pub(super) fn at_once(
    ffmpeg: &Ffmpeg,
    path: &Path,
    expectation: &Expectation,
    effort: Effort,
    cancel: &CancelToken,
) -> Result<Option<(Walk, u64)>, MediaError> {
    let is_short = path.metadata().is_ok_and(|meta| meta.len() <= FILE_BYTES_MAX);
    let fits = is_short
        && effort.level == Level::Quick
        && expectation.seams_secs.is_empty()
        && matches!(sniff(path), Ok(Container::Mov));
    let Some(foretold) = foretold(expectation).filter(|_| fits) else { return Ok(None) };
    let wanted = windows(&foretold, &[]);
    let mut spec =
        ffmpeg.command().args(InputArgs::source(path).only_copied().option("-err_detect", "explode").args());
    for window in &wanted {
        spec = spec.args(window_args(path, &foretold, window, effort.cores));
    }
    let copies_from = wanted.len() * (1 + expectation.audio_count);
    for sort in ["v:0", "a?"] {
        for input in 1..=wanted.len() {
            spec = spec.args(["-map", &format!("{input}:{sort}")]);
        }
    }
    spec = spec.args(["-map", "0"]);
    let decoded_audio_count = wanted.len() * expectation.audio_count;
    // FFmpeg counts the streams of each sort; naming them one by one is what it takes without a warning.
    for index in 0..wanted.len() {
        spec = spec.args([format!("-c:v:{index}"), "wrapped_avframe".to_owned()]);
    }
    for index in 0..decoded_audio_count {
        spec = spec.args([format!("-c:a:{index}"), "pcm_s16le".to_owned()]);
    }
    let copied_film = [format!("v:{}", wanted.len())];
    let copied_sound = (0..expectation.audio_count).map(|track| format!("a:{}", decoded_audio_count + track));
    for stream in copied_film.into_iter().chain(copied_sound) {
        let to = |option: &str| format!("-{option}:{stream}");
        spec = spec.args([to("c"), "copy".to_owned(), to("copyinkf"), to("copypriorss"), "1".to_owned()]);
    }
    let spec = spec.args(["-fps_mode", "passthrough", "-xerror", "-f", "framecrc", "pipe:1"]);
    let mut seen = Seen::new(wanted.len(), copies_from);
    let ended = run_streaming(&spec.stall_timeout(STALL), cancel, |bytes| {
        seen.feed(bytes);
        Ok(())
    });
    match ended {
        Ok(report) if !report.stderr_tail.trim().is_empty() => return Ok(None),
        Ok(_) => {}
        Err(error @ (MediaError::Cancelled | MediaError::Spawn { .. })) => return Err(error),
        Err(_) => return Ok(None),
    }
    let decoded_as_wanted =
        seen.counts.iter().zip(&wanted).all(|(count, window)| *count == window.len() as u64);
    let decoded_count = seen.counts.iter().sum();
    let walk = seen.into_walk();
    let stands_as_foretold = walk.film().is_some_and(|(_, film)| film.stands_as(&foretold));
    Ok((decoded_as_wanted && stands_as_foretold).then_some((walk, decoded_count)))
}

fn foretold(expectation: &Expectation) -> Option<Stream> {
    let (times, time_base) = expectation.times.as_ref()?;
    let codec = expectation.video_codec.clone()?;
    // One process a core suits its decoder better.
    if codec == "av1" || times.is_empty() {
        return None;
    }
    let shown = times.iter().map(|ticks| (*ticks, 0)).collect();
    let mut film = Stream::default();
    (film.codec, film.shown, film.time_base) = (codec, shown, Some(*time_base));
    Some(film)
}

/// Reads the lines of `framecrc`: decoded frames are counted, copied packets are walked.
struct Seen {
    line: Vec<u8>,
    counts: Vec<u64>,
    copies_from: usize,
    copies: Vec<Stream>,
}

impl Seen {
    fn new(window_count: usize, copies_from: usize) -> Self {
        Self { line: Vec::new(), counts: vec![0; window_count], copies_from, copies: Vec::new() }
    }

    fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if byte != b'\n' {
                if self.line.len() < LINE_BYTES_MAX {
                    self.line.push(byte);
                }
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let line = String::from_utf8_lossy(&line);
            // What is no line of ours leaves a gap, and then nothing is as it was foretold.
            let _ = match line.strip_prefix('#') {
                Some(head) => self.take_head(head),
                None => self.take_row(&line),
            };
        }
    }

    fn copy(&mut self, index: usize) -> Option<&mut Stream> {
        let at = index.checked_sub(self.copies_from).filter(|at| *at < 64)?;
        if self.copies.len() <= at {
            self.copies.resize_with(at + 1, Stream::default);
        }
        self.copies.get_mut(at)
    }

    /// `media_type 4: video` and the like.
    fn take_head(&mut self, head: &str) -> Option<()> {
        let (name, value) = head.split_once(": ")?;
        let (name, index) = name.split_once(' ')?;
        let stream = self.copy(index.parse().ok()?)?;
        match name {
            "media_type" => stream.kind = value.to_owned(),
            "codec_id" => stream.codec = value.to_owned(),
            "tb" => {
                let (num, den) = value.split_once('/')?;
                stream.time_base = Rational::new(num.parse().ok()?, den.parse().ok()?);
            }
            "dimensions" => {
                let (width, height) = value.split_once('x')?;
                stream.size = (width.parse().ok()?, height.parse().ok()?);
            }
            _ => {}
        }
        Some(())
    }

    /// `0, dts, pts, duration, size, 0xcrc`, and `F=0x…` where the flags are others than those of a key frame.
    fn take_row(&mut self, row: &str) -> Option<()> {
        let mut words = row.split(',').map(str::trim);
        let index: usize = words.next()?.parse().ok()?;
        if let Some(count) = self.counts.get_mut(index) {
            *count += 1;
            return Some(());
        }
        let stream = self.copy(index)?;
        let mut ticks = || words.next().and_then(|word| word.parse().ok()).filter(|ticks| *ticks != i64::MIN);
        let (dts, pts, duration, size) = (ticks(), ticks(), ticks(), ticks());
        let flags = words.find_map(|word| u32::from_str_radix(word.strip_prefix("F=0x")?, 16).ok());
        let has = |flag: u32| flags.unwrap_or(KEY) & flag != 0;
        stream.take(Packet {
            stream_index: 0,
            pts,
            dts,
            duration: duration.unwrap_or(0),
            size_bytes: size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
            key: has(KEY),
            discard: has(DISCARD),
            corrupt: has(CORRUPT),
        });
        Some(())
    }

    fn into_walk(self) -> Walk {
        let streams = self.copies.into_iter().enumerate();
        Walk::from_streams(streams.map(|(index, stream)| (index as u32, stream)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_frames_of_the_ends_or_packets_of_the_file() {
        let text = "#tb 4: 1/15360\n#media_type 4: video\n#codec_id 4: h264\n#dimensions 4: 320x180\n\
                    0, 0, 0, 512, 536, 0x1\n1, 0, 0, 512, 536, 0x1\n0, 512, 512, 512, 536, 0x1\n\
                    2, 0, 0, 1024, 4096, 0x1\n4, -512, 0, 512, 90, 0xaa\n4, 0, 1024, 512, 0, 0xaa, F=0x0\n\
                    4, 512, 512, 512, 9, 0xaa, F=0x6\n";
        for split in 0..text.len() {
            let mut seen = Seen::new(2, 4);
            seen.feed(&text.as_bytes()[..split]);
            seen.feed(&text.as_bytes()[split..]);
            assert_eq!(seen.counts, [2, 1]);
            let walk = seen.into_walk();
            let (index, film) = walk.film().unwrap();
            assert_eq!((index, film.codec.as_str(), film.size), (0, "h264", (320, 180)));
            assert_eq!(film.shown, [(0, 512), (1024, 512)]);
            assert_eq!(film.damaged_count, 2);
        }
    }
}
