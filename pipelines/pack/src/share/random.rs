//! The fixed pseudo-random numbers that the format is built from.

/// SplitMix64: small, and the same on every machine for ever, which the format needs.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// A generator whose numbers depend on `seed` alone.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// The numbers 0 to `count` - 1 in shuffled order.
    pub(super) fn shuffled(&mut self, count: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..count as u32).collect();
        for index in (1..count).rev() {
            order.swap(index, self.below(index + 1));
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_numbers_are_those_of_splitmix64() {
        let mut random = Random::new(1_234_567);
        assert_eq!([random.next(), random.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn a_shuffle_holds_every_number_once() {
        let mut order = Random::new(1).shuffled(1000);
        assert!(order.iter().enumerate().any(|(index, value)| index as u32 != *value));
        order.sort_unstable();
        assert!(order.iter().enumerate().all(|(index, value)| index as u32 == *value));
    }
}
