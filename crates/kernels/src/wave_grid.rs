//! Cells that are sums of waves: which waves, how strong each may stand, and where the cells are.

use crate::raw::wide::WideWaves;

/// Fraction bits of a wave's samples.
pub const WAVE_BITS: u32 = 12;
/// Fraction bits of a step.
pub const STEP_BITS: u32 = 6;
/// The luma that waves swing around.
pub const MIDDLE: i32 = 126;
/// The darkest and the lightest luma that is drawn.
pub const LUMA_RANGE: (i16, i16) = (16, 235);
/// Steps of a wave, used or not: a level is taken modulo this.
pub const STEPS: usize = 16;

/// A cell of the grid that nothing is drawn into.
pub(crate) const NO_CELL: u32 = u32::MAX;
/// Pixels of a picture, and numbers of any table, at most: indices stay below 2^31 everywhere.
const SIZE_MAX: usize = 1 << 28;

/// The shape of pictures that waves are drawn into and measured in.
#[derive(Debug)]
pub struct WaveGrid {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) cell_px: usize,
    /// One after the other: `cell_px`² samples, row by row.
    pub(crate) waves: Vec<i16>,
    pub(crate) steps: Vec<[i16; STEPS]>,
    pub(crate) cells: Vec<(u32, u32)>,
    /// Cells of the grid across and down.
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    /// For each cell of the grid the last of `cells` that lies there, or [`NO_CELL`].
    pub(crate) cell_at: Vec<u32>,
    pub(crate) wide: Option<WideWaves>,
}

impl WaveGrid {
    /// Pictures of `width × height` pixels with `cells` of `cell_px`² pixels, each given by its left upper pixel.
    ///
    /// `waves` hold `cell_px`² samples each, row by row, in 1 / 2^[`WAVE_BITS`]; `steps` say for each wave how strong it
    /// stands at each level, in 1 / 2^[`STEP_BITS`] of a luma step.
    ///
    /// `None` when a cell is not on the grid or not whole, a wave has another size, there are not as many rows of steps
    /// as waves, or there is more than 2^28 of anything.
    pub fn new(
        (width, height): (u32, u32),
        cell_px: u32,
        waves: &[Vec<i16>],
        steps: &[[i16; STEPS]],
        cells: Vec<(u32, u32)>,
    ) -> Option<Self> {
        let (width, height, cell_px) = (width as usize, height as usize, cell_px as usize);
        let bounded = |a: usize, b: usize| a.checked_mul(b).filter(|size| *size <= SIZE_MAX);
        bounded(width, height)?;
        let cell_size = bounded(cell_px, cell_px)?;
        bounded(cell_size, waves.len())?;
        bounded(cells.len(), waves.len())?;
        let fits = cell_px > 0
            && !waves.is_empty()
            && waves.len() == steps.len()
            && waves.iter().all(|wave| wave.len() == cell_size);
        if !fits {
            return None;
        }
        let (columns, rows) = (width / cell_px, height / cell_px);
        let mut cell_at = vec![NO_CELL; columns * rows];
        for (number, (x, y)) in (0..).zip(&cells) {
            let (column, row) = (*x as usize / cell_px, *y as usize / cell_px);
            let on_grid = *x as usize == column * cell_px && *y as usize == row * cell_px;
            *cell_at.get_mut(row * columns + column).filter(|_| on_grid && column < columns)? = number;
        }
        let waves: Vec<i16> = waves.concat();
        let wide = WideWaves::new(&waves, steps, cell_px);
        Some(Self {
            width,
            height,
            cell_px,
            waves,
            steps: steps.to_vec(),
            cells,
            columns,
            rows,
            cell_at,
            wide,
        })
    }

    /// Pixels of a picture.
    pub fn picture_size(&self) -> usize {
        self.width * self.height
    }

    /// Levels of a picture, one for each cell and wave; products too.
    pub fn level_count(&self) -> usize {
        self.cells.len() * self.steps.len()
    }

    /// Samples of a wave.
    pub(crate) fn cell_size(&self) -> usize {
        self.cell_px * self.cell_px
    }

    /// What decides how long work of this shape takes.
    pub(crate) fn shape(&self) -> [usize; 5] {
        [self.width, self.height, self.cell_px, self.steps.len(), self.cells.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_cells_on_the_grid_are_taken() {
        let grid = |cells: &[(u32, u32)]| {
            WaveGrid::new((20, 13), 4, &[vec![1; 16]], &[[0; STEPS]], cells.to_vec()).is_some()
        };
        assert!(grid(&[]) && grid(&[(0, 0), (16, 8), (0, 0)]));
        for outside in [(20, 0), (0, 12), (2, 0), (0, 2), (u32::MAX, 0), (0, u32::MAX - 3)] {
            assert!(!grid(&[outside]), "{outside:?}");
        }
    }

    #[test]
    fn tables_that_contradict_each_other_are_refused() {
        let grid = |size: (u32, u32), cell_px: u32, waves: &[Vec<i16>], steps: usize| {
            WaveGrid::new(size, cell_px, waves, &vec![[0; STEPS]; steps], Vec::new()).is_some()
        };
        assert!(grid((8, 8), 2, &[vec![0; 4]], 1) && grid((0, 0), 1, &[vec![0]], 1));
        assert!(!grid((8, 8), 2, &[vec![0; 3]], 1));
        assert!(!grid((8, 8), 2, &[vec![0; 4]], 2));
        assert!(!grid((8, 8), 0, &[vec![]], 1));
        assert!(!grid((8, 8), 2, &[], 0));
        assert!(!grid((u32::MAX, u32::MAX), 2, &[vec![0; 4]], 1));
    }
}
