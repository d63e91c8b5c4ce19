//! Which seconds of a damaged source could not be had.

use std::collections::BTreeMap;
use std::path::Path;

use reel_media::child::run_streaming;
use reel_media::{Ffmpeg, InputArgs, MediaError};
use reel_types::{CancelToken, Gap};

use crate::facts::Facts;

/// Damaged frames that are no further apart are told as one gap.
const NEAR_SECS: f64 = 0.25;
/// A container may claim so much more than its packets hold without anybody missing it.
const CLAIM_SLACK_SECS: f64 = 0.25;
/// A film of which so much has one distance of frames keeps a rate.
const STEADY_PART: f64 = 0.9;
const MISSING: &str = "frames are missing";
/// A line of ffprobe is longer only when something is wrong with it.
const LINE_BYTES_MAX: usize = 8192;

/// What a decoder shows of a damaged source.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Damage {
    /// What cannot be had or has errors, by time.
    pub(crate) gaps: Vec<Gap>,
    /// The part of the film that decodes, 0 to 1; a frame with errors counts as decoded.
    pub(crate) decoded_part: f64,
}

/// Decodes the whole film once more, frame by frame with what the decoder said about each. For damaged sources only.
pub(crate) fn examine(
    ffmpeg: &Ffmpeg,
    facts: &Facts,
    source: &Path,
    cancel: &CancelToken,
) -> Result<Damage, MediaError> {
    let input = InputArgs::source(source).option("-threads", "1").args();
    let spec = ffmpeg
        .probe_command()
        .args(["-v", "quiet", "-show_log", "16", "-of", "compact=nokey=0"])
        .args(["-select_streams".to_owned(), facts.video_index.to_string()])
        .args(["-show_entries", "frame=best_effort_timestamp"])
        .args(input);
    let mut decoded = Decoded::new(&facts.media.format_name);
    let result = run_streaming(&spec, cancel, |bytes| {
        decoded.feed(bytes);
        Ok(())
    });
    match result {
        // It may end badly on a bad source; what it showed until then counts.
        Ok(_) | Err(MediaError::ChildFailed { .. }) => Ok(damage(facts, &decoded.frames)),
        Err(error) => Err(error),
    }
}

fn damage(facts: &Facts, decoded: &BTreeMap<i64, bool>) -> Damage {
    let timeline = &facts.timeline;
    let pts = timeline.pts();
    let zero_secs = facts.origin().as_secs();
    let secs = |ticks: i64| timeline.secs(ticks) - zero_secs;
    let end_ticks = pts.last().copied().unwrap_or(0) + timeline.last_duration_ticks;
    let usual_ticks = usual_distance(facts);
    let mut gaps: Vec<Gap> = Vec::new();
    for (index, ticks) in pts.iter().enumerate() {
        let next_ticks = pts.get(index + 1).copied().unwrap_or(end_ticks);
        match decoded.get(ticks) {
            None => add(&mut gaps, secs(*ticks), secs(next_ticks), MISSING),
            Some(true) => add(&mut gaps, secs(*ticks), secs(next_ticks), "frames decode with errors"),
            Some(false) => {}
        }
        // Where a stretch of the file is gone, there is not even a packet to tell of it.
        if let Some(usual) = usual_ticks
            && timeline.secs(next_ticks - ticks - usual) > NEAR_SECS
        {
            add(&mut gaps, secs(ticks + usual), secs(next_ticks), MISSING);
        }
    }
    let claimed_frames = claimed_frames(facts, usual_ticks);
    let held_secs = secs(end_ticks);
    let claimed_secs = secs(timeline.first_ticks) + claimed_secs(facts);
    if claimed_secs > held_secs + CLAIM_SLACK_SECS {
        let reason = "the source ends before its time".to_owned();
        gaps.push(Gap { start_secs: held_secs, end_secs: claimed_secs, reason });
    }
    Damage { gaps, decoded_part: (decoded.len() as f64 / claimed_frames.max(1.0)).min(1.0) }
}

/// Joined to the last one when that is near.
fn add(gaps: &mut Vec<Gap>, start_secs: f64, end_secs: f64, reason: &str) {
    match gaps.last_mut() {
        Some(gap) if start_secs - gap.end_secs <= NEAR_SECS => {
            gap.end_secs = gap.end_secs.max(end_secs);
            if gap.reason != reason {
                gap.reason = "frames are missing or decode with errors".to_owned();
            }
        }
        _ => gaps.push(Gap { start_secs, end_secs, reason: reason.to_owned() }),
    }
}

/// The distance of frames, in ticks, where a longer one is a loss: packets are damaged, and nearly all are as far apart.
fn usual_distance(facts: &Facts) -> Option<i64> {
    let timeline = &facts.timeline;
    timeline.unreliable.as_ref().filter(|why| why.contains("damaged"))?;
    let (usual, _) = timeline.distances.iter().copied().max_by_key(|(_, count)| *count)?;
    let is_usual = |distance: i64| (distance - usual).abs() <= (usual / 8).max(1);
    let alike: u32 =
        timeline.distances.iter().filter(|(ticks, _)| is_usual(*ticks)).map(|(_, count)| count).sum();
    (usual > 0 && f64::from(alike) >= STEADY_PART * f64::from(timeline.frame_count.saturating_sub(1)))
        .then_some(usual)
}

/// Frames that there should be: as the packets or the container say, whichever is more.
fn claimed_frames(facts: &Facts, usual_ticks: Option<i64>) -> f64 {
    let timeline = &facts.timeline;
    let held = f64::from(timeline.frame_count);
    let by_length = match usual_ticks {
        Some(usual) => claimed_secs(facts) / timeline.secs(usual),
        None => held * claimed_secs(facts) / timeline.duration_secs().max(1e-3),
    };
    held.max(by_length)
}

/// Seconds of film that the container claims; what the packets hold when it does not say or says nonsense.
fn claimed_secs(facts: &Facts) -> f64 {
    let claimed = facts.video().and_then(|video| video.duration_secs).or(facts.media.duration_secs);
    claimed.filter(|secs| secs.is_finite() && *secs > 0.0).unwrap_or(0.0).max(facts.timeline.duration_secs())
}

/// Reads ffprobe's lines: a frame, then what was said while it was decoded.
struct Decoded {
    demuxer: String,
    line: Vec<u8>,
    frames: BTreeMap<i64, bool>,
    now: Option<i64>,
}

impl Decoded {
    fn new(demuxer: &str) -> Self {
        Self { demuxer: format!("context={demuxer}|"), line: Vec::new(), frames: BTreeMap::new(), now: None }
    }

    fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if byte == b'\n' {
                let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
                self.take(&line);
            } else if self.line.len() < LINE_BYTES_MAX {
                self.line.push(byte);
            }
        }
    }

    fn take(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("frame|best_effort_timestamp=") {
            let digits = rest.split('|').next().unwrap_or_default();
            self.now = digits.parse().ok();
            if let Some(ticks) = self.now {
                self.frames.insert(ticks, false);
            }
        }
        // The demuxer's complaints are about the file, not about this frame.
        let complains = line.contains("log|context=") && !line.contains(&self.demuxer);
        if let Some(errs) = self.now.filter(|_| complains).and_then(|ticks| self.frames.get_mut(&ticks)) {
            *errs = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_from_what_was_said_about_them() {
        let mut decoded = Decoded::new("matroska,webm");
        decoded.feed(
            b"frame|best_effort_timestamp=0|\nframe|best_effort_timestamp=33|log|context=h264|level=16|\n",
        );
        decoded.feed(b"log|context=h264|level=16|message=again\nframe|best_effort_timestamp=67|\n");
        decoded
            .feed(b"frame|best_effort_timestamp=100|log|context=matroska,webm|level=16|message=File ended\n");
        assert_eq!(decoded.frames, BTreeMap::from([(0, false), (33, true), (67, false), (100, false)]));
    }
}
