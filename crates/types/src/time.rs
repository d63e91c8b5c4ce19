//! Time of the clock and time of the media.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970 on the database's clock.
pub type Millis = i64;

/// Seconds per tick (or frames per second) as an exact fraction. Both parts are positive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Rational {
    /// Numerator.
    pub num: u32,
    /// Denominator; not 0.
    pub den: u32,
}

impl Rational {
    /// `num / den`, or nothing when either is 0.
    pub fn new(num: u32, den: u32) -> Option<Self> {
        (num > 0 && den > 0).then_some(Self { num, den })
    }

    /// The nearest `f64`.
    pub fn as_f64(self) -> f64 {
        f64::from(self.num) / f64::from(self.den)
    }

    /// `den / num`.
    pub fn inverse(self) -> Self {
        Self { num: self.den, den: self.num }
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

/// A moment in a stream: `ticks × base` seconds from the stream's zero. May be negative.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Timestamp {
    /// Count of ticks.
    pub ticks: i64,
    /// Seconds per tick.
    pub base: Rational,
}

impl Timestamp {
    /// `ticks × base`.
    pub fn new(ticks: i64, base: Rational) -> Self {
        Self { ticks, base }
    }

    /// Seconds, rounded to the nearest `f64`.
    pub fn as_secs(self) -> f64 {
        self.ticks as f64 * f64::from(self.base.num) / f64::from(self.base.den)
    }

    /// The same moment in another base, rounded to the nearest tick (halves away from zero); nothing when the
    /// count does not fit.
    pub fn rescale(self, base: Rational) -> Option<Self> {
        let num = i128::from(self.ticks) * i128::from(self.base.num) * i128::from(base.den);
        let den = i128::from(self.base.den) * i128::from(base.num);
        let half = if num < 0 { -den / 2 } else { den / 2 };
        i64::try_from((num + half) / den).ok().map(|ticks| Self { ticks, base })
    }

    /// `self − other` in the base of `self`, or nothing when it does not fit.
    pub fn since(self, other: Self) -> Option<i64> {
        self.ticks.checked_sub(other.rescale(self.base)?.ticks)
    }

    fn cross(self, other: Self) -> (i128, i128) {
        let left = i128::from(self.ticks) * i128::from(self.base.num) * i128::from(other.base.den);
        let right = i128::from(other.ticks) * i128::from(other.base.num) * i128::from(self.base.den);
        (left, right)
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        let (left, right) = self.cross(*other);
        left == right
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        let (left, right) = self.cross(*other);
        left.cmp(&right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(num: u32, den: u32) -> Rational {
        Rational::new(num, den).unwrap()
    }

    #[test]
    fn rescaling_rounds_to_the_nearest_tick() {
        let third = Timestamp::new(1, base(1, 3));
        assert_eq!(third.rescale(base(1, 1000)).unwrap().ticks, 333);
        let minus = Timestamp::new(-2, base(1, 3));
        assert_eq!(minus.rescale(base(1, 1000)).unwrap().ticks, -667);
    }

    #[test]
    fn moments_compare_across_bases() {
        assert_eq!(Timestamp::new(1, base(1, 2)), Timestamp::new(45_000, base(1, 90_000)));
        assert!(Timestamp::new(33, base(1, 1000)) < Timestamp::new(1, base(1, 30)));
    }
}
