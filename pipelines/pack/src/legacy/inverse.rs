//! The inverse cosine transform of one block.

use std::f32::consts::PI;
use std::sync::LazyLock;

/// By sample and index: the wave.
static WAVES: LazyLock<[[f32; 8]; 8]> = LazyLock::new(|| {
    std::array::from_fn(|sample| {
        std::array::from_fn(|index| {
            let norm = if index == 0 { 0.125f32.sqrt() } else { 0.5 };
            norm * ((2 * sample + 1) as f32 * index as f32 * PI / 16.0).cos()
        })
    })
});

/// From coefficients in steps of 1, row by row, to samples of 0 to 255. `last` is the highest index that is not zero,
/// across and down.
pub(super) fn inverse(coefficients: &[f32; 64], last: usize) -> [u8; 64] {
    let waves = &*WAVES;
    let mut rows = [[0.0f32; 8]; 8];
    for (row, line) in rows.iter_mut().zip(coefficients.as_chunks::<8>().0).take(last + 1) {
        for (index, value) in line.iter().enumerate().take(last + 1) {
            for (sample, wave) in row.iter_mut().zip(waves) {
                *sample += value * wave[index];
            }
        }
    }
    let mut out = [0; 64];
    for (line, waves) in out.as_chunks_mut::<8>().0.iter_mut().zip(waves) {
        let mut sums = [128.5f32; 8];
        for (row, wave) in rows.iter().zip(waves).take(last + 1) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value * wave);
        }
        // `as` saturates.
        line.iter_mut().zip(sums).for_each(|(sample, sum)| *sample = sum as u8);
    }
    out
}
