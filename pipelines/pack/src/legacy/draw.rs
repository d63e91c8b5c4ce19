//! Cells as pixels and pixels as cells: what a machine with an accelerator may do in another way.

use super::grid::Grid;

/// Parts of a mean: means are in sixteenths.
pub const MEAN_PARTS: u16 = 16;
/// The middle of a cell counts for more than its edges, where neighbours shine in.
pub(super) const WEIGHTS: [u16; 3] = [1, 2, 1];

/// The picture of some cells in red, green and blue, three bytes a pixel, row by row.
///
/// `cells` has the number of a colour in `palette` for each cell of `grid`, row by row; one that is missing is black.
pub fn draw(cells: &[u8], palette: &[[u8; 3]], grid: &Grid) -> Vec<u8> {
    let (columns, rows, side) = (grid.columns(), grid.rows(), grid.side() as usize);
    let mut out = Vec::with_capacity(grid.width as usize * grid.height as usize * 3);
    for y in 0..grid.height as usize {
        let row = (y / side).min(rows.saturating_sub(1)) * columns;
        for x in 0..grid.width as usize {
            let cell = cells.get(row + (x / side).min(columns.saturating_sub(1))).copied().unwrap_or(0);
            out.extend(palette.get(usize::from(cell)).copied().unwrap_or_default());
        }
    }
    out
}

/// The weighted mean of each cell on one plane of a picture, in [`MEAN_PARTS`]ths, row by row.
///
/// `plane` has a byte for each pixel of `grid`, row by row; a plane that is too short gives fewer cells.
pub fn average(plane: &[u8], grid: &Grid) -> Vec<u16> {
    let (columns, width) = (grid.columns(), grid.width as usize);
    let mut out = Vec::with_capacity(columns * grid.rows());
    if !grid.nine_to_one {
        return plane.iter().map(|value| u16::from(*value) * MEAN_PARTS).collect();
    }
    for band in plane.chunks_exact(width * 3).take(grid.rows()) {
        let mut sums = vec![0u16; width];
        for (line, weight) in band.chunks_exact(width).zip(WEIGHTS) {
            sums.iter_mut().zip(line).for_each(|(sum, value)| *sum += weight * u16::from(*value));
        }
        let cell = |sums: &[u16; 3]| sums.iter().zip(WEIGHTS).map(|(sum, weight)| sum * weight).sum::<u16>();
        out.extend(sums.as_chunks::<3>().0.iter().map(cell));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::colours::{Colours, ycbcr_of};
    use super::*;

    #[test]
    fn what_is_drawn_has_the_means_of_its_colours() {
        for (count, nine_to_one) in [(2, true), (8, true), (200, true), (64, false)] {
            let colours = Colours::new(count).unwrap();
            let grid = Grid { width: 64, height: 80, colours, nine_to_one };
            let mut random = fastrand::Rng::with_seed(5);
            let cells: Vec<u8> =
                (0..grid.columns() * grid.rows()).map(|_| random.u16(0..count) as u8).collect();
            let pixels = draw(&cells, &colours.rgb(), &grid);
            for component in 0..3 {
                let plane: Vec<u8> =
                    pixels.as_chunks::<3>().0.iter().map(|rgb| ycbcr_of(*rgb)[component]).collect();
                let levels = colours.levels(component);
                let expected = cells.iter().map(|cell| {
                    u16::from(levels[usize::from(colours.level_of(*cell, component))]) * MEAN_PARTS
                });
                assert!(average(&plane, &grid).into_iter().eq(expected), "{count}, component {component}");
            }
        }
    }
}
