//! From strengths to how likely each bit is.

use super::pattern::{LEVEL_BITS, bits_from_level};

/// Bins of the histogram of strengths.
const BINS: usize = 1024;
/// Rounds in which gain and noise are found.
const ROUNDS: usize = 24;

/// How a channel changed one pattern: `strength = offset + gain × level + noise`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Channel {
    pub(super) offset: f64,
    pub(super) gain: f64,
    pub(super) sigma: f64,
}

/// Bins of equal width over all strengths.
struct Histogram {
    low: f64,
    width: f64,
    counts: Vec<f64>,
}

impl Histogram {
    fn new(strengths: &[f32]) -> Option<Self> {
        let finite = || strengths.iter().copied().filter(|value| value.is_finite());
        let (low, high) = finite().fold((f32::MAX, f32::MIN), |(low, high), value| (low.min(value), high.max(value)));
        if low >= high {
            return None;
        }
        let width = f64::from(high - low) / (BINS - 1) as f64;
        let mut histogram = Self { low: low.into(), width, counts: vec![0.0; BINS] };
        for value in finite() {
            let bin = histogram.bin(value);
            histogram.counts[bin] += 1.0;
        }
        Some(histogram)
    }

    fn bin(&self, value: f32) -> usize {
        ((f64::from(value) - self.low) / self.width + 0.5).clamp(0.0, (BINS - 1) as f64) as usize
    }

    fn value(&self, bin: usize) -> f64 {
        self.low + bin as f64 * self.width
    }
}

/// Finds the channel of one pattern from its strengths alone, and gives for each strength and bit the logarithm of how
/// much likelier 0 is: `bits` values a strength. Nothing is said (0) where all strengths are alike.
pub(super) fn soften(strengths: &[f32], levels: &[i32], to: &mut Vec<f32>) -> Option<Channel> {
    let bits = levels.len().ilog2() as usize;
    let Some(histogram) = Histogram::new(strengths) else {
        to.resize(to.len() + strengths.len() * bits, 0.0);
        return None;
    };
    let levels: Vec<f64> = levels.iter().map(|level| f64::from(*level) / f64::from(1 << LEVEL_BITS)).collect();
    let channel = channel(&histogram, &levels);
    let table: Vec<f32> = (0..BINS).flat_map(|bin| ratios(histogram.value(bin), &levels, &channel, bits)).collect();
    for strength in strengths {
        let start = histogram.bin(*strength) * bits;
        to.extend_from_slice(table.get(start..start + bits).unwrap_or_default());
    }
    Some(channel)
}

/// Expectation and maximisation over the histogram: all levels are equally likely, evenly apart, and equally noisy.
fn channel(histogram: &Histogram, levels: &[f64]) -> Channel {
    let total: f64 = histogram.counts.iter().sum();
    let mean = |of: &dyn Fn(f64) -> f64| {
        histogram.counts.iter().enumerate().map(|(bin, count)| count * of(histogram.value(bin))).sum::<f64>() / total
    };
    let offset = mean(&|value| value);
    let variance = mean(&|value| (value - offset).powi(2));
    let power = levels.iter().map(|level| level * level).sum::<f64>() / levels.len() as f64;
    let spacing = levels.last().copied().unwrap_or(1.0) * 2.0 / (levels.len() - 1) as f64;
    // A noise of 0.3 spacings to start with; its power is not the levels'.
    let noise = (0.3 * spacing).powi(2);
    let gain = (variance / (power + noise)).sqrt().max(1e-6);
    let mut channel = Channel { offset, gain, sigma: 0.3 * spacing * gain };
    for _ in 0..ROUNDS {
        channel = refined(histogram, levels, &channel, total);
    }
    channel
}

fn refined(histogram: &Histogram, levels: &[f64], channel: &Channel, total: f64) -> Channel {
    let (mut x, mut xx, mut y, mut xy, mut yy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (bin, count) in histogram.counts.iter().enumerate().filter(|(_, count)| **count > 0.0) {
        let value = histogram.value(bin);
        let weights: Vec<f64> = levels.iter().map(|level| exponent(value, *level, channel)).collect();
        let most = weights.iter().copied().fold(f64::MIN, f64::max);
        let (mut sum, mut sum_x, mut sum_xx) = (0.0, 0.0, 0.0);
        for (level, weight) in levels.iter().zip(weights) {
            let weight = (weight - most).exp();
            sum += weight;
            sum_x += weight * level;
            sum_xx += weight * level * level;
        }
        let (expected_x, expected_xx) = (sum_x / sum, sum_xx / sum);
        x += count * expected_x;
        xx += count * expected_xx;
        y += count * value;
        yy += count * value * value;
        xy += count * value * expected_x;
    }
    let (x, xx, y, xy, yy) = (x / total, xx / total, y / total, xy / total, yy / total);
    let gain = ((xy - x * y) / (xx - x * x).max(1e-12)).max(1e-6);
    let offset = y - gain * x;
    let left = yy - 2.0 * (gain * xy + offset * y) + gain * gain * xx + 2.0 * gain * offset * x + offset * offset;
    // Below half a bin the histogram itself is the noise.
    Channel { offset, gain, sigma: left.max(0.0).sqrt().max(histogram.width * 0.5).max(1e-3) }
}

fn exponent(value: f64, level: f64, channel: &Channel) -> f64 {
    let off = (value - channel.offset - channel.gain * level) / channel.sigma;
    -0.5 * off * off
}

fn ratios(value: f64, levels: &[f64], channel: &Channel, bits: usize) -> Vec<f32> {
    let exponents: Vec<f64> = levels.iter().map(|level| exponent(value, *level, channel)).collect();
    let sum = |bit: usize, set: bool| {
        let chosen = || exponents.iter().enumerate().filter(move |(level, _)| (bits_from_level(*level) >> bit & 1 == 1) == set);
        let most = chosen().map(|(_, exponent)| *exponent).fold(f64::MIN, f64::max);
        most + chosen().map(|(_, exponent)| (exponent - most).exp()).sum::<f64>().ln()
    };
    (0..bits).rev().map(|bit| (sum(bit, false) - sum(bit, true)) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::soften;
    use crate::share::pattern::{LEVEL_BITS, bits_from_level};
    use crate::share::random::Random;

    #[test]
    fn gain_offset_and_noise_are_found_from_the_strengths_alone() {
        let levels: Vec<i32> = (0..8).map(|level| (2 * level - 7) * 5 << LEVEL_BITS).collect();
        let mut random = Random::new(2);
        let sent: Vec<usize> = (0..20_000).map(|_| random.below(8)).collect();
        let noise = |random: &mut Random| (0..12).map(|_| random.below(1000) as f32 / 1000.0).sum::<f32>() - 6.0;
        let heard: Vec<f32> = sent.iter().map(|at| 7.0 + 0.86 * (2.0 * *at as f32 - 7.0) * 5.0 + 1.5 * noise(&mut random)).collect();
        let mut soft = Vec::new();
        let channel = soften(&heard, &levels, &mut soft).expect("they differ");
        assert!((channel.gain - 0.86).abs() < 0.01 && (channel.offset - 7.0).abs() < 0.1, "{channel:?}");
        assert!((channel.sigma - 1.5).abs() < 0.1, "{channel:?}");
        let wrong = sent.iter().zip(soft.chunks(3)).filter(|(level, soft)| {
            let read = soft.iter().fold(0, |bits, value| bits << 1 | usize::from(*value < 0.0));
            read != bits_from_level(**level)
        });
        assert!(wrong.count() < 200);
    }

    #[test]
    fn a_flat_picture_says_nothing() {
        let mut soft = Vec::new();
        assert_eq!(soften(&[3.0; 10], &[-64, 64], &mut soft), None);
        assert_eq!(soft, [0.0; 10]);
    }
}
