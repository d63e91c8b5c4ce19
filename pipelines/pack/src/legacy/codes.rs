//! Huffman codes fitted to how often each symbol comes.

/// Longest code of a JPEG.
const BITS_MAX: usize = 16;

/// A table: what stands in the file, and the code of each symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Codes {
    /// How many codes have 1 to 16 bits.
    pub(super) counts: [u8; BITS_MAX],
    /// Their symbols, shortest first.
    pub(super) symbols: Vec<u8>,
    /// By symbol: the code and its bits; 0 bits where there is none.
    by_symbol: Vec<(u16, u8)>,
}

impl Codes {
    /// The best codes for symbols that come as often as `weights` say; those of weight 0 get none.
    pub(super) fn fitted(weights: &[u64; 256]) -> Self {
        let mut used: Vec<u8> = (0..=255).filter(|symbol| weights[usize::from(*symbol)] > 0).collect();
        used.sort_by_key(|symbol| std::cmp::Reverse(weights[usize::from(*symbol)]));
        let counts = counts(used.iter().map(|symbol| weights[usize::from(*symbol)]).collect());
        let mut by_symbol = vec![(0, 0); 256];
        let (mut code, mut rest) = (0u16, used.iter());
        for (length, count) in (1u8..).zip(counts) {
            for symbol in rest.by_ref().take(count.into()) {
                by_symbol[usize::from(*symbol)] = (code, length);
                code = code.wrapping_add(1);
            }
            code = code.wrapping_shl(1);
        }
        Self { counts, symbols: used, by_symbol }
    }

    /// The code of `symbol` and how many bits it has.
    #[inline]
    pub(super) fn code(&self, symbol: u8) -> (u32, u32) {
        let (code, bits) = self.by_symbol[usize::from(symbol)];
        (code.into(), bits.into())
    }
}

/// How many codes of each length there are for weights that fall. The code of ones alone is left free, as JPEG wants.
fn counts(weights: Vec<u64>) -> [u8; BITS_MAX] {
    // A leaf that nobody uses takes the code of ones: it is the lightest of all.
    let mut trees: Vec<(u64, Vec<usize>)> =
        weights.iter().enumerate().map(|(leaf, weight)| (weight << 1 | 1, vec![leaf])).collect();
    trees.push((0, vec![weights.len()]));
    let mut lengths = vec![0usize; weights.len() + 1];
    while trees.len() > 1 {
        trees.sort_by_key(|tree| std::cmp::Reverse(tree.0));
        let (Some(one), Some(other)) = (trees.pop(), trees.pop()) else { break };
        let leaves = [one.1, other.1].concat();
        leaves.iter().for_each(|leaf| lengths[*leaf] += 1);
        trees.push((one.0 + other.0, leaves));
    }
    let mut by_length = vec![0u16; lengths.iter().max().map_or(1, |longest| *longest).max(BITS_MAX) + 1];
    lengths.iter().for_each(|length| by_length[*length] += 1);
    // Codes that are too long: two of them go one bit up together, in place of a shorter one that becomes a pair.
    for length in (BITS_MAX + 1..by_length.len()).rev() {
        while by_length[length] > 0 {
            let Some(shorter) = (1..length - 1).rev().find(|shorter| by_length[*shorter] > 0) else { break };
            by_length[length] -= 2;
            by_length[length - 1] += 1;
            by_length[shorter + 1] += 2;
            by_length[shorter] -= 1;
        }
    }
    if let Some(longest) = (1..=BITS_MAX).rev().find(|length| by_length[*length] > 0) {
        by_length[longest] -= 1;
    }
    std::array::from_fn(|at| by_length[at + 1] as u8)
}

/// How often symbols came.
#[derive(Clone, Debug)]
pub(super) struct Tally(pub(super) [u64; 256]);

impl Tally {
    /// All symbols of differences of DC once.
    pub(super) fn of_dc() -> Self {
        Self(std::array::from_fn(|symbol| u64::from(symbol <= 11)))
    }

    /// All symbols of other coefficients once.
    pub(super) fn of_ac() -> Self {
        let exists = |symbol: usize| matches!((symbol >> 4, symbol & 15), (0 | 15, 0) | (_, 1..=10));
        Self(std::array::from_fn(|symbol| u64::from(exists(symbol))))
    }

    /// Once more.
    pub(super) fn add(&mut self, symbol: u8) {
        // Rare ones must stay rare beside one that was only thought of.
        self.0[usize::from(symbol)] += 256;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_complete_but_for_one_and_no_longer_than_sixteen_bits() {
        let mut steep = Tally::of_ac();
        for symbol in 0..40u8 {
            steep.0[usize::from(symbol >> 2 << 4 | 1)] = 1 << symbol;
        }
        for tally in [Tally::of_dc(), Tally::of_ac(), steep] {
            let codes = Codes::fitted(&tally.0);
            let room: u64 =
                (1..).zip(codes.counts).map(|(length, count)| u64::from(count) << (16 - length)).sum();
            assert!(room < 1 << 16, "{room}");
            let longest = (1..=16).rev().find(|length| codes.counts[length - 1] > 0).unwrap();
            assert_eq!(room + (1 << (16 - longest)), 1 << 16);
            let named = tally.0.iter().filter(|weight| **weight > 0).count();
            assert_eq!(codes.symbols.len(), named);
            assert_eq!(codes.counts.iter().map(|count| usize::from(*count)).sum::<usize>(), named);
        }
    }
}
