//! The finished bits of every block that cells of 3×3 pixels and two levels can make.
//!
//! 24 by 24 pixels are 8 by 8 cells and 3 by 3 blocks, so a block sees 3 or 4 cells each way, in one of nine ways. All
//! that can be seen is coded once; a picture is then put together by looking up.

use super::codes::Codes;
use super::scan::{sized, symbols};
use super::transform::{Block, Quantiser, forward};

/// Blocks across a tile, and down.
pub(super) const TILE_BLOCKS: usize = 3;
/// For each block of a tile, across or down: its first cell, and how many it sees.
pub(super) const SEEN: [(u32, u32); TILE_BLOCKS] = [(0, 3), (2, 4), (5, 3)];
/// Bits that the words of an entry hold at most. The first leaves room for a difference of DC before it.
const WORD_BITS: [u32; 3] = [36, 56, 56];

/// The bits of a block but those of its DC.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    /// Its bits, each word's from the highest on.
    pub(super) words: [u64; 3],
    /// How many each word has.
    pub(super) counts: [u8; 3],
    /// DC in steps.
    pub(super) dc: i8,
}

/// The entries of a component.
#[derive(Debug)]
pub(super) struct Patterns {
    /// By row and column of the block in its tile; then by the cells it sees, a bit each, lowest first, in rows.
    entries: [Vec<Entry>; TILE_BLOCKS * TILE_BLOCKS],
    /// The code of each difference of DC from the lowest one on, from the highest bit on, and how many bits it has.
    differences: Vec<(u64, u32)>,
}

impl Patterns {
    /// For cells of these two levels, or one; `None` when a block has more bits than an entry holds.
    pub(super) fn new(levels: &[u8], quantiser: &Quantiser, (dc, ac): (&Codes, &Codes)) -> Option<Self> {
        let mut entries: [Vec<Entry>; 9] = Default::default();
        for (place, entries) in entries.iter_mut().enumerate() {
            let (down, across) = (SEEN[place / TILE_BLOCKS], SEEN[place % TILE_BLOCKS]);
            let cells = if levels.len() > 1 { down.1 * across.1 } else { 0 };
            for pattern in 0..1u32 << cells {
                let samples = samples(levels, pattern, (place / TILE_BLOCKS, place % TILE_BLOCKS));
                entries.push(entry(&quantiser.quantise(&forward(&samples)), ac)?);
            }
        }
        let code = |difference: i32| {
            let (size, bits) = sized(difference);
            let (code, count) = dc.code(size as u8);
            (u64::from(code << size | bits) << (64 - count - size).min(63), count + size)
        };
        let largest = entries.iter().flatten().map(|entry| i32::from(entry.dc).abs()).max().unwrap_or(0);
        let differences: Vec<_> = (-2 * largest..=2 * largest).map(code).collect();
        let is_short = differences.iter().all(|(_, count)| count + WORD_BITS[0] <= 56);
        is_short.then_some(Self { entries, differences })
    }

    /// The entries of the blocks at one place of their tile, a power of two of them.
    pub(super) fn at(&self, row: usize, column: usize) -> &[Entry] {
        &self.entries[row % TILE_BLOCKS * TILE_BLOCKS + column % TILE_BLOCKS]
    }

    /// All differences of DC with their codes, from the highest bit on, and how many bits those have.
    pub(super) fn differences(&self) -> Vec<(i32, u64, u32)> {
        let zero = self.differences.len() as i32 / 2;
        (-zero..)
            .zip(&self.differences)
            .map(|(difference, (bits, count))| (difference, *bits, *count))
            .collect()
    }

    /// The code of a difference of DC.
    #[inline]
    pub(super) fn difference(&self, difference: i32) -> (u64, u32) {
        let zero = self.differences.len() as i32 / 2;
        self.differences.get((difference + zero) as usize).copied().unwrap_or_default()
    }
}

/// The samples of a block, around 0.
pub(super) fn samples(levels: &[u8], pattern: u32, (row, column): (usize, usize)) -> Block {
    let (down, across) = (SEEN[row], SEEN[column]);
    let cell = |first: u32, place: usize, sample: usize| (place * 8 + sample) as u32 / 3 - first;
    std::array::from_fn(|at| {
        let (y, x) = (cell(down.0, row, at / 8), cell(across.0, column, at % 8));
        let level = (pattern >> (y * across.1 + x) & 1) as usize;
        levels.get(level).or(levels.first()).map_or(0, |value| i32::from(*value) - 128)
    })
}

fn entry(block: &Block, ac: &Codes) -> Option<Entry> {
    let mut entry = Entry { dc: i8::try_from(block[0]).ok()?, ..Entry::default() };
    let (mut is_dc, mut word, mut fits) = (true, 0, true);
    symbols(block, 0, |symbol, bits, size| {
        if std::mem::take(&mut is_dc) {
            return;
        }
        let (code, count) = ac.code(symbol);
        let (bits, mut left) = (u64::from(code) << size | u64::from(bits), count + size);
        while left > 0 {
            let Some(room) = WORD_BITS.get(word).map(|all| all - u32::from(entry.counts[word])) else {
                fits = false;
                return;
            };
            let taken = left.min(room);
            if taken > 0 {
                let part = bits >> (left - taken) & ((1 << taken) - 1);
                entry.words[word] |= part << (64 - u32::from(entry.counts[word]) - taken);
                entry.counts[word] += taken as u8;
                left -= taken;
            }
            if taken == room {
                word += 1;
            }
        }
    });
    fits.then_some(entry)
}
