//! The inverse cosine transform of one block.

use std::f32::consts::PI;
use std::sync::LazyLock;

/// By index and sample: the wave.
static WAVES: LazyLock<[[f32; 8]; 8]> = LazyLock::new(|| {
    std::array::from_fn(|index| {
        std::array::from_fn(|sample| {
            let norm = if index == 0 { 0.125f32.sqrt() } else { 0.5 };
            norm * ((2 * sample + 1) as f32 * index as f32 * PI / 16.0).cos()
        })
    })
});

/// From coefficients in steps of 1, row by row, to samples of 0 to 255. `last` is the highest index that is not zero,
/// across and down.
pub(super) fn inverse(coefficients: &[f32; 64], last: usize) -> [u8; 64] {
    let waves = &*WAVES;
    if last == 0 {
        let level = coefficients[0] * waves[0][0] * waves[0][0] + 128.5;
        return [level as u8; 64];
    }
    let mut rows = [[0.0f32; 8]; 8];
    for (row, line) in rows.iter_mut().zip(coefficients.as_chunks::<8>().0).take(last + 1) {
        for (value, wave) in line.iter().zip(waves).take(last + 1) {
            row.iter_mut().zip(wave).for_each(|(sample, wave)| *sample += value * wave);
        }
    }
    let mut out = [0; 64];
    for (y, line) in out.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        let mut sums = [128.5f32; 8];
        for (row, wave) in rows.iter().zip(waves).take(last + 1) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value * wave[y]);
        }
        // `as` saturates.
        line.iter_mut().zip(sums).for_each(|(sample, sum)| *sample = sum as u8);
    }
    out
}
