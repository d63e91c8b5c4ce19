//! What became of a range of blocks.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::accelerator::DeviceTold;

/// What became of a range of blocks.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// Blocks that could not be had.
    pub(crate) holes: Vec<Hole>,
    /// Frames that were not ours, or damaged beyond reading.
    pub(crate) bad_frames: u64,
    /// Frames that were read.
    pub(crate) good_frames: u64,
    /// Symbols whose checksum did not hold, or that were announced and not there.
    pub(crate) bad_symbols: u64,
    /// Repair symbols that were needed.
    pub(crate) repair_used: u64,
    /// The smallest part of its repair that a block could still have lost, 0 to 1; nothing without repair symbols.
    pub(crate) margin: Option<f64>,
    /// SHA-256 (hex) of all that was written, where it was written from its beginning to its end.
    #[serde(default)]
    pub(crate) sha256: Option<String>,
    /// What measured cells, where there were any.
    #[serde(default)]
    pub(crate) device: Option<DeviceTold>,
}

/// Blocks behind one another that could not be had.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Hole {
    /// The first of them.
    pub(crate) first_block: u32,
    /// How many.
    pub(crate) block_count: u32,
}

impl Outcome {
    /// Notes the blocks of `range` that are not in `done`.
    pub(super) fn missing(&mut self, range: Range<u32>, done: &BTreeSet<u32>) {
        let mut next = range.start;
        for there in done.range(range.clone()).copied().chain([range.end]) {
            if there > next {
                self.holes.push(Hole { first_block: next, block_count: there - next });
            }
            next = there.saturating_add(1);
        }
    }

    /// Both together, the earlier range first.
    pub(crate) fn and(mut self, other: &Self) -> Self {
        for hole in &other.holes {
            match self.holes.last_mut() {
                Some(last) if last.first_block + last.block_count == hole.first_block => {
                    last.block_count += hole.block_count;
                }
                _ => self.holes.push(*hole),
            }
        }
        self.bad_frames += other.bad_frames;
        self.good_frames += other.good_frames;
        self.bad_symbols += other.bad_symbols;
        self.repair_used += other.repair_used;
        self.device = match (self.device, &other.device) {
            (Some(one), Some(two)) => Some(one.and(two)),
            (one, two) => one.or_else(|| two.clone()),
        };
        self.margin = [self.margin, other.margin].into_iter().flatten().reduce(f64::min);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_what_lies_between() {
        let hole = |first_block, block_count| Hole { first_block, block_count };
        let mut outcome = Outcome::default();
        outcome.missing(2..10, &BTreeSet::from([0, 3, 4, 8, 40]));
        assert_eq!(outcome.holes, [hole(2, 1), hole(5, 3), hole(9, 1)]);
        let mut next = Outcome::default();
        next.missing(10..12, &BTreeSet::new());
        assert_eq!(outcome.and(&next).holes, [hole(2, 1), hole(5, 3), hole(9, 3)]);
        let mut all = Outcome::default();
        all.missing(0..u32::MAX, &BTreeSet::new());
        assert_eq!(all.holes, [hole(0, u32::MAX)]);
    }
}
