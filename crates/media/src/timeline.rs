//! When each frame of the source is shown: the frame table, small enough to be kept beside the job.

use crate::frame_table::FrameTable;
use reel_types::time::Rational;
use serde::{Deserialize, Serialize};

/// The frames of the source by time. A constant rate takes a few bytes however long the film is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Timeline {
    /// Seconds per tick of the source's time stamps.
    pub tick: Rational,
    /// Time of the first frame.
    pub first_ticks: i64,
    /// How many frames are shown.
    pub frame_count: u32,
    /// Distances from frame to frame, run-length coded: (ticks, how often).
    pub distances: Vec<(i64, u32)>,
    /// How long the last frame is shown.
    pub last_duration_ticks: i64,
    /// Indices of the frames at which decoding may begin.
    pub keys: Vec<u32>,
    /// Why the table may differ from what a decoder shows.
    pub unreliable: Option<String>,
}

impl Timeline {
    /// From the frame table of the source.
    pub fn from_table(table: &FrameTable) -> Self {
        let pts: Vec<i64> = table.frames.iter().map(|frame| frame.pts).collect();
        let last_duration = table.duration_ticks() - (pts.last().unwrap_or(&0) - pts.first().unwrap_or(&0));
        Self {
            keys: table.key_indices().map(|index| index as u32).collect(),
            unreliable: table.unreliable.as_ref().map(ToString::to_string),
            ..Self::from_pts(table.time_base, &pts, last_duration)
        }
    }

    /// From bare time stamps in rising order; no key frames.
    pub fn from_pts(tick: Rational, pts: &[i64], last_duration_ticks: i64) -> Self {
        let mut distances: Vec<(i64, u32)> = Vec::new();
        for pair in pts.windows(2) {
            let distance = pair[1] - pair[0];
            match distances.last_mut() {
                Some((same, count)) if *same == distance => *count += 1,
                _ => distances.push((distance, 1)),
            }
        }
        Self {
            tick,
            first_ticks: pts.first().copied().unwrap_or(0),
            frame_count: pts.len() as u32,
            distances,
            last_duration_ticks,
            keys: Vec::new(),
            unreliable: None,
        }
    }

    /// The time stamps, one a frame.
    pub fn pts(&self) -> Vec<i64> {
        let mut pts = Vec::with_capacity(self.frame_count as usize);
        let mut now = self.first_ticks;
        if self.frame_count > 0 {
            pts.push(now);
        }
        for &(distance, count) in &self.distances {
            for _ in 0..count {
                now = now.saturating_add(distance);
                pts.push(now);
            }
        }
        pts
    }

    /// From the first frame to the end of the last, in seconds.
    pub fn duration_secs(&self) -> f64 {
        let between: i64 = self.distances.iter().map(|(distance, count)| distance * i64::from(*count)).sum();
        self.secs(between + self.last_duration_ticks)
    }

    /// Ticks as seconds.
    pub fn secs(&self, ticks: i64) -> f64 {
        ticks as f64 * self.tick.as_f64()
    }

    /// Whether each frame can be asked for by its time.
    pub fn is_reliable(&self) -> bool {
        self.unreliable.is_none()
            && self.frame_count > 0
            && self.distances.iter().all(|(distance, _)| *distance > 0)
    }

    /// The last key frame at or before frame `index`.
    pub fn key_at_or_before(&self, index: u32) -> Option<u32> {
        let after = self.keys.partition_point(|key| *key <= index);
        after.checked_sub(1).map(|at| self.keys[at])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tick() -> Rational {
        Rational::new(1, 90_000).unwrap()
    }

    #[test]
    fn a_constant_rate_takes_one_run() {
        let pts: Vec<i64> = (0..100_000).map(|n| 126_000 + n * 3_003).collect();
        let timeline = Timeline::from_pts(tick(), &pts, 3_003);
        assert_eq!(timeline.distances, [(3_003, 99_999)]);
        assert!((timeline.duration_secs() - 3_336.666_666).abs() < 1e-3);
    }

    #[test]
    fn the_key_before_a_frame_is_found() {
        let mut timeline = Timeline::from_pts(tick(), &[0, 1, 2, 3, 4], 1);
        assert_eq!(timeline.key_at_or_before(3), None);
        timeline.keys = vec![0, 3];
        assert_eq!(
            [0, 2, 3, 4].map(|index| timeline.key_at_or_before(index)),
            [Some(0), Some(0), Some(3), Some(3)]
        );
    }

    proptest! {
        #[test]
        fn time_stamps_survive_the_way_through_runs(start in -1_000_i64..1_000, steps in prop::collection::vec(1_i64..5, 0..200)) {
            let mut pts = vec![start];
            for step in steps {
                pts.push(pts[pts.len() - 1] + step);
            }
            prop_assert_eq!(Timeline::from_pts(tick(), &pts, 1).pts(), pts);
        }
    }
}
