//! A frame at a glance: where a scene ends, and where something moves.

use serde::{Deserialize, Serialize};

use super::Rect;
use crate::picture::Picture;

const COLUMNS: usize = 32;
const ROWS: usize = 18;
/// Rows of luma that are looked at in each cell: enough to average noise away.
const LOOKS: usize = 4;
const BINS: usize = 16;
/// Mean difference of cells, in steps of luma, above which no camera moves so fast.
const DIFFERENCE_MAX: f32 = 48.0;
/// From here on it is a cut when the shares of bright and dark have changed as well.
const DIFFERENCE_MIN: f32 = 14.0;
/// The share of cells that must have gone to other brightnesses.
const SPREAD_MIN: f32 = 0.35;
/// What moves differs by more than this in a cell, and by more than twice the mean of all.
const MOTION_MIN: f32 = 3.0;
/// How many times more than the frame before: what shakes all the time is not cut all the time.
const JUMP_MIN: f32 = 2.5;

/// A frame as mean lumas of a few cells.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Glance {
    cells: Vec<u8>,
    /// Mean difference from the frame before it.
    difference: f32,
}

impl Glance {
    /// Looks at a picture.
    pub fn of(picture: &Picture) -> Self {
        let (width, height) = (picture.width(), picture.height());
        let mut cells = Vec::with_capacity(COLUMNS * ROWS);
        for row in 0..ROWS {
            for column in 0..COLUMNS {
                let (left, right) = (column * width / COLUMNS, ((column + 1) * width / COLUMNS).min(width));
                let right = right.max(left + 1).min(width);
                let (mut sum, mut count) = (0u32, 0u32);
                for look in 0..LOOKS {
                    let at = ((row * LOOKS + look) * height / (ROWS * LOOKS)) * width;
                    for sample in picture.luma().get(at + left..at + right).unwrap_or_default() {
                        sum += u32::from(*sample);
                        count += 1;
                    }
                }
                cells.push((sum / count.max(1)) as u8);
            }
        }
        Self { cells, difference: 0.0 }
    }

    /// Whether a new scene begins with this frame, after that one; keeps what the next comparison needs.
    pub fn is_cut_after(&mut self, before: &Self) -> bool {
        let pairs = || self.cells.iter().zip(&before.cells);
        let sum: u32 = pairs().map(|(one, other)| u32::from(one.abs_diff(*other))).sum();
        self.difference = sum as f32 / self.cells.len().max(1) as f32;
        let is_jump = self.difference > before.difference * JUMP_MIN + 4.0;
        is_jump
            && (self.difference > DIFFERENCE_MAX
                || (self.difference > DIFFERENCE_MIN && self.spread(before) > SPREAD_MIN))
    }

    /// The cell that differs most from the frame before, of those that are not within `known`: its middle in a frame of this size. `None`
    /// where hardly anything moves, or everything does.
    pub fn motion_after(&self, before: &Self, frame: &Rect, known: &[Rect]) -> Option<(f32, f32)> {
        let middle = |index: usize| {
            let (column, row) = ((index % COLUMNS) as f32 + 0.5, (index / COLUMNS) as f32 + 0.5);
            (column * frame.width() as f32 / COLUMNS as f32, row * frame.height() as f32 / ROWS as f32)
        };
        let is_known = |(x, y): (f32, f32)| {
            let holds = |rect: &Rect| {
                (rect.left as f32..rect.right as f32).contains(&x)
                    && (rect.top as f32..rect.bottom as f32).contains(&y)
            };
            known.iter().any(holds)
        };
        let cells = self.cells.iter().zip(&before.cells).enumerate();
        cells
            .map(|(index, (one, other))| (one.abs_diff(*other), middle(index)))
            .filter(|(difference, middle)| {
                f32::from(*difference) > MOTION_MIN + 2.0 * self.difference && !is_known(*middle)
            })
            .max_by_key(|(difference, _)| *difference)
            .map(|(_, middle)| middle)
    }

    /// The share of cells that went to other brightnesses, 0 to 1.
    fn spread(&self, before: &Self) -> f32 {
        let bins = |cells: &[u8]| {
            let mut bins = [0i32; BINS];
            cells.iter().for_each(|cell| bins[usize::from(*cell) * BINS / 256] += 1);
            bins
        };
        let moved: i32 =
            bins(&self.cells).iter().zip(bins(&before.cells)).map(|(one, other)| (one - other).abs()).sum();
        moved as f32 / (2 * self.cells.len().max(1)) as f32
    }
}
