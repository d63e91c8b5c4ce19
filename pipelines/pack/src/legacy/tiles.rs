//! The scan of a picture whose cells have two levels: looked up, not computed.

use super::grid::Grid;
use super::patterns::{Entry, Patterns, SEEN, TILE_BLOCKS};
use super::rows::Rows;

/// Bytes that a block takes at most: 56, 56 and 56 bits, and 8 that are written ahead.
const BLOCK_BYTES_MAX: usize = 24;

/// Appends the scan of `body` in cells of `grid`, stuffed and filled up, to `out`. `patterns` are those of brightness,
/// blueness and redness.
pub(super) fn write(grid: &Grid, patterns: [&Patterns; 3], body: &[u8], out: &mut Vec<u8>) {
    let (block_columns, block_rows) = (grid.width.div_ceil(8) as usize, grid.height.div_ceil(8) as usize);
    let tiles = block_columns.div_ceil(TILE_BLOCKS);
    let mut rows = Rows::new(grid, tiles);
    let mut bits = Bits { bytes: vec![0; block_columns * 3 * BLOCK_BYTES_MAX + 16], ..Bits::default() };
    let mut before = [0i32; 3];
    for block_row in 0..block_rows {
        if block_row % TILE_BLOCKS == 0 {
            rows.fill(grid, block_row / TILE_BLOCKS, body);
        }
        let (first, seen) = SEEN[block_row % TILE_BLOCKS];
        for tile in 0..tiles {
            let words = [0, 1, 2].map(|component| rows.word(component, tile, first));
            for (column, across) in SEEN.iter().enumerate().take(block_columns - tile * TILE_BLOCKS) {
                for component in 0..3 {
                    let entries = patterns[component].at(block_row, column);
                    let index = index(words[component], seen, *across) & (entries.len() - 1);
                    let Some(entry) = entries.get(index) else { continue };
                    let difference = i32::from(entry.dc) - before[component];
                    before[component] = entry.dc.into();
                    bits.put_block(patterns[component].difference(difference), entry);
                }
            }
        }
        stuff(bits.taken(), out);
        bits.restart();
    }
    bits.finish();
    stuff(bits.taken(), out);
}

/// The cells that a block sees, a bit each, from a word that holds the rows of its tile, a byte each.
#[inline(always)]
fn index(word: u32, rows: u32, (first, columns): (u32, u32)) -> usize {
    let (word, mask, step) = (word >> first, (1u32 << columns) - 1, 8 - columns);
    let mut index = word & mask;
    index |= word >> step & mask << columns;
    index |= word >> (2 * step) & mask << (2 * columns);
    if rows > 3 {
        index |= word >> (3 * step) & mask << (3 * columns);
    }
    index as usize
}

/// Bits without stuffing, from the highest of each byte on.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    at: usize,
    /// Bits that are no whole byte yet, from the highest on.
    held: u64,
    held_count: u32,
}

impl Bits {
    /// Appends at most 56 bits, the highest of `bits`; all others are 0.
    #[inline(always)]
    fn put(&mut self, bits: u64, count: u32) {
        self.held |= bits >> self.held_count;
        if let Some(place) = self.bytes.get_mut(self.at..self.at + 8) {
            place.copy_from_slice(&self.held.to_be_bytes());
        }
        let count = self.held_count + count;
        self.at += (count / 8) as usize;
        self.held <<= count & !7;
        self.held_count = count % 8;
    }

    #[inline(always)]
    fn put_block(&mut self, (difference, count): (u64, u32), entry: &Entry) {
        self.put(difference | entry.words[0] >> count, count + u32::from(entry.counts[0]));
        self.put(entry.words[1], entry.counts[1].into());
        if entry.counts[2] > 0 {
            self.put(entry.words[2], entry.counts[2].into());
        }
    }

    /// The whole bytes.
    fn taken(&self) -> &[u8] {
        self.bytes.get(..self.at).unwrap_or_default()
    }

    /// Forgets the whole bytes.
    fn restart(&mut self) {
        self.at = 0;
    }

    /// Fills the last byte with ones.
    fn finish(&mut self) {
        self.restart();
        let missing = (8 - self.held_count) % 8;
        self.put(!(u64::MAX >> missing), missing);
    }
}

/// Appends bytes with a zero behind each one of ones.
fn stuff(bytes: &[u8], out: &mut Vec<u8>) {
    let (chunks, rest) = bytes.as_chunks::<32>();
    for chunk in chunks {
        if chunk.iter().fold(false, |found, byte| found | (*byte == 0xFF)) {
            stuff_each(chunk, out);
        } else {
            out.extend_from_slice(chunk);
        }
    }
    stuff_each(rest, out);
}

fn stuff_each(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        out.push(*byte);
        if *byte == 0xFF {
            out.push(0);
        }
    }
}
