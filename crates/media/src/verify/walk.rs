//! Every packet of every stream: counts, order, gaps, durations.

use std::collections::BTreeMap;
use std::path::Path;

use reel_types::CancelToken;
use reel_types::time::{Rational, Timestamp};

use super::{Expectation, Problem, VerifyReport};
use crate::error::MediaError;
use crate::frame_table::packets::{Listed, Packet, list};
use crate::tools::Ffmpeg;

/// Sound is cut in blocks; its length is right within one or two of them.
const AUDIO_TOLERANCE_SECS: f64 = 0.5;

/// One stream as its packets tell.
#[derive(Default)]
pub(super) struct Stream {
    pub(super) kind: String,
    pub(super) codec: String,
    pub(super) size: (u32, u32),
    pub(super) time_base: Option<Rational>,
    /// (time, duration) of what is shown, in ticks; kept for video alone.
    pub(super) shown: Vec<(i64, i64)>,
    packet_count: u64,
    first: Option<i64>,
    end: Option<i64>,
    last_dts: Option<i64>,
    backwards_at: Option<i64>,
    pub(super) damaged_count: usize,
}

/// All streams of a file.
pub(super) struct Walk {
    pub(super) streams: BTreeMap<u32, Stream>,
    unreadable: Option<String>,
}

pub(super) fn walk(ffmpeg: &Ffmpeg, path: &Path, cancel: &CancelToken) -> Result<Walk, MediaError> {
    let mut streams: BTreeMap<u32, Stream> = BTreeMap::new();
    let listed = list(ffmpeg, path, None, cancel, |line| match line {
        Listed::Packet(packet) => streams.entry(packet.stream_index).or_default().take(packet),
        Listed::Stream(fields) => take_stream(&mut streams, &fields),
    });
    let unreadable = match listed {
        Ok(_) => None,
        Err(MediaError::ChildFailed { reason, .. }) => Some(reason),
        Err(error) => return Err(error),
    };
    Ok(Walk { unreadable, ..Walk::from_streams(streams) })
}

fn take_stream(streams: &mut BTreeMap<u32, Stream>, fields: &[(String, String)]) {
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let Some(index) = field("index").and_then(|text| text.parse().ok()) else { return };
    let stream = streams.entry(index).or_default();
    stream.kind = field("codec_type").unwrap_or_default().to_owned();
    stream.codec = field("codec_name").unwrap_or_default().to_owned();
    let number = |name: &str| field(name).and_then(|text| text.parse().ok()).unwrap_or(0);
    stream.size = (number("width"), number("height"));
    let base = field("time_base").and_then(|text| text.split_once('/'));
    stream.time_base = base.and_then(|(num, den)| Rational::new(num.parse().ok()?, den.parse().ok()?));
}

impl Stream {
    pub(super) fn take(&mut self, packet: Packet) {
        self.packet_count += 1;
        self.damaged_count += usize::from(packet.corrupt || packet.size_bytes == 0);
        if let Some(dts) = packet.dts {
            if self.last_dts.is_some_and(|last| dts < last) && self.backwards_at.is_none() {
                self.backwards_at = Some(dts);
            }
            self.last_dts = Some(dts);
        }
        if packet.discard {
            return;
        }
        let Some(pts) = packet.pts.or(packet.dts) else { return };
        self.first = Some(self.first.map_or(pts, |first| first.min(pts)));
        let end = pts.saturating_add(packet.duration);
        self.end = Some(self.end.map_or(end, |last| last.max(end)));
        self.shown.push((pts, packet.duration));
    }

    pub(super) fn secs(&self, ticks: i64) -> f64 {
        self.time_base.map_or(0.0, |base| Timestamp::new(ticks, base).as_secs())
    }

    /// Whether each frame is as far from the first as in the other, within a tick.
    pub(super) fn stands_as(&self, other: &Self) -> bool {
        let first = |stream: &Self| stream.shown.first().map_or(0, |(pts, _)| *pts);
        let secs = |stream: &Self, pts: i64| stream.secs(pts.saturating_sub(first(stream)));
        let slack_secs = self.time_base.map_or(0.0, |base| base.as_f64()) * 1.001;
        let near = |(one, two): (&(i64, i64), &(i64, i64))| {
            (secs(self, one.0) - secs(other, two.0)).abs() <= slack_secs
        };
        self.shown.len() == other.shown.len() && self.shown.iter().zip(&other.shown).all(near)
    }

    fn duration_secs(&self) -> f64 {
        match (self.first, self.end) {
            (Some(first), Some(end)) => self.secs(end.saturating_sub(first)),
            _ => 0.0,
        }
    }
}

impl Walk {
    /// What the packets of a file that can be read told.
    pub(super) fn from_streams(mut streams: BTreeMap<u32, Stream>) -> Self {
        for stream in streams.values_mut() {
            stream.shown.sort_unstable();
        }
        Self { streams, unreadable: None }
    }

    /// The first video stream.
    pub(super) fn film(&self) -> Option<(u32, &Stream)> {
        self.of("video").next()
    }

    fn of(&self, kind: &'static str) -> impl Iterator<Item = (u32, &Stream)> {
        self.streams
            .iter()
            .filter(move |(_, stream)| stream.kind == kind)
            .map(|(index, stream)| (*index, stream))
    }

    pub(super) fn judge(&self, expectation: &Expectation, report: &mut VerifyReport) {
        if let Some(detail) = &self.unreadable {
            report.problems.push(Problem::Unreadable { detail: detail.clone() });
            return;
        }
        for (&stream_index, stream) in &self.streams {
            if let Some(ticks) = stream.backwards_at {
                report.problems.push(Problem::NotMonotonic { stream_index, at_secs: stream.secs(ticks) });
            }
            // An empty packet of text ends what was shown before.
            if stream.damaged_count > 0 && stream.kind != "subtitle" {
                report.problems.push(Problem::DamagedPackets { stream_index, count: stream.damaged_count });
            }
        }
        self.judge_film(expectation, report);
        report.audio_packet_counts = self.of("audio").map(|(_, stream)| stream.packet_count).collect();
        let found = self.of("audio").count();
        if found != expectation.audio_count {
            report.problems.push(Problem::StreamCount {
                kind: "audio",
                expected: expectation.audio_count,
                found,
            });
        }
        for ((index, stream), expected) in self.of("audio").zip(&expectation.audio_duration_secs) {
            judge_duration(index, stream, *expected, AUDIO_TOLERANCE_SECS, report);
        }
    }

    fn judge_film(&self, expectation: &Expectation, report: &mut VerifyReport) {
        let Some((index, film)) = self.film() else {
            report.problems.push(Problem::StreamCount { kind: "video", expected: 1, found: 0 });
            return;
        };
        report.frame_count = film.shown.len() as u64;
        report.video_duration_secs = film.duration_secs();
        report.times = film.shown.iter().map(|(pts, _)| *pts).collect();
        report.time_base = film.time_base;
        if let Some(expected) = expectation.frame_count.filter(|expected| *expected != report.frame_count) {
            report.problems.push(Problem::FrameCount { expected, found: report.frame_count });
        }
        if let Some(expected) = expectation.video_duration_secs {
            judge_duration(index, film, expected, expectation.tolerance_secs, report);
        }
        let widest = film.shown.windows(2).map(|pair| (pair[1].0 - pair[0].0, pair[0].0)).max();
        if let (Some(limit), Some((gap, at))) = (expectation.frame_gap_max_secs, widest)
            && film.secs(gap) > limit
        {
            report.problems.push(Problem::Gap { at_secs: film.secs(at), gap_secs: film.secs(gap) });
        }
        if let Some(expected) = expectation.video_codec.clone().filter(|expected| *expected != film.codec) {
            report.problems.push(Problem::Shape { what: "codec", expected, found: film.codec.clone() });
        }
        if let Some(expected) = expectation.size.filter(|expected| *expected != film.size) {
            let text = |(width, height): (u32, u32)| format!("{width}x{height}");
            report.problems.push(Problem::Shape {
                what: "size",
                expected: text(expected),
                found: text(film.size),
            });
        }
    }
}

fn judge_duration(
    stream_index: u32,
    stream: &Stream,
    expected_secs: f64,
    tolerance: f64,
    report: &mut VerifyReport,
) {
    let found_secs = stream.duration_secs();
    if (found_secs - expected_secs).abs() > tolerance {
        report.problems.push(Problem::Duration { stream_index, expected_secs, found_secs });
    }
}
