//! The forward cosine transform in whole numbers, and quantisation, as JPEG encoders of libjpeg's line compute them.
//!
//! The method is that of Loeffler, Ligtenberg and Moschytz; each pass leaves its results √8 times larger than the
//! cosine transform has them, and the first one four times more.

/// Samples or coefficients of a block, row by row.
pub(super) type Block = [i32; 64];

/// Bits behind the point of the factors.
const POINT: u32 = 13;
/// Bits by which the first pass keeps its results larger.
const KEPT: u32 = 2;

/// From samples around 0 to coefficients, eight times as large as the cosine transform has them.
pub(super) fn forward(samples: &Block) -> Block {
    let mut rows = [0; 64];
    for (from, to) in samples.as_chunks::<8>().0.iter().zip(rows.as_chunks_mut::<8>().0) {
        *to = forward_row(from);
    }
    columns(&rows)
}

/// The first pass on one row.
pub(super) fn forward_row(samples: &[i32; 8]) -> [i32; 8] {
    let (even, odd) = halves(samples);
    let factor = POINT - KEPT;
    [
        even[0] << KEPT,
        descale(odd[0], factor),
        descale(even[1], factor),
        descale(odd[1], factor),
        even[2] << KEPT,
        descale(odd[2], factor),
        descale(even[3], factor),
        descale(odd[3], factor),
    ]
}

/// The second pass on all columns.
pub(super) fn columns(rows: &Block) -> Block {
    let mut out = [0; 64];
    let factor = POINT + KEPT;
    for x in 0..8 {
        let column = [0, 8, 16, 24, 32, 40, 48, 56].map(|row| rows[row + x]);
        let (even, odd) = halves(&column);
        out[x] = descale(even[0], KEPT);
        out[8 + x] = descale(odd[0], factor);
        out[16 + x] = descale(even[1], factor);
        out[24 + x] = descale(odd[1], factor);
        out[32 + x] = descale(even[2], KEPT);
        out[40 + x] = descale(odd[2], factor);
        out[48 + x] = descale(even[3], factor);
        out[56 + x] = descale(odd[3], factor);
    }
    out
}

/// Coefficients 0, 2, 4, 6 (0 and 4 without the bits behind the point) and 1, 3, 5, 7.
#[inline(always)]
fn halves(x: &[i32; 8]) -> ([i32; 4], [i32; 4]) {
    let sum = [x[0] + x[7], x[1] + x[6], x[2] + x[5], x[3] + x[4]];
    let difference = [x[3] - x[4], x[2] - x[5], x[1] - x[6], x[0] - x[7]];
    let (outer, inner) = ((sum[0] + sum[3], sum[1] + sum[2]), (sum[0] - sum[3], sum[1] - sum[2]));
    let turned = (inner.0 + inner.1) * 4433;
    let even = [outer.0 + outer.1, turned + inner.0 * 6270, outer.0 - outer.1, turned - inner.1 * 15137];
    let [a, b, c, d] = difference;
    let common = (a + c + b + d) * 9633;
    let (ad, bc) = (-(a + d) * 7373, -(b + c) * 20995);
    let (ac, bd) = (common - (a + c) * 16069, common - (b + d) * 3196);
    let odd = [d * 12299 + ad + bd, c * 25172 + bc + ac, b * 16819 + bc + bd, a * 2446 + ad + ac];
    (even, odd)
}

#[inline(always)]
fn descale(value: i32, bits: u32) -> i32 {
    (value + (1 << (bits - 1))) >> bits
}

/// A table of quantisers with their reciprocals of 15 bits.
#[derive(Clone, Debug)]
pub(super) struct Quantiser {
    /// As they stand in the file but in rows.
    pub(super) steps: [u8; 64],
    factors: [(i32, i32); 64],
}

impl Quantiser {
    /// For these steps, row by row, none of them 0.
    pub(super) fn new(steps: [u8; 64]) -> Self {
        Self { steps, factors: steps.map(|step| reciprocal(8 * u32::from(step.max(1)))) }
    }

    /// Coefficients of [`forward`] to whole steps.
    pub(super) fn quantise(&self, coefficients: &Block) -> Block {
        let mut out = [0; 64];
        for ((to, from), (factor, more)) in out.iter_mut().zip(coefficients).zip(&self.factors) {
            *to = (((from.abs() + more) * factor) >> 15) * from.signum();
        }
        out
    }
}

/// What to multiply by in place of dividing, and what to add before.
fn reciprocal(divisor: u32) -> (i32, i32) {
    let (factor, rest, half) = ((1 << 15) / divisor, (1 << 15) % divisor, divisor / 2);
    let (factor, more) = match rest {
        0 => (factor, half),
        rest if rest <= half => (factor, half + 1),
        _ => (factor + 1, half),
    };
    (factor as i32, more as i32)
}

/// Places of a block's coefficients in the order of a JPEG.
pub(super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transform_is_the_cosine_transform() {
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..200 {
            let samples: Block = std::array::from_fn(|_| random.i32(-128..128));
            let ours = forward(&samples);
            for (place, found) in ours.iter().enumerate() {
                let (u, v) = (place / 8, place % 8);
                let wave = |k: usize, x: usize| {
                    let norm = if k == 0 { (1.0f64 / 8.0).sqrt() } else { 0.5 };
                    norm * ((2 * x + 1) as f64 * k as f64 * std::f64::consts::PI / 16.0).cos()
                };
                let sum = |at: usize| f64::from(samples[at]) * wave(u, at / 8) * wave(v, at % 8);
                let exact = 8.0 * (0..64).map(sum).sum::<f64>();
                assert!((f64::from(*found) - exact).abs() < 2.0, "{place}: {found} for {exact}");
            }
        }
    }
}
