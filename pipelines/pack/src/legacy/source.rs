//! The samples of a picture of cells, block by block, without the picture.

use super::grid::Grid;
use super::transform::Block;

/// Cells whose samples are asked for.
#[derive(Debug)]
pub(super) struct Source<'a> {
    grid: &'a Grid,
    cells: &'a [u8],
    /// By component and colour: the sample, around 0.
    samples: [Vec<i32>; 3],
}

impl<'a> Source<'a> {
    /// `cells` has a colour for each cell of `grid`, row by row.
    pub(super) fn new(grid: &'a Grid, cells: &'a [u8]) -> Self {
        let samples = [0, 1, 2].map(|component| {
            let levels = grid.colours.levels(component);
            let sample = |colour: u16| {
                let level = grid.colours.level_of(colour as u8, component);
                levels.get(usize::from(level)).map_or(0, |value| i32::from(*value) - 128)
            };
            (0..256).map(sample).collect()
        });
        Self { grid, cells, samples }
    }

    /// The samples of a block; beyond the last cell they look like it.
    pub(super) fn block(&self, component: usize, column: usize, row: usize) -> Block {
        let (columns, rows, side) = (self.grid.columns(), self.grid.rows(), self.grid.side() as usize);
        let samples = &self.samples[component];
        let mut block = [0; 64];
        for (y, line) in block.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            let cell_row = ((row * 8 + y) / side).min(rows.saturating_sub(1));
            let cells = self.cells.get(cell_row * columns..).unwrap_or_default();
            for (x, sample) in line.iter_mut().enumerate() {
                let cell = ((column * 8 + x) / side).min(columns.saturating_sub(1));
                *sample = cells.get(cell).map_or(0, |colour| samples[usize::from(*colour)]);
            }
        }
        block
    }
}
