//! Cells drawn and averaged by a kernel, on the device that a person asked for.

use reel_kernels::{
    AverageCells, CellFrame, CellStyle, CellWeights, Channels, DrawCells, Place, RanOn, Rest,
};

use super::draw::{MEAN_PARTS, WEIGHTS, average};
use super::grid::Grid;
use super::transform::Block;

/// Draws pictures of one grid.
#[derive(Debug)]
pub(super) struct Drawing {
    kernel: DrawCells,
    grid: Grid,
}

impl Drawing {
    /// `None` when a picture of this grid is more than a kernel takes.
    pub(super) fn on(place: &Place, grid: Grid) -> Option<Self> {
        let frame = CellFrame::new(grid.width, grid.height, grid.side())?;
        let levels = [0, 1, 2].map(|component| grid.colours.levels(component));
        let colour = |number: u16| {
            [0, 1, 2].map(|component: usize| {
                let level = grid.colours.level_of(number as u8, component);
                levels[component].get(usize::from(level)).copied().unwrap_or(0)
            })
        };
        // Brightness, blueness and redness as a JPEG has them: what a plain encoder makes of the palette first.
        let palette: Vec<[u8; 3]> = (0..grid.colours.count()).map(colour).collect();
        let background = palette.first().copied().unwrap_or_default();
        let style = CellStyle::new(&palette, background, Rest::LastCell, Channels::Planar);
        Some(Self { kernel: DrawCells::new(frame, style, place), grid })
    }

    /// Whether a GPU draws; else there are faster ways to the same picture.
    pub(super) fn is_on_gpu(&self) -> bool {
        self.kernel.ran_on().gpu.is_some()
    }

    pub(super) fn ran_on(&self) -> RanOn {
        self.kernel.ran_on()
    }

    /// The picture: three planes.
    pub(super) fn draw(&self, cells: &[u8]) -> Drawn<'_> {
        Drawn { grid: &self.grid, planes: self.kernel.draw(cells) }
    }
}

/// A picture that was drawn.
#[derive(Debug)]
pub(super) struct Drawn<'a> {
    grid: &'a Grid,
    planes: Vec<u8>,
}

impl Drawn<'_> {
    /// The samples of a block, around 0; beyond the edge they look like the last pixel.
    pub(super) fn block(&self, component: usize, column: usize, row: usize) -> Block {
        let (width, height) = (self.grid.width as usize, self.grid.height as usize);
        let plane = self.planes.get(component * width * height..).unwrap_or_default();
        std::array::from_fn(|at| {
            let y = (row * 8 + at / 8).min(height.saturating_sub(1));
            let x = (column * 8 + at % 8).min(width.saturating_sub(1));
            plane.get(y * width + x).map_or(0, |value| i32::from(*value) - 128)
        })
    }
}

/// Averages pictures of any grid.
#[derive(Debug)]
pub(super) struct Averaging {
    place: Place,
    /// For one size of pictures: cells of one pixel, cells of nine.
    kernels: [Option<(CellFrame, AverageCells)>; 2],
    ran_on: Option<RanOn>,
}

impl Averaging {
    pub(super) fn on(place: Place) -> Self {
        Self { place, kernels: [None, None], ran_on: None }
    }

    /// What averaged last; nothing before that.
    pub(super) fn ran_on(&self) -> Option<&RanOn> {
        self.ran_on.as_ref()
    }

    /// What [`average`] says of each plane.
    pub(super) fn average(&mut self, planes: [&[u8]; 3], grid: &Grid) -> [Vec<u16>; 3] {
        let Some(kernel) = self.kernel(grid) else {
            self.ran_on = Some(RanOn::default());
            return planes.map(|plane| average(plane, grid));
        };
        let on_gpu = kernel.ran_on().gpu.is_some();
        let means = planes.map(|plane| if on_gpu { kernel.average(plane) } else { average(plane, grid) });
        self.ran_on = Some(kernel.ran_on());
        means
    }

    fn kernel(&mut self, grid: &Grid) -> Option<&AverageCells> {
        let frame = CellFrame::new(grid.width, grid.height, grid.side())?;
        let kept = self.kernels.get_mut(usize::from(grid.nine_to_one))?;
        if kept.as_ref().is_none_or(|(kept, _)| *kept != frame) {
            let weights = if grid.nine_to_one { &WEIGHTS.map(|weight| weight as u8)[..] } else { &[1] };
            let weights = CellWeights::new(weights, MEAN_PARTS, 1)?;
            *kept = Some((frame, AverageCells::new(frame, weights, &self.place)));
        }
        kept.as_ref().map(|(_, kernel)| kernel)
    }
}
