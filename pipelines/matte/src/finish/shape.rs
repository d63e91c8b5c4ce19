//! What a user may want of a matte: thinner, softer, harder.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::grid::{dilated, eroded};

/// Changes to a matte, in this order: levels, erode, feather.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Controls {
    /// Alphas, 0 to 1, that become 0 and 1; what lies between is stretched.
    pub levels: (f32, f32),
    /// Pixels taken off each edge; negative ones are added.
    pub erode_pixels: i32,
    /// Pixels over which each edge is softened.
    pub feather_pixels: u32,
}

impl Default for Controls {
    fn default() -> Self {
        Self { levels: (0.0, 1.0), erode_pixels: 0, feather_pixels: 0 }
    }
}

/// More pixels than this are taken for so many.
const REACH_MAX: usize = 64;

pub(super) fn shape(alpha: &mut Vec<u8>, width: usize, controls: &Controls) {
    let (low, high) = controls.levels;
    if low > 0.0 || high < 1.0 {
        let table: [u8; 256] = std::array::from_fn(|value| {
            let share = (value as f32 / 255.0 - low) / (high - low).max(1.0 / 255.0);
            (share.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
        });
        alpha.iter_mut().for_each(|value| *value = table[usize::from(*value)]);
    }
    let reach = (controls.erode_pixels.unsigned_abs() as usize).min(REACH_MAX);
    match controls.erode_pixels {
        0 => {}
        1.. => *alpha = eroded(alpha, width, reach),
        _ => *alpha = dilated(alpha, width, reach),
    }
    let reach = (controls.feather_pixels as usize).min(REACH_MAX);
    if reach > 0 && width > 0 {
        // Two means over half of the reach are near to a bell.
        let half = reach.div_ceil(2);
        *alpha = averaged(&averaged(alpha, width, half), width, half);
    }
}

/// Mean over the square of `reach` around each pixel; beyond the border the border goes on.
fn averaged(plane: &[u8], width: usize, reach: usize) -> Vec<u8> {
    let height = plane.len() / width;
    let side = 2 * reach as u32 + 1;
    let mut across = vec![0u32; plane.len()];
    for (row, out) in plane.chunks_exact(width).zip(across.chunks_exact_mut(width)) {
        let at = |column: isize| u32::from(row[column.clamp(0, width as isize - 1) as usize]);
        let mut sum: u32 = (0..side as isize).map(|step| at(step - reach as isize)).sum();
        for (column, out) in out.iter_mut().enumerate() {
            *out = sum;
            let column = column as isize;
            sum = sum + at(column + reach as isize + 1) - at(column - reach as isize);
        }
    }
    let row = |index: isize| {
        let index = index.clamp(0, height as isize - 1) as usize;
        &across[index * width..(index + 1) * width]
    };
    let mut sums = vec![0u32; width];
    for step in 0..side as isize {
        sums.iter_mut().zip(row(step - reach as isize)).for_each(|(sum, value)| *sum += value);
    }
    let mut out = vec![0; plane.len()];
    for (index, out) in out.chunks_exact_mut(width).enumerate() {
        let index = index as isize;
        let (enters, leaves) = (row(index + reach as isize + 1), row(index - reach as isize));
        for ((out, sum), (enters, leaves)) in out.iter_mut().zip(&mut sums).zip(enters.iter().zip(leaves)) {
            *out = ((*sum + side * side / 2) / (side * side)) as u8;
            *sum = *sum + enters - leaves;
        }
    }
    out
}
