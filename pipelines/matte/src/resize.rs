//! Planes of floats at another size: averages where they shrink, straight lines between samples where they grow.

/// `plane` of `from` (width, height) at the size `to`.
pub(crate) fn resized(plane: &[f32], from: (usize, usize), to: (usize, usize)) -> Vec<f32> {
    if from == to || from.0 * from.1 == 0 || plane.len() < from.0 * from.1 {
        return plane.to_vec();
    }
    let across = along_rows(plane, from.0, to.0);
    let turned = transposed(&across, to.0);
    let both = along_rows(&turned, from.1, to.1);
    transposed(&both, to.1)
}

/// Rows of `from` samples as rows of `to`.
fn along_rows(plane: &[f32], from: usize, to: usize) -> Vec<f32> {
    let step = from as f32 / to as f32;
    // A triangle as wide as the larger of both distances: interpolation one way, an average the other.
    let reach = step.max(1.0);
    let taps: Vec<(usize, Vec<f32>)> = (0..to)
        .map(|at| {
            let middle = (at as f32 + 0.5) * step - 0.5;
            let first = (middle - reach).ceil().max(0.0) as usize;
            let last = ((middle + reach).floor().max(0.0) as usize).min(from - 1);
            let weights: Vec<f32> = (first..=last)
                .map(|sample| (1.0 - (sample as f32 - middle).abs() / reach).max(0.0))
                .collect();
            let sum: f32 = weights.iter().sum();
            (first, weights.into_iter().map(|weight| weight / sum.max(1e-6)).collect())
        })
        .collect();
    let row = |row: &[f32]| {
        let sample = |(first, weights): &(usize, Vec<f32>)| {
            row[*first..].iter().zip(weights).map(|(value, weight)| value * weight).sum::<f32>()
        };
        taps.iter().map(sample).collect::<Vec<f32>>()
    };
    plane.chunks_exact(from).flat_map(row).collect()
}

fn transposed(plane: &[f32], width: usize) -> Vec<f32> {
    let height = plane.len() / width.max(1);
    (0..width).flat_map(|x| (0..height).map(move |y| plane[y * width + x])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_stays_a_ramp_both_ways() {
        let ramp: Vec<f32> = (0..8).flat_map(|_| (0..8).map(|x| x as f32)).collect();
        let small = resized(&ramp, (8, 8), (4, 2));
        assert_eq!(small.len(), 8);
        assert!((small[1] - 2.5).abs() < 0.1 && (small[2] - 4.5).abs() < 0.1, "{small:?}");
        let large = resized(&ramp, (8, 8), (16, 16));
        assert!((large[7] - 3.25).abs() < 0.01 && (large[15] - 7.0).abs() < 0.01, "{large:?}");
    }

    #[test]
    fn the_mean_stays() {
        let plane: Vec<f32> = (0..35).map(|n| (n * 7 % 11) as f32).collect();
        let mean = |plane: &[f32]| plane.iter().sum::<f32>() / plane.len() as f32;
        let small = resized(&plane, (7, 5), (1, 1));
        assert!((small[0] - mean(&plane)).abs() < 1.5);
        assert!(resized(&[1.0; 12], (4, 3), (9, 7)).iter().all(|value| (value - 1.0).abs() < 1e-5));
    }
}
