//! From pixels to the strength of each wave in each cell.

use super::pattern::{MIDDLE, Patterns, WAVE_BITS};

/// Adds to `sums[pattern][cell]` how strong each wave stands in each cell, in luma steps.
pub(super) fn measure(
    luma: &[u8],
    width: usize,
    cells: &[(u32, u32)],
    patterns: &Patterns,
    sums: &mut [Vec<f32>],
) {
    let side = patterns.cell_px;
    let scale = 1.0 / ((side * side) as f32 * (1 << WAVE_BITS) as f32);
    let mut pixels = vec![0i16; side * side];
    for (index, (x, y)) in cells.iter().enumerate() {
        let start = *y as usize * width + *x as usize;
        let rows = luma.get(start..).unwrap_or_default().chunks(width);
        for (row, to) in rows.zip(pixels.chunks_mut(side)) {
            for (pixel, to) in row.iter().zip(to) {
                *to = i16::from(*pixel) - MIDDLE as i16;
            }
        }
        for (wave, sums) in patterns.waves.iter().zip(sums.iter_mut()) {
            let product: i32 =
                pixels.iter().zip(wave).map(|(pixel, sample)| i32::from(*pixel) * i32::from(*sample)).sum();
            if let Some(sum) = sums.get_mut(index) {
                *sum += product as f32 * scale;
            }
        }
    }
}
