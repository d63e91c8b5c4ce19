//! Masks that do not flicker: an average over time where the picture stands still.

use serde::{Deserialize, Serialize};

use super::blobs::{Mask, carried};
use super::{AREA, Rect, SIDE, Sample};

/// How much of a new mask counts where nothing moves.
const STILL_RATE: f32 = 0.25;
/// Cells on each side over which a difference of luma is averaged.
const REACH: usize = 2;
/// A difference that is nothing but noise, at most, in steps of luma.
const NOISE_MAX: f32 = 4.0;

/// The last mask of a figure, and the luma below it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct History {
    view: Rect,
    mask: Mask,
    luma: Vec<u8>,
}

/// Averages a mask with the one before where luma is the same, and keeps both for the next.
pub(super) fn steadied(mask: Mask, sample: &Sample, view: &Rect, before: Option<&History>) -> History {
    let mask = match before {
        Some(before) if before.mask.len() == AREA && before.luma.len() == AREA => {
            averaged(mask, sample, view, before)
        }
        _ => mask,
    };
    History { view: *view, mask, luma: sample.luma.clone() }
}

impl History {
    /// The mask as bytes.
    pub(super) fn mask_bytes(&self) -> Vec<u8> {
        self.mask.iter().map(|cell| ((u32::from(*cell) * 255 + 32767) / 65535) as u8).collect()
    }
}

fn averaged(mask: Mask, sample: &Sample, view: &Rect, before: &History) -> Mask {
    let is_same_view = before.view == *view;
    let (old_mask, old_luma): (Vec<Option<u16>>, Vec<u8>) = if is_same_view {
        (before.mask.iter().copied().map(Some).collect(), before.luma.clone())
    } else {
        let luma: Mask = before.luma.iter().map(|luma| u16::from(*luma) << 8).collect();
        let luma = carried(&luma, &before.view, view);
        let luma = luma.into_iter().map(|luma| (luma.unwrap_or_default() >> 8) as u8).collect();
        (carried(&before.mask, &before.view, view), luma)
    };
    let differences = local_differences(&sample.luma, &old_luma);
    let noise = median(&differences).min(NOISE_MAX);
    mask.into_iter()
        .zip(old_mask)
        .zip(differences)
        .map(|((new, old), difference)| {
            let Some(old) = old else { return new };
            let motion = ((difference - 2.0 * noise - 1.5) / (2.0 * noise + 4.0)).clamp(0.0, 1.0);
            let rate = STILL_RATE + (1.0 - STILL_RATE) * motion;
            (f32::from(old) + (f32::from(new) - f32::from(old)) * rate + 0.5) as u16
        })
        .collect()
}

/// Mean absolute difference of luma around each cell.
fn local_differences(one: &[u8], other: &[u8]) -> Vec<f32> {
    let differences: Vec<u16> =
        one.iter().zip(other).map(|(one, other)| u16::from(one.abs_diff(*other))).collect();
    let mut across = vec![0u16; AREA];
    for (row, out) in differences.chunks_exact(SIDE).zip(across.chunks_exact_mut(SIDE)) {
        for (column, out) in out.iter_mut().enumerate() {
            let range = column.saturating_sub(REACH)..(column + REACH + 1).min(SIDE);
            *out = row[range.clone()].iter().sum::<u16>() * 4 / range.len() as u16;
        }
    }
    let mut out = vec![0.0f32; AREA];
    for (row, out) in out.chunks_exact_mut(SIDE).enumerate() {
        let range = row.saturating_sub(REACH)..(row + REACH + 1).min(SIDE);
        let scale = 1.0 / (4.0 * range.len() as f32);
        for near in range {
            for (sum, value) in out.iter_mut().zip(&across[near * SIDE..(near + 1) * SIDE]) {
                *sum += f32::from(*value) * scale;
            }
        }
    }
    out
}

/// To a quarter of a step.
fn median(values: &[f32]) -> f32 {
    let mut bins = [0usize; 256];
    for value in values {
        bins[((value * 4.0) as usize).min(255)] += 1;
    }
    let mut count = 0;
    let bin = bins.iter().position(|bin| {
        count += bin;
        count * 2 >= values.len()
    });
    bin.unwrap_or(0) as f32 / 4.0
}
