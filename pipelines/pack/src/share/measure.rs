//! From pixels to the strength of each wave in each cell.

use reel_kernels::{MeasureWaves, WAVE_BITS};

/// Adds to `sums[pattern][cell]` how strong each wave stands in each cell of `cell_px`² pixels, in luma steps.
pub(super) fn measure(measuring: &MeasureWaves, luma: &[u8], cell_px: usize, sums: &mut [Vec<f32>]) {
    let scale = 1.0 / ((cell_px * cell_px) as f32 * (1 << WAVE_BITS) as f32);
    let products = measuring.measure(luma);
    let cell_count = sums.first().map_or(0, Vec::len).max(1);
    for (sums, products) in sums.iter_mut().zip(products.chunks(cell_count)) {
        for (sum, product) in sums.iter_mut().zip(products) {
            *sum += *product as f32 * scale;
        }
    }
}
