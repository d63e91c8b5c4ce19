//! Masks that do not flicker: an average over time where the picture stands still.

use serde::{Deserialize, Serialize};

use super::blobs::{Mask, carried};
use super::{AREA, Rect, SIDE, Sample, packed};

/// How much of a new mask counts where nothing moves.
const STILL_RATE: f32 = 0.25;
/// Cells on each side over which differences are averaged.
const REACH: usize = 2;
/// A difference that is nothing but noise, at most, in steps of luma and of both colours.
const NOISE_MAX: f32 = 5.0;

/// The last mask of a figure, and the colours below it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct History {
    view: Rect,
    #[serde(with = "packed::words")]
    mask: Mask,
    /// Luma, Cb and Cr of what the mask was of.
    #[serde(with = "packed::colours")]
    colours: [Vec<u8>; 3],
}

/// Averages a mask with the one before where the colours are the same, and keeps both for the next.
pub(super) fn steadied(mask: Mask, sample: &Sample, view: &Rect, before: Option<&History>) -> History {
    let colours = [sample.luma.clone(), sample.cb.clone(), sample.cr.clone()];
    let mask = match before {
        Some(before) if before.is_whole() => averaged(mask, &colours, view, before),
        _ => mask,
    };
    History { view: *view, mask, colours }
}

impl History {
    /// Whether it is what this program wrote.
    fn is_whole(&self) -> bool {
        self.mask.len() == AREA && self.colours.iter().all(|plane| plane.len() == AREA)
    }

    /// The mask as bytes.
    pub(super) fn mask_bytes(&self) -> Vec<u8> {
        self.mask.iter().map(|cell| ((u32::from(*cell) * 255 + 32767) / 65535) as u8).collect()
    }
}

fn averaged(mask: Mask, colours: &[Vec<u8>; 3], view: &Rect, before: &History) -> Mask {
    let old_mask = carried(&before.mask, &before.view, view);
    let mut differences = vec![0u16; AREA];
    for (new, old) in colours.iter().zip(&before.colours) {
        if before.view == *view {
            add_differences(&mut differences, new, old.iter().copied());
        } else {
            let old: Mask = old.iter().map(|value| u16::from(*value) << 8).collect();
            let old = carried(&old, &before.view, view);
            add_differences(
                &mut differences,
                new,
                old.into_iter().map(|old| (old.unwrap_or_default() >> 8) as u8),
            );
        }
    }
    let differences = local_means(&differences);
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

fn add_differences(sums: &mut [u16], one: &[u8], other: impl Iterator<Item = u8>) {
    for ((sum, one), other) in sums.iter_mut().zip(one).zip(other) {
        *sum += u16::from(one.abs_diff(other));
    }
}

/// Mean around each cell.
fn local_means(differences: &[u16]) -> Vec<f32> {
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
