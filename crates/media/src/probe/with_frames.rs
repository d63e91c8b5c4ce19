//! A file's facts and the frame table of its film, from one start of `ffprobe` where that is safe.

use std::collections::BTreeMap;
use std::path::Path;

use reel_types::CancelToken;

use super::info::MediaInfo;
use super::json::Output;
use super::read::{JSON_BYTES_MAX, LIMITS, ProbeLimits, judged, probe};
use crate::child::run_streaming;
use crate::error::MediaError;
use crate::formats::{Container, InputArgs, sniff};
use crate::frame_table::build::Tally;
use crate::frame_table::packets::packet_in_json;
use crate::frame_table::{FrameTable, frame_table};
use crate::tools::Ffmpeg;

/// Walking a larger file may take longer than looking at a file may; there a second start costs nothing.
const AT_ONCE_BYTES_MAX: u64 = 256 << 20;
/// `ffprobe` indents its sections by four, and what is in them by eight.
const PACKETS_BEGIN: &[u8] = b"    \"packets\": [";
const PACKETS_END: &[u8] = b"    ]";
const PACKET: &[u8] = b"        {";

/// As [`probe`], then [`frame_table`] of the main film. A file about which anything is odd is looked at in those two
/// steps, so that what is said about it is the same.
///
/// # Errors
/// Those of both.
pub fn probe_with_frames(
    ffmpeg: &Ffmpeg,
    path: &Path,
    limits: &ProbeLimits,
    cancel: &CancelToken,
) -> Result<(MediaInfo, FrameTable), MediaError> {
    if let Some(both) = at_once(ffmpeg, path, limits, cancel)? {
        return Ok(both);
    }
    let info = probe(ffmpeg, path, limits, cancel)?;
    let film = info.main_video().ok_or_else(|| MediaError::NoVideo { path: path.to_owned() })?;
    let table = frame_table(ffmpeg, path, film.index, cancel)?;
    Ok((info, table))
}

/// Nothing when the file is better looked at step by step.
fn at_once(
    ffmpeg: &Ffmpeg,
    path: &Path,
    limits: &ProbeLimits,
    cancel: &CancelToken,
) -> Result<Option<(MediaInfo, FrameTable)>, MediaError> {
    let container = sniff(path)?;
    let is_small = path.metadata().is_ok_and(|meta| meta.len() <= AT_ONCE_BYTES_MAX);
    if !is_small || !matches!(container, Container::Mov | Container::Matroska) {
        return Ok(None);
    }
    let (output, mut tallies) = match listed(ffmpeg, path, limits, cancel) {
        Ok(listed) => listed,
        Err(error @ (MediaError::Cancelled | MediaError::Spawn { .. })) => return Err(error),
        Err(_) => return Ok(None),
    };
    let info = judged(ffmpeg, path, container, &output, "", limits, cancel)?;
    let film = info.main_video().ok_or_else(|| MediaError::NoVideo { path: path.to_owned() })?;
    let mut tally = tallies.remove(&film.index).unwrap_or_default();
    if let Some(stream) = output.streams.iter().find(|stream| stream.index == film.index) {
        let fields = [
            ("codec_name", &stream.codec_name),
            ("field_order", &stream.field_order),
            ("time_base", &stream.time_base),
        ];
        let told = |(key, value): (&str, &Option<String>)| Some((key.to_owned(), value.clone()?));
        tally.take_stream(&fields.into_iter().filter_map(told).collect::<Vec<_>>());
    }
    let table = tally.finish(path, film.index, "")?;
    Ok(Some((info, table)))
}

/// The facts, and what the packets of each stream told. Any complaint is an error here.
fn listed(
    ffmpeg: &Ffmpeg,
    path: &Path,
    limits: &ProbeLimits,
    cancel: &CancelToken,
) -> Result<(Output, BTreeMap<u32, Tally>), MediaError> {
    let input = InputArgs::source(path).pixels_max(limits.pixels_max);
    let entries = "packet=stream_index,pts,dts,duration,size,flags";
    let spec = ffmpeg
        .probe_command()
        .args(["-of", "json=compact=1", "-show_packets", "-show_entries", entries])
        .args(["-show_format", "-show_streams", "-show_chapters"])
        .args(input.args());
    let spec = spec.limits(LIMITS).wall_limit(limits.wall_limit);
    let mut tallies: BTreeMap<u32, Tally> = BTreeMap::new();
    let mut sections = Sections::default();
    let report = run_streaming(&spec, cancel, |bytes| {
        sections.feed(bytes, |line| {
            if let Some(packet) = packet_in_json(line) {
                tallies.entry(packet.stream_index).or_default().take(packet);
            }
        })
    })?;
    let unexpected = |detail: String| MediaError::UnexpectedOutput { program: "ffprobe", detail };
    if let Some(complaint) = report.stderr_tail.lines().next() {
        return Err(unexpected(complaint.to_owned()));
    }
    let output = serde_json::from_slice(&sections.rest).map_err(|error| unexpected(error.to_string()))?;
    Ok((output, tallies))
}

/// Takes the packets out of the document while it comes; the rest is short.
#[derive(Default)]
struct Sections {
    line: Vec<u8>,
    in_packets: bool,
    rest: Vec<u8>,
}

impl Sections {
    fn feed(&mut self, bytes: &[u8], mut on_packet: impl FnMut(&str)) -> Result<(), MediaError> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if self.line.len() + self.rest.len() > JSON_BYTES_MAX {
                let detail = "more than any file has to say".to_owned();
                return Err(MediaError::UnexpectedOutput { program: "ffprobe", detail });
            }
            if self.line.last() != Some(&b'\n') {
                continue;
            }
            let line = std::mem::take(&mut self.line);
            if !self.in_packets && line.starts_with(PACKETS_BEGIN) {
                self.in_packets = true;
            } else if !self.in_packets {
                self.rest.extend_from_slice(&line);
            } else if line.starts_with(PACKETS_END) {
                self.in_packets = false;
            } else if line.starts_with(PACKET)
                && let Ok(text) = std::str::from_utf8(&line)
            {
                on_packet(text);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_taken_out_wherever_the_bytes_are_split() {
        let text = "{\n    \"packets\": [\n        { \"stream_index\": 1, \"pts\": -1024, \"flags\": \"KD\",\n            \
                    \"side_data_list\": [\n                { \"x\": 1 }\n            ] },\n        { \"stream_index\": 0 }\n    ],\n    \
                    \"format\": { \"format_name\": \"x\" }\n}\n";
        for split in 0..text.len() {
            let (mut sections, mut seen) = (Sections::default(), Vec::new());
            for bytes in [&text.as_bytes()[..split], &text.as_bytes()[split..]] {
                sections.feed(bytes, |line| seen.extend(packet_in_json(line))).unwrap();
            }
            let told: Vec<_> = seen.iter().map(|p| (p.stream_index, p.pts, p.discard)).collect();
            assert_eq!(told, [(1, Some(-1024), true), (0, None, false)]);
            let output: Output = serde_json::from_slice(&sections.rest).unwrap();
            assert_eq!(output.format.format_name, "x");
        }
    }
}
