//! The waves that a cell is made of, and the levels that scale them.

use std::sync::Arc;

use reel_kernels::{STEP_BITS, STEPS, WAVE_BITS, WaveGrid};

use super::layout::Layout;

/// Fraction bits of a level.
pub(super) const LEVEL_BITS: u32 = STEP_BITS;

/// Half waves across and down of each pattern: the lowest first, as the transforms of codecs order them.
#[rustfmt::skip]
const ORDER: [(u32, u32); 21] = [
    (0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1), (0, 3), (3, 0), (2, 2), (1, 3), (3, 1), (0, 4), (4, 0),
    (2, 3), (3, 2), (1, 4), (4, 1), (0, 5), (5, 0),
];

/// The patterns of a layout's cells.
#[derive(Debug)]
pub(super) struct Patterns {
    pub(super) cell_px: usize,
    /// One after the other: `cell_px`² samples, row by row, root mean square 1.
    pub(super) waves: Vec<Vec<i16>>,
    /// For each pattern, the level of each value, the lowest first, in 1 / 2^LEVEL_BITS of a luma step.
    pub(super) levels: Vec<Vec<i32>>,
}

impl Patterns {
    pub(super) fn new(layout: &Layout) -> Self {
        let count = usize::from(layout.patterns).clamp(1, ORDER.len());
        let cell_px = layout.cell_px.max(1) as usize;
        let waves = ORDER.iter().take(count).map(|(across, down)| wave(cell_px, *across, *down)).collect();
        let levels = (0..count).map(|_| levels(layout.level_bits, amplitude(count))).collect();
        Self { cell_px, waves, levels }
    }

    /// Where these patterns stand in a layout's pictures; `None` when a cell is not whole.
    pub(super) fn grid(&self, layout: &Layout, cells: &[(u32, u32)]) -> Option<Arc<WaveGrid>> {
        // No value stands for what lies beyond the highest level.
        let step = |levels: &[i32], index: usize| levels.get(index).copied().unwrap_or(0) as i16;
        let steps: Vec<[i16; STEPS]> =
            self.levels.iter().map(|levels| std::array::from_fn(|index| step(levels, index))).collect();
        let size = (layout.width, layout.height);
        WaveGrid::new(size, self.cell_px as u32, &self.waves, &steps, cells.to_vec()).map(Arc::new)
    }
}

/// How far a pattern's levels reach from the middle, in luma steps. Many patterns share the same range.
fn amplitude(count: usize) -> f64 {
    match count {
        1 => 60.0,
        2 | 3 => 20.0,
        4..=6 => 16.0,
        7..=10 => 13.0,
        11..=15 => 11.0,
        _ => 9.0,
    }
}

fn wave(cell_px: usize, across: u32, down: u32) -> Vec<i16> {
    let sample = |waves: u32, index: usize| {
        let scale = if waves == 0 { 1.0 } else { std::f64::consts::SQRT_2 };
        scale * ((index as f64 + 0.5) * f64::from(waves) * std::f64::consts::PI / cell_px as f64).cos()
    };
    let unit = f64::from(1 << WAVE_BITS);
    let row =
        |y: usize| (0..cell_px).map(move |x| (sample(down, y) * sample(across, x) * unit).round() as i16);
    (0..cell_px).flat_map(row).collect()
}

fn levels(level_bits: u8, amplitude: f64) -> Vec<i32> {
    let count = 1i32 << level_bits.clamp(1, 4);
    let level = |index: i32| f64::from(2 * index - (count - 1)) / f64::from(count - 1) * amplitude;
    (0..count).map(|index| (level(index) * f64::from(1 << LEVEL_BITS)).round() as i32).collect()
}

/// The place among the levels of a value whose bits are `bits`: neighbours differ in one bit.
pub(super) fn level_from_bits(bits: usize) -> usize {
    let mut level = bits;
    let mut shift = bits >> 1;
    while shift != 0 {
        level ^= shift;
        shift >>= 1;
    }
    level
}

/// The bits of a place among the levels.
pub(super) fn bits_from_level(level: usize) -> usize {
    level ^ level >> 1
}

#[cfg(test)]
mod tests {
    use super::{Patterns, WAVE_BITS, bits_from_level, level_from_bits};
    use crate::share::{Layout, Target};

    #[test]
    fn no_wave_leaks_into_another() {
        let layout = Layout { patterns: 21, ..Layout::for_target(Target::Hd720At2M) };
        let patterns = Patterns::new(&layout);
        for (first, a) in patterns.waves.iter().enumerate() {
            for (second, b) in patterns.waves.iter().enumerate() {
                let product: i64 = a.iter().zip(b).map(|(a, b)| i64::from(*a) * i64::from(*b)).sum();
                let mean = product as f64 / a.len() as f64 / f64::from(1 << (2 * WAVE_BITS));
                let expected = if first == second { 1.0 } else { 0.0 };
                assert!((mean - expected).abs() < 1e-3, "{first} and {second}: {mean}");
            }
        }
    }

    #[test]
    fn neighbouring_levels_differ_in_one_bit() {
        for level in 0..15usize {
            assert_eq!((bits_from_level(level) ^ bits_from_level(level + 1)).count_ones(), 1);
            assert_eq!(level_from_bits(bits_from_level(level)), level);
        }
    }
}
