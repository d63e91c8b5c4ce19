//! From packets in decoding order to frames in the order in which they are shown.

use std::path::Path;

use reel_types::CancelToken;
use reel_types::time::{Rational, Timestamp};

use super::packets::{Listed, Packet, list};
use super::{Frame, FrameTable, Unreliable};
use crate::error::MediaError;
use crate::tools::Ffmpeg;

/// A longer time without a frame is a broken clock more often than a still.
const JUMP_SECS: i64 = 60;
/// An MPEG-4 packet this small repeats the frame before; whether a decoder shows it is its own affair.
const MPEG4_EMPTY_BYTES: u64 = 10;

/// What is seen on the way through the packets.
#[derive(Default)]
pub(crate) struct Tally {
    frames: Vec<Frame>,
    packet_count: usize,
    discarded_count: usize,
    no_time_count: usize,
    damaged_count: usize,
    tiny_count: usize,
    before_key_count: usize,
    first_key_pts: Option<i64>,
    codec: String,
    field_order: String,
    time_base: Option<Rational>,
}

pub(super) fn build(
    ffmpeg: &Ffmpeg,
    path: &Path,
    stream_index: u32,
    cancel: &CancelToken,
) -> Result<FrameTable, MediaError> {
    let mut tally = Tally::default();
    let complaints = list(ffmpeg, path, Some(stream_index), cancel, |line| match line {
        Listed::Packet(packet) => tally.take(packet),
        Listed::Stream(fields) => tally.take_stream(&fields),
    })?;
    tally.finish(path, stream_index, &complaints)
}

impl Tally {
    /// The table, when there is anything to put in it.
    pub(crate) fn finish(
        mut self,
        path: &Path,
        stream_index: u32,
        complaints: &str,
    ) -> Result<FrameTable, MediaError> {
        let damaged = |detail: &str| MediaError::Damaged { path: path.to_owned(), detail: detail.to_owned() };
        if self.packet_count == 0 {
            return Err(damaged("its video stream has no packet"));
        }
        let time_base = self.time_base.ok_or_else(|| damaged("its video stream has no clock"))?;
        self.order();
        let unreliable = self.judge(time_base, complaints);
        self.frames.shrink_to_fit();
        let Self { frames, discarded_count, .. } = self;
        Ok(FrameTable { stream_index, time_base, frames, discarded_count, unreliable })
    }

    pub(crate) fn take(&mut self, packet: Packet) {
        self.packet_count += 1;
        self.damaged_count += usize::from(packet.corrupt);
        self.tiny_count += usize::from(packet.size_bytes <= MPEG4_EMPTY_BYTES);
        if packet.key && self.first_key_pts.is_none() {
            self.first_key_pts = packet.pts;
        } else if self.first_key_pts.is_none() {
            self.before_key_count += 1;
        }
        if packet.discard {
            self.discarded_count += 1;
            return;
        }
        self.no_time_count += usize::from(packet.pts.is_none());
        // AVI tells decoding times alone: there are as many of them as frames, each a little early.
        if let Some(pts) = packet.pts.or(packet.dts) {
            self.frames.push(Frame { pts, duration: packet.duration, key: packet.key });
        }
    }

    pub(crate) fn take_stream(&mut self, fields: &[(String, String)]) {
        for (key, value) in fields {
            match key.as_str() {
                "codec_name" => self.codec.clone_from(value),
                "field_order" => self.field_order.clone_from(value),
                "time_base" => {
                    let parts = value.split_once('/');
                    self.time_base =
                        parts.and_then(|(num, den)| Rational::new(num.parse().ok()?, den.parse().ok()?));
                }
                _ => {}
            }
        }
    }

    /// Sorts by time and gives each frame the time until the next; the last keeps what its packet says.
    fn order(&mut self) {
        self.frames.sort_by_key(|frame| frame.pts);
        let mut next = None;
        for frame in self.frames.iter_mut().rev() {
            if let Some(next) = next {
                frame.duration = next - frame.pts;
            }
            next = Some(frame.pts);
        }
    }

    fn judge(&self, time_base: Rational, complaints: &str) -> Option<Unreliable> {
        let shared_count = self.frames.windows(2).filter(|pair| pair[0].pts == pair[1].pts).count();
        let leading = |key: i64| self.frames.iter().take_while(|frame| frame.pts < key).count();
        let before_key_count = self.before_key_count + self.first_key_pts.map_or(0, leading);
        let jump_ticks = JUMP_SECS.saturating_mul(time_base.den.into()) / i64::from(time_base.num);
        let longest = self.frames.windows(2).map(|pair| pair[1].pts - pair[0].pts).max().unwrap_or(0);
        if self.no_time_count > 0 {
            Some(Unreliable::NoTimestamps { count: self.no_time_count })
        } else if shared_count > 0 {
            Some(Unreliable::SharedTimestamps { count: shared_count })
        } else if self.damaged_count > 0 {
            Some(Unreliable::DamagedPackets { count: self.damaged_count })
        } else if before_key_count > 0 {
            Some(Unreliable::LateKeyFrame { count: before_key_count })
        } else if longest > jump_ticks {
            let gap = Timestamp::new(longest, time_base);
            Some(Unreliable::Jump { secs: gap.as_secs() as u64 })
        } else if self.codec == "vp8" || (self.codec == "mpeg4" && self.tiny_count > 0) {
            Some(Unreliable::HiddenFrames)
        } else if self.codec == "h264" && matches!(self.field_order.as_str(), "tt" | "bb" | "tb" | "bt") {
            Some(Unreliable::Fields)
        } else {
            complaints.lines().next().map(|detail| Unreliable::Damaged { detail: detail.to_owned() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(pts: i64, key: bool) -> Packet {
        Packet { pts: Some(pts), duration: 10, size_bytes: 1000, key, ..Packet::default() }
    }

    fn check(packets: &[Packet], expected: Option<Unreliable>) {
        let mut tally = Tally::default();
        packets.iter().for_each(|packet| tally.take(*packet));
        tally.order();
        assert_eq!(tally.judge(Rational { num: 1, den: 100 }, ""), expected);
    }

    #[test]
    fn frames_come_in_the_order_in_which_they_are_shown() {
        let mut tally = Tally::default();
        [packet(0, true), packet(30, false), packet(10, false)].into_iter().for_each(|p| tally.take(p));
        tally.order();
        let shown: Vec<_> = tally.frames.iter().map(|frame| (frame.pts, frame.duration)).collect();
        assert_eq!(shown, [(0, 10), (10, 20), (30, 10)]);
    }

    #[test]
    fn what_packets_cannot_tell_is_said() {
        check(&[packet(0, true), packet(10, false)], None);
        let lost = Packet { pts: None, ..packet(0, false) };
        check(&[packet(0, true), lost], Some(Unreliable::NoTimestamps { count: 1 }));
        check(&[packet(0, true), packet(0, false)], Some(Unreliable::SharedTimestamps { count: 1 }));
        check(&[packet(0, false), packet(10, true)], Some(Unreliable::LateKeyFrame { count: 2 }));
        check(
            &[packet(20, true), packet(0, false), packet(10, false)],
            Some(Unreliable::LateKeyFrame { count: 2 }),
        );
        check(&[packet(0, true), packet(700_000, false)], Some(Unreliable::Jump { secs: 7000 }));
    }
}
