//! The cells of a row of tiles, a bit each.

use super::grid::Grid;

/// Cells of a tile, across and down.
pub(super) const TILE_CELLS: usize = 8;

/// For each component and row of cells a byte for each tile: 24 by 24 pixels.
#[derive(Debug)]
pub(super) struct Rows {
    tiles: usize,
    bytes: Vec<u8>,
}

impl Rows {
    /// For pictures that are so many tiles wide.
    pub(super) fn new(grid: &Grid, tiles: usize) -> Self {
        debug_assert!(grid.colours.whole_bits().is_some_and(|bits| bits <= 3));
        Self { tiles, bytes: vec![0; 3 * TILE_CELLS * tiles] }
    }

    /// Takes the bits of row `tile_row` of tiles out of a body. Beyond the last cell they look like it.
    pub(super) fn fill(&mut self, grid: &Grid, tile_row: usize, body: &[u8]) {
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
    pub(super) fn word(&self, component: usize, tile: usize, first: u32) -> u32 {
        let row = |number: u32| {
            let at = (component * TILE_CELLS + (first + number) as usize) * self.tiles + tile;
            if first + number < TILE_CELLS as u32 { self.bytes.get(at).copied().unwrap_or(0) } else { 0 }
        };
        u32::from_le_bytes([row(0), row(1), row(2), row(3)])
    }

    /// Forgets all cells.
    pub(super) fn clear(&mut self) {
        self.bytes.fill(0);
    }

    /// Adds cells of up to three rows of a tile from `first` on, a byte each.
    #[inline(always)]
    pub(super) fn add(&mut self, component: usize, tile: usize, first: usize, cells: u32) {
        let at = (component * TILE_CELLS + first) * self.tiles + tile;
        for (number, cells) in cells.to_le_bytes().into_iter().enumerate().take(3) {
            if let Some(byte) = self.bytes.get_mut(at + number * self.tiles) {
                *byte |= cells;
            }
        }
    }

    /// Adds the bits of row `tile_row` of tiles to a body where they are still 0: what [`Self::fill`] takes out.
    pub(super) fn spill(&self, grid: &Grid, tile_row: usize, body: &mut [u8]) {
        let planes = grid.colours.whole_bits().unwrap_or(0) as usize;
        let columns = grid.columns();
        for (number, row) in self.bytes.chunks_exact(self.tiles).enumerate() {
            let (plane, cell_row) = (number / TILE_CELLS, tile_row * TILE_CELLS + number % TILE_CELLS);
            if plane >= planes || cell_row >= grid.rows() {
                continue;
            }
            let begin = (cell_row * planes + plane) * columns;
            let bits = body.get_mut(begin / 8..).unwrap_or_default();
            let shift = begin % 8;
            let mut before = 0;
            for (at, to) in bits.iter_mut().enumerate().take(columns.div_ceil(8) + 1) {
                let there = columns.saturating_sub(at * 8).min(8);
                let cells = u16::from(row.get(at).copied().unwrap_or(0)) & ((1 << there) - 1);
                *to |= (cells << shift) as u8 | before;
                before = (cells << shift >> 8) as u8;
            }
        }
    }
}
