//! From strengths to how likely each bit is.

use super::pattern::{LEVEL_BITS, bits_from_level};

/// Bins of the histogram of strengths.
const BINS: usize = 512;
/// Noise that is always reckoned with, in luma steps: pixels are whole numbers.
const SIGMA_MIN: f64 = 0.02;
/// Degrees of local noise, in variances of the whole picture's.
const DEGREES: [f64; 8] = [0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0];
/// Bits of which nothing is known, at least as many as a level has.
const NONE_KNOWN: [Option<bool>; 8] = [None; 8];
/// The degree of the whole picture.
pub(super) const DEGREE_MEAN: usize = 3;

/// How a channel changed one pattern: `strength = offset + gain × level + noise`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Channel {
    pub(super) offset: f64,
    pub(super) gain: f64,
    pub(super) sigma: f64,
}

/// Bins of equal width over all strengths.
#[derive(Debug)]
struct Histogram {
    low: f64,
    width: f64,
    counts: Vec<f64>,
}

impl Histogram {
    fn new(strengths: &[f32]) -> Option<Self> {
        let finite = || strengths.iter().copied().filter(|value| value.is_finite());
        let (low, high) =
            finite().fold((f32::MAX, f32::MIN), |(low, high), value| (low.min(value), high.max(value)));
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

/// One pattern's strengths, ready to be judged.
#[derive(Debug)]
pub(super) struct Judge {
    histogram: Histogram,
    levels: Vec<f64>,
    channel: Channel,
    /// For each degree of local noise and bin: the square of the noise to expect, in variances of the channel.
    unrest: Vec<Vec<f32>>,
}

impl Judge {
    /// Learns the channel of one pattern from its pilots: the level sent and the strength found. `None` where all
    /// strengths are alike or there is no pilot.
    pub(super) fn new(strengths: &[f32], levels: &[i32], pilots: &[(usize, f32)]) -> Option<Self> {
        let histogram = Histogram::new(strengths)?;
        let levels: Vec<f64> =
            levels.iter().map(|level| f64::from(*level) / f64::from(1 << LEVEL_BITS)).collect();
        let channel = Channel::from_pilots(&levels, pilots)?;
        let unrest = DEGREES.map(|degree| {
            let local = channel.with_noise(degree);
            (0..BINS).map(|bin| local.unrest(histogram.value(bin), &levels, channel.sigma)).collect()
        });
        Some(Self { histogram, levels, channel, unrest: unrest.into() })
    }

    /// The square of the noise to expect in a strength, in variances of the channel, when the noise is of this degree.
    pub(super) fn unrest(&self, strength: f32, degree: usize) -> f32 {
        self.unrest
            .get(degree)
            .and_then(|table| table.get(self.histogram.bin(strength)))
            .copied()
            .unwrap_or(1.0)
    }

    /// For each degree, bin and bit, the logarithm of how much likelier 0 is than 1.
    pub(super) fn verdicts(&self) -> Verdicts<'_> {
        let bits = self.levels.len().ilog2() as usize;
        let table = |degree: &f64| {
            let local = self.channel.with_noise(*degree);
            let of_bin = |bin| ratios(self.histogram.value(bin), &self.levels, &local, &NONE_KNOWN[..bits]);
            (0..BINS).flat_map(of_bin).collect()
        };
        Verdicts { judge: self, bits, tables: DEGREES.iter().map(table).collect() }
    }
}

/// What a strength says of its bits.
pub(super) struct Verdicts<'a> {
    judge: &'a Judge,
    bits: usize,
    tables: Vec<Vec<f32>>,
}

impl Verdicts<'_> {
    /// Fills in a value for each bit, above 0 where 0 is likelier. Bits of the same level that are `known` leave fewer levels
    /// to choose from.
    pub(super) fn fill(&self, strength: f32, degree: usize, known: &[Option<bool>], values: &mut [f32]) {
        let bin = self.judge.histogram.bin(strength);
        let of_bin =
            self.tables.get(degree).and_then(|table| table.get(bin * self.bits..)).unwrap_or_default();
        values.iter_mut().zip(of_bin).for_each(|(value, of_bin)| *value = *of_bin);
        if known.iter().any(Option::is_some) && known.iter().any(Option::is_none) {
            let local = self.judge.channel.with_noise(DEGREES.get(degree).copied().unwrap_or(1.0));
            let ratios = ratios(self.judge.histogram.value(bin), &self.judge.levels, &local, known);
            for ((value, ratio), known) in values.iter_mut().zip(ratios).zip(known) {
                if known.is_none() {
                    *value = ratio;
                }
            }
        }
    }
}

/// The degree of local noise whose variance is nearest to `variances` of the channel.
pub(super) fn degree_from_variances(variances: f32) -> usize {
    let off = |degree: &f64| (f64::from(variances.max(1e-3)).ln() - degree.ln()).abs();
    DEGREES.iter().enumerate().min_by(|a, b| off(a.1).total_cmp(&off(b.1))).map_or(0, |(index, _)| index)
}

impl Channel {
    /// The line through the pilots, by least squares, and how far they are off it.
    fn from_pilots(levels: &[f64], pilots: &[(usize, f32)]) -> Option<Self> {
        let pairs = || {
            pilots.iter().filter_map(|(level, strength)| Some((*levels.get(*level)?, f64::from(*strength))))
        };
        let count = pairs().count() as f64;
        if count < 3.0 {
            return None;
        }
        let mean = |of: &dyn Fn(f64, f64) -> f64| pairs().map(|(x, y)| of(x, y)).sum::<f64>() / count;
        let (x, y) = (mean(&|x, _| x), mean(&|_, y| y));
        let (xx, xy) = (mean(&|a, _| (a - x).powi(2)), mean(&|a, b| (a - x) * (b - y)));
        let gain = (xy / xx.max(1e-9)).max(1e-6);
        let offset = y - gain * x;
        let noise = mean(&|x, y| (y - offset - gain * x).powi(2)) * count / (count - 2.0);
        Some(Self { offset, gain, sigma: noise.sqrt().max(SIGMA_MIN) })
    }

    fn with_noise(self, variances: f64) -> Self {
        Self { sigma: self.sigma * variances.sqrt(), ..self }
    }

    fn unrest(&self, value: f64, levels: &[f64], sigma: f64) -> f32 {
        let exponents: Vec<f64> = levels.iter().map(|level| exponent(value, *level, self)).collect();
        let most = exponents.iter().copied().fold(f64::MIN, f64::max);
        let (mut sum, mut squares) = (0.0, 0.0);
        for (level, exponent) in levels.iter().zip(exponents) {
            let weight = (exponent - most).exp();
            sum += weight;
            squares += weight * ((value - self.offset - self.gain * level) / sigma).powi(2);
        }
        (squares / sum) as f32
    }
}

fn exponent(value: f64, level: f64, channel: &Channel) -> f64 {
    let off = (value - channel.offset - channel.gain * level) / channel.sigma;
    -0.5 * off * off
}

/// For each bit, the first one first, the logarithm of how much likelier 0 is than 1; no number for bits that are `known`.
fn ratios(value: f64, levels: &[f64], channel: &Channel, known: &[Option<bool>]) -> Vec<f32> {
    let is_set = |level: usize, bit: usize| bits_from_level(level) >> (known.len() - 1 - bit) & 1 == 1;
    let fits = |level: usize| {
        known.iter().enumerate().all(|(bit, known)| known.is_none_or(|known| is_set(level, bit) == known))
    };
    let left: Vec<(usize, f64)> = levels
        .iter()
        .enumerate()
        .filter(|(index, _)| fits(*index))
        .map(|(index, level)| (index, exponent(value, *level, channel)))
        .collect();
    let sum = |bit: usize, set: bool| {
        let chosen = || {
            left.iter().filter(move |(level, _)| is_set(*level, bit) == set).map(|(_, exponent)| *exponent)
        };
        let most = chosen().fold(f64::MIN, f64::max);
        most + chosen().map(|exponent| (exponent - most).exp()).sum::<f64>().ln()
    };
    (0..known.len()).map(|bit| (sum(bit, false) - sum(bit, true)) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::{DEGREE_MEAN, Judge, degree_from_variances};
    use crate::share::pattern::{LEVEL_BITS, bits_from_level};
    use crate::share::random::Random;

    #[test]
    fn gain_offset_and_noise_are_learnt_from_a_few_pilots() {
        let levels: Vec<i32> = (0..8).map(|level| ((2 * level - 7) * 5) << LEVEL_BITS).collect();
        let mut random = Random::new(2);
        let sent: Vec<usize> = (0..20_000).map(|_| random.below(8)).collect();
        let noise =
            |random: &mut Random| (0..12).map(|_| random.below(1000) as f32 / 1000.0).sum::<f32>() - 6.0;
        let heard: Vec<f32> = sent
            .iter()
            .map(|at| 7.0 + 0.86 * (2.0 * *at as f32 - 7.0) * 5.0 + 1.5 * noise(&mut random))
            .collect();
        let pilots: Vec<(usize, f32)> = sent.iter().copied().zip(heard.iter().copied()).take(400).collect();
        let judge = Judge::new(&heard, &levels, &pilots).expect("they differ");
        let (channel, verdicts) = (judge.channel, judge.verdicts());
        assert!((channel.gain - 0.86).abs() < 0.02 && (channel.offset - 7.0).abs() < 0.3, "{channel:?}");
        assert!((channel.sigma - 1.5).abs() < 0.2, "{channel:?}");
        let wrong = sent.iter().zip(&heard).filter(|(level, strength)| {
            let mut soft = [0.0; 3];
            verdicts.fill(**strength, DEGREE_MEAN, &[None; 3], &mut soft);
            let read = soft.iter().fold(0, |bits, value| bits << 1 | usize::from(*value < 0.0));
            read != bits_from_level(**level)
        });
        assert!(wrong.count() < 200);
        let unrest: f32 = heard.iter().map(|strength| judge.unrest(*strength, DEGREE_MEAN)).sum();
        assert!((unrest / 20_000.0 - 1.0).abs() < 0.2, "{unrest}");
    }

    #[test]
    fn a_flat_picture_says_nothing() {
        assert!(Judge::new(&[3.0; 10], &[-64, 64], &[(0, 3.0), (1, 3.0), (0, 3.0)]).is_none());
    }

    #[test]
    fn the_degree_of_the_mean_is_that_of_one_variance() {
        assert_eq!(degree_from_variances(1.0), DEGREE_MEAN);
        assert_eq!((degree_from_variances(0.0), degree_from_variances(1e9)), (0, 7));
    }
}
