//! The packets of one stream as `ffprobe` lists them, one at a time.

use std::path::Path;
use std::time::Duration;

use reel_types::CancelToken;

use crate::child::run_streaming;
use crate::error::MediaError;
use crate::formats::InputArgs;
use crate::tools::Ffmpeg;

/// A packet in decoding order.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Packet {
    pub(crate) stream_index: u32,
    pub(crate) pts: Option<i64>,
    pub(crate) dts: Option<i64>,
    pub(crate) duration: i64,
    pub(crate) size_bytes: u64,
    pub(crate) key: bool,
    pub(crate) discard: bool,
    pub(crate) corrupt: bool,
}

/// One line of what `ffprobe` lists.
pub(crate) enum Listed {
    Packet(Packet),
    Stream(Vec<(String, String)>),
}

/// Reading one file's index takes seconds even for hours of media; a network disk may stand still for a while.
const STALL: Duration = Duration::from_secs(60);
const LINE_BYTES_MAX: usize = 64 * 1024;

/// Lists packets, then streams; returns what `ffprobe` complained about.
pub(crate) fn list(
    ffmpeg: &Ffmpeg,
    path: &Path,
    select: Option<u32>,
    cancel: &CancelToken,
    mut on_line: impl FnMut(Listed),
) -> Result<String, MediaError> {
    let entries = "packet=stream_index,pts,dts,duration,size,flags:\
                   stream=index,codec_type,codec_name,time_base,field_order,width,height";
    let mut spec = ffmpeg.probe_command().args([
        "-of",
        "compact=print_section=1",
        "-show_packets",
        "-show_entries",
        entries,
    ]);
    if let Some(index) = select {
        spec = spec.args(["-select_streams", &index.to_string()]);
    }
    let spec = spec.args(InputArgs::source(path).args()).stall_timeout(STALL);
    let mut open = Vec::new();
    let report = run_streaming(&spec, cancel, |bytes| {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            open.extend_from_slice(line);
            if open.last() == Some(&b'\n') {
                std::str::from_utf8(&open)
                    .ok()
                    .and_then(|text| parse(text.trim_end()))
                    .into_iter()
                    .for_each(&mut on_line);
                open.clear();
            } else if open.len() > LINE_BYTES_MAX {
                let detail = "a line without an end".to_owned();
                return Err(MediaError::UnexpectedOutput { program: "ffprobe", detail });
            }
        }
        Ok(())
    })?;
    Ok(report.stderr_tail)
}

/// `packet|stream_index=0|pts=0|…` or `stream|index=0|…`; side data and empty lines are neither.
fn parse(line: &str) -> Option<Listed> {
    let mut words = line.split('|');
    match words.next()? {
        "packet" => Some(Listed::Packet(packet_of(words.filter_map(|word| word.split_once('='))))),
        "stream" => {
            let pairs = words.filter_map(|word| word.split_once('='));
            Some(Listed::Stream(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()))
        }
        _ => None,
    }
}

/// `        { "stream_index": 0, "pts": 0, … "flags": "K_" },`, the form of `-of json=compact=1`.
pub(crate) fn packet_in_json(line: &str) -> Option<Packet> {
    let words = line.trim().strip_prefix('{')?.split(", ").filter_map(|word| word.split_once(": "));
    let bare = |text: &'static str| move |c: char| text.contains(c) || c.is_whitespace();
    Some(packet_of(
        words.map(|(key, value)| (key.trim_matches(bare("\"")), value.trim_matches(bare("\"},")))),
    ))
}

fn packet_of<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Packet {
    let mut packet = Packet::default();
    for (key, value) in pairs {
        match key {
            "stream_index" => packet.stream_index = value.parse().unwrap_or(0),
            "pts" => packet.pts = value.parse().ok(),
            "dts" => packet.dts = value.parse().ok(),
            "duration" => packet.duration = value.parse().unwrap_or(0),
            "size" => packet.size_bytes = value.parse().unwrap_or(0),
            "flags" => {
                packet.key = value.contains('K');
                packet.discard = value.contains('D');
                packet.corrupt = value.contains('C');
                // What follows the flags is side data with keys of its own.
                break;
            }
            _ => {}
        }
    }
    packet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_packet_whatever_side_data_follows() {
        let line = "packet|stream_index=1|pts=133500|dts=N/A|duration=3750|size=9|flags=KD|side_data|id=224";
        let Some(Listed::Packet(packet)) = parse(line) else { panic!("not a packet") };
        assert_eq!((packet.stream_index, packet.pts, packet.dts), (1, Some(133_500), None));
        assert_eq!((packet.duration, packet.size_bytes), (3750, 9));
        assert!(packet.key && packet.discard && !packet.corrupt);
        assert!(parse("").is_none());
    }
}
