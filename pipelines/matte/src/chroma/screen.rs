//! The colour of the screen, told or found along the border of the picture.

use super::planes::Planes;

/// Y, Cb, Cr of the screen where it is lit as most of it is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Screen {
    pub(super) luma: f32,
    pub(super) cb: f32,
    pub(super) cr: f32,
}

/// A grey of so little colour is no screen.
const COLOUR_MIN: f32 = 18.0;
/// Cells of the histogram are so wide.
const CELL: usize = 4;
const CELLS: usize = 256 / CELL;
/// The share of the picture's height and width that counts as border.
const BORDER: usize = 16;
/// The cosine of the angle within which a colour may be the screen that was told.
const NEAR_COSINE: f32 = 0.94;

impl Screen {
    /// The colour as it was told.
    pub(crate) fn told([luma, cb, cr]: [u8; 3]) -> Self {
        Self { luma: luma.into(), cb: f32::from(cb) - 128.0, cr: f32::from(cr) - 128.0 }
    }

    /// For those who go on from it.
    pub(crate) fn to_bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        let values = [self.luma, self.cb, self.cr].map(f32::to_le_bytes);
        bytes.copy_from_slice(values.as_flattened());
        bytes
    }

    /// The same back; a value that is none counts as 0.
    pub(crate) fn from_bytes(bytes: [u8; 12]) -> Self {
        let (values, _) = bytes.as_chunks();
        let value = |index: usize| values.get(index).map_or(0.0, |value| f32::from_le_bytes(*value));
        let finite = |value: f32| if value.is_finite() { value.clamp(-256.0, 256.0) } else { 0.0 };
        Self { luma: finite(value(0)), cb: finite(value(1)), cr: finite(value(2)) }
    }

    /// How much colour it has, in steps.
    pub(super) fn strength(self) -> f32 {
        self.cb.hypot(self.cr)
    }

    /// The most frequent colour along the left, upper and right border; `near` keeps it to that hue. The lower border is where people
    /// stand. Nothing where there is no such colour.
    pub(super) fn find(planes: &Planes<'_>, near: Option<Self>) -> Option<Self> {
        let mut counts = vec![0_u32; CELLS * CELLS];
        let cell = |cb: u8, cr: u8| usize::from(cb) / CELL * CELLS + usize::from(cr) / CELL;
        let fits = |cb: u8, cr: u8| {
            let (cb, cr) = (f32::from(cb) - 128.0, f32::from(cr) - 128.0);
            let strength = cb.hypot(cr);
            // Screens are green or blue; red is skin.
            let is_screen = near.is_some() || cr < 0.25 * strength;
            let is_near = near
                .is_none_or(|near| cb * near.cb + cr * near.cr > NEAR_COSINE * strength * near.strength());
            strength >= COLOUR_MIN && is_screen && is_near
        };
        border(planes, near.is_some(), |_, cb, cr| {
            if fits(cb, cr) {
                counts[cell(cb, cr)] += 1;
            }
        });
        // A screen's colour lies across cells: the best three by three.
        let around = |at: usize| {
            let (row, column) = (at / CELLS, at % CELLS);
            let rows = row.saturating_sub(1)..(row + 2).min(CELLS);
            let columns = column.saturating_sub(1)..(column + 2).min(CELLS);
            rows.map(|row| counts[row * CELLS..][columns.clone()].iter().sum::<u32>()).sum::<u32>()
        };
        let (best, count) = (0..counts.len()).map(|at| (at, around(at))).max_by_key(|(_, count)| *count)?;
        if count < 16 {
            return None;
        }
        let mut sums = [0.0_f64; 4];
        border(planes, near.is_some(), |luma, cb, cr| {
            let far = |a: usize, b: usize| a.abs_diff(b) > 1;
            let (row, column) = (usize::from(cb) / CELL, usize::from(cr) / CELL);
            if !far(row, best / CELLS) && !far(column, best % CELLS) {
                let sample = [1.0, luma.into(), f64::from(cb) - 128.0, f64::from(cr) - 128.0];
                sums.iter_mut().zip(sample).for_each(|(sum, value)| *sum += value);
            }
        });
        let [count, luma, cb, cr] = sums;
        let mean = |sum: f64| (sum / count) as f32;
        (count > 0.0).then(|| Self { luma: mean(luma), cb: mean(cb), cr: mean(cr) })
    }
}

/// Every place of the border, or of the whole picture.
fn border(planes: &Planes<'_>, whole: bool, mut each: impl FnMut(u8, u8, u8)) {
    let (width, height) = (planes.width, planes.height);
    let (across, down) =
        if whole { (width, height) } else { (width.div_ceil(BORDER), height.div_ceil(BORDER)) };
    for y in 0..height {
        let row = y * width..(y + 1) * width;
        let places = planes.luma[row.clone()].iter().zip(&planes.cb[row.clone()]).zip(&planes.cr[row]);
        for (x, ((luma, cb), cr)) in places.enumerate() {
            if y < down || x < across || x + across >= width {
                each(*luma, *cb, *cr);
            }
        }
    }
}
