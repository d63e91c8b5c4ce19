//! The scan of a picture whose cells have two levels: looked up, not computed.

use super::grid::Grid;
use super::patterns::{Entry, Patterns, SEEN, TILE_BLOCKS};

/// Cells of a tile, across and down.
const TILE_CELLS: usize = 8;
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

/// The cells of a row of tiles: for each component and row of cells, a byte for each tile.
struct Rows {
    tiles: usize,
    bytes: Vec<u8>,
}

impl Rows {
    fn new(grid: &Grid, tiles: usize) -> Self {
        debug_assert!(grid.colours.whole_bits().is_some_and(|bits| bits <= 3));
        Self { tiles, bytes: vec![0; 3 * TILE_CELLS * tiles] }
    }

    /// Takes the bits of row `tile_row` of tiles out of a body. Beyond the last cell they look like it.
    fn fill(&mut self, grid: &Grid, tile_row: usize, body: &[u8]) {
        let planes = grid.colours.whole_bits().unwrap_or(0) as usize;
        let (columns, rows) = (grid.columns(), grid.rows());
        for (number, row) in self.bytes.chunks_exact_mut(self.tiles).enumerate() {
            let (plane, cell_row) = (number / TILE_CELLS, tile_row * TILE_CELLS + number % TILE_CELLS);
            if plane >= planes {
                continue;
            }
            let begin = (cell_row.min(rows.saturating_sub(1)) * planes + plane) * columns;
            let bits = body.get(begin / 8..).unwrap_or_default();
            let shift = begin % 8;
            for (at, byte) in row.iter_mut().enumerate() {
                let low = bits.get(at).copied().unwrap_or(0);
                let high = bits.get(at + 1).copied().unwrap_or(0);
                *byte = (u16::from_le_bytes([low, high]) >> shift) as u8;
            }
            let last = columns.saturating_sub(1);
            let is_set = row.get(last / 8).is_some_and(|byte| byte >> (last % 8) & 1 == 1);
            let fill = if is_set { 0xFF } else { 0 };
            if let Some(byte) = row.get_mut(last / 8) {
                let beyond = 0xFEu8 << (last % 8);
                *byte = *byte & !beyond | fill & beyond;
            }
            row.iter_mut().skip(last / 8 + 1).for_each(|byte| *byte = fill);
        }
    }

    /// Four rows of a tile from `first` on, a byte each; rows that the tile does not have are 0.
    #[inline(always)]
    fn word(&self, component: usize, tile: usize, first: u32) -> u32 {
        let row = |number: u32| {
            let at = (component * TILE_CELLS + (first + number) as usize) * self.tiles + tile;
            if first + number < TILE_CELLS as u32 { self.bytes.get(at).copied().unwrap_or(0) } else { 0 }
        };
        u32::from_le_bytes([row(0), row(1), row(2), row(3)])
    }
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
