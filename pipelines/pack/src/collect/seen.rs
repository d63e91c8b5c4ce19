//! Which symbols of each block were seen, to say how much more could have been lost.

use std::collections::BTreeMap;

/// Symbols of one block that are counted; more repair than source is counted as this much.
const SYMBOLS_MAX: u32 = 1 << 17;

/// The symbols that were seen, a bit each.
#[derive(Default)]
pub(super) struct Seen {
    blocks: BTreeMap<u32, Bits>,
}

struct Bits {
    source_count: u32,
    /// By their number; only those with a bit, for a forged symbol may name the last of them.
    words: BTreeMap<u32, u64>,
}

impl Seen {
    /// Notes a good symbol.
    pub(super) fn note(&mut self, block: u32, esi: u32, source_count: u32) {
        if esi >= SYMBOLS_MAX {
            return;
        }
        let bits = self.blocks.entry(block).or_insert(Bits { source_count, words: BTreeMap::new() });
        *bits.words.entry(esi / 64).or_default() |= 1 << (esi % 64);
    }

    /// The smallest part of its repair symbols that a block did not need; nothing without any.
    pub(super) fn margin(&self, repair_ratio: f64) -> Option<f64> {
        let part = |bits: &Bits| {
            let repair_count = (f64::from(bits.source_count) * repair_ratio).ceil();
            let have: u32 = bits.words.values().map(|word| word.count_ones()).sum();
            let spare = (f64::from(have) - f64::from(bits.source_count)).max(0.0);
            (repair_count > 0.0).then(|| (spare / repair_count).min(1.0))
        };
        self.blocks.values().filter_map(part).reduce(f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_is_that_of_the_block_that_lost_most() {
        let mut seen = Seen::default();
        for esi in 0..110 {
            seen.note(0, esi, 100);
            seen.note(0, esi, 100);
            if esi % 22 != 0 {
                seen.note(1, esi, 100);
            }
        }
        assert_eq!(seen.margin(0.1), Some(0.5));
        assert_eq!(seen.margin(0.0), None);
    }
}
