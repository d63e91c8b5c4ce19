//! Arithmetic of bytes as RaptorQ has it (RFC 6330, section 5.7): GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1.

/// What x^8 is.
const REDUCED: u8 = 0x1d;
/// Bytes that are multiplied at a time; a loop of fixed length becomes vector instructions.
pub(super) const LANES: usize = 256;

const POWERS: [u8; 255] = powers();
const LOGARITHMS: [u8; 256] = logarithms();

const fn doubled(byte: u8) -> u8 {
    (byte << 1) ^ (REDUCED & 0u8.wrapping_sub(byte >> 7))
}

const fn powers() -> [u8; 255] {
    let mut powers = [1; 255];
    let mut at = 1;
    while at < 255 {
        powers[at] = doubled(powers[at - 1]);
        at += 1;
    }
    powers
}

const fn logarithms() -> [u8; 256] {
    let mut logarithms = [0; 256];
    let mut at = 0;
    while at < 255 {
        logarithms[POWERS[at] as usize] = at as u8;
        at += 1;
    }
    logarithms
}

/// The product of two bytes.
pub(super) fn product(left: u8, right: u8) -> u8 {
    if left == 0 || right == 0 {
        return 0;
    }
    let log = |byte: u8| usize::from(LOGARITHMS[usize::from(byte)]);
    POWERS[(log(left) + log(right)) % 255]
}

/// What gives 1 when multiplied by `byte`; 0 for 0, which has none.
pub(super) fn inverse(byte: u8) -> u8 {
    if byte == 0 { 0 } else { POWERS[(255 - usize::from(LOGARITHMS[usize::from(byte)])) % 255] }
}

/// The products of some bytes with each half of a byte, from which any product is one addition.
pub(super) struct Multiples {
    low: [[u8; LANES]; 16],
    high: [[u8; LANES]; 16],
}

impl Multiples {
    /// Of no bytes yet.
    pub fn new() -> Self {
        Self { low: [[0; LANES]; 16], high: [[0; LANES]; 16] }
    }

    /// Of these bytes.
    pub fn set(&mut self, bytes: &[u8; LANES]) {
        let next = fill(&mut self.low, bytes);
        fill(&mut self.high, &next);
    }

    /// Adds the product with `factor` to `sum`.
    pub fn add_product(&self, factor: u8, sum: &mut [u8; LANES]) {
        let (low, high) = (&self.low[usize::from(factor & 15)], &self.high[usize::from(factor >> 4)]);
        for ((sum, low), high) in sum.iter_mut().zip(low).zip(high) {
            *sum ^= low ^ high;
        }
    }
}

/// The products of `bytes` with 0 to 15; returns that with 16.
fn fill(table: &mut [[u8; LANES]; 16], bytes: &[u8; LANES]) -> [u8; LANES] {
    let mut power = *bytes;
    for bit in [1, 2, 4, 8] {
        let (known, new) = table.split_at_mut(bit);
        for (new, known) in new.iter_mut().zip(known) {
            for ((new, known), power) in new.iter_mut().zip(known).zip(&power) {
                *new = *known ^ power;
            }
        }
        power.iter_mut().for_each(|byte| *byte = doubled(*byte));
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the rule itself: shift, add, reduce.
    fn slow_product(left: u8, right: u8) -> u8 {
        (0..8).rev().fold(0, |sum, bit| doubled(sum) ^ if right >> bit & 1 == 1 { left } else { 0 })
    }

    #[test]
    fn products_and_inverses_are_those_of_the_field() {
        for left in 0..=255 {
            for right in 0..=255 {
                assert_eq!(product(left, right), slow_product(left, right), "{left} times {right}");
            }
            assert_eq!(product(left, inverse(left)), u8::from(left != 0), "{left}");
        }
        assert_eq!(product(0x80, 2), REDUCED);
    }

    #[test]
    fn many_bytes_are_multiplied_as_each_alone() {
        let bytes: [u8; LANES] = std::array::from_fn(|at| at as u8);
        let mut multiples = Multiples::new();
        multiples.set(&[0xee; LANES]);
        multiples.set(&bytes);
        for factor in 0..=255 {
            let mut sum = [0x5a; LANES];
            multiples.add_product(factor, &mut sum);
            assert!((0..LANES).all(|at| sum[at] == 0x5a ^ product(bytes[at], factor)), "times {factor}");
        }
    }
}
