//! Cells of one colour each, from numbers of a palette to pixels.

use std::sync::Arc;

use crate::cell_frame::CellFrame;
use crate::error::KernelError;
use crate::gpu::{Gpu, Launcher, Source};
use crate::place::Place;
use crate::raw::session::{Arg, Buffer};
use crate::runner::{RanOn, Runner, fastest, shape};
use crate::sample::{FRAMES, Noise};

/// The kernel.
pub static DRAW_CELLS: Source =
    Source { name: "draw_cells", text: include_str!("draw_cells.cl"), entry: c"draw_cells" };

/// Numbers that a cell can have.
const COLOURS: usize = 256;

/// How the three channels of a pixel lie in memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Channels {
    /// Red, green, blue, three bytes a pixel.
    Together,
    /// All of the first channel, then the second, then the third.
    Planar,
}

/// What is seen where no whole cell is, to the right and below.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Rest {
    /// The background.
    Background,
    /// The last whole cell of the row or column; the background where there is none.
    LastCell,
}

/// How cells are drawn.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CellStyle {
    channels: Channels,
    rest: Rest,
    /// 256 colours, and the background.
    palette: Vec<[u8; 3]>,
}

impl CellStyle {
    /// Numbers beyond `palette`, and cells that are missing, look like `background`; colours beyond 256 are left out.
    pub fn new(palette: &[[u8; 3]], background: [u8; 3], rest: Rest, channels: Channels) -> Self {
        let mut palette: Vec<[u8; 3]> = palette.iter().copied().take(COLOURS).collect();
        palette.resize(COLOURS + 1, background);
        Self { channels, rest, palette }
    }

    fn colour(&self, number: Option<u8>) -> [u8; 3] {
        let index = number.map_or(COLOURS, usize::from);
        self.palette.get(index).copied().unwrap_or_default()
    }
}

/// The twin. Draws `cells` (row by row, a number of the palette each) into `pixels`: three bytes for each pixel of
/// `frame`. What has no room is left out.
pub fn draw_cells(frame: &CellFrame, style: &CellStyle, cells: &[u8], pixels: &mut [u8]) {
    let (width, side) = (frame.width(), frame.cell_px());
    let mut lines: [Vec<u8>; 3] = Default::default();
    for (line, row) in (0..frame.height()).map(|y| (y, y / side)) {
        // All rows of pixels of a row of cells are the same.
        let row = match style.rest {
            Rest::LastCell if frame.columns() > 0 => row.min(frame.rows().wrapping_sub(1)),
            _ => row,
        };
        if line.is_multiple_of(side) {
            draw_line(frame, style, row_of(frame, cells, row), &mut lines);
        }
        match style.channels {
            Channels::Together => copy(&lines[0], pixels, line * width * 3),
            Channels::Planar => {
                for (channel, one) in lines.iter().enumerate() {
                    copy(one, pixels, channel * frame.pixel_count() + line * width);
                }
            }
        }
    }
}

fn row_of<'a>(frame: &CellFrame, cells: &'a [u8], row: usize) -> &'a [u8] {
    if row >= frame.rows() {
        return &[];
    }
    let begin = (row * frame.columns()).min(cells.len());
    cells.get(begin..(begin + frame.columns()).min(cells.len())).unwrap_or_default()
}

/// One row of pixels: all channels in the first line, or each in its own.
fn draw_line(frame: &CellFrame, style: &CellStyle, cells: &[u8], lines: &mut [Vec<u8>; 3]) {
    let last = match style.rest {
        Rest::LastCell if frame.rows() > 0 => frame.columns().checked_sub(1).and_then(|last| cells.get(last)),
        _ => None,
    };
    let last = style.colour(last.copied());
    let colour = |column: usize| match column < frame.columns() {
        true => style.colour(cells.get(column).copied()),
        false => last,
    };
    match style.channels {
        Channels::Together => {
            let [line, ..] = lines;
            line.resize(frame.width() * 3, 0);
            for (column, run) in line.chunks_mut(frame.cell_px() * 3).enumerate() {
                let colour = colour(column);
                run.as_chunks_mut::<3>().0.fill(colour);
            }
        }
        Channels::Planar => {
            for (channel, line) in lines.iter_mut().enumerate() {
                line.resize(frame.width(), 0);
                for (column, run) in line.chunks_mut(frame.cell_px()).enumerate() {
                    let value = colour(column)[channel];
                    run.iter_mut().for_each(|pixel| *pixel = value);
                }
            }
        }
    }
}

fn copy(line: &[u8], pixels: &mut [u8], from: usize) {
    let to = pixels.get_mut(from..).unwrap_or_default();
    let count = to.len().min(line.len());
    if let (Some(to), Some(line)) = (to.get_mut(..count), line.get(..count)) {
        to.copy_from_slice(line);
    }
}

/// Draws on a device, or by the twin.
#[derive(Debug)]
pub struct DrawCells {
    frame: CellFrame,
    style: CellStyle,
    runner: Runner<OnGpu>,
}

impl DrawCells {
    /// Of pictures of this shape.
    pub fn new(frame: CellFrame, style: CellStyle, place: &Place) -> Self {
        let make = |gpu: &Arc<Gpu>| OnGpu::new(gpu, &frame, &style);
        let seconds = |on_gpu: &mut OnGpu| {
            let cells = Noise::new(1).bytes(frame.cell_count());
            let mut pixels = vec![0; frame.pixel_count() * 3];
            let gpu = fastest(|| on_gpu.draw(&frame, &style, &cells, &mut pixels))?;
            let twin = fastest(|| {
                draw_cells(&frame, &style, &cells, &mut pixels);
                Ok::<_, KernelError>(())
            })?;
            Ok((gpu, twin))
        };
        let runner = Runner::new(place, (DRAW_CELLS.name, shape((frame, style.channels))), make, seconds);
        Self { frame, style, runner }
    }

    /// The picture, three bytes a pixel; see [`draw_cells`].
    pub fn draw(&self, cells: &[u8]) -> Vec<u8> {
        let mut pixels = vec![0; self.frame.pixel_count() * 3];
        self.runner.run(
            pixels.as_mut_slice(),
            |on_gpu, pixels| on_gpu.draw(&self.frame, &self.style, cells, pixels),
            |pixels| draw_cells(&self.frame, &self.style, cells, pixels),
        );
        pixels
    }

    /// What drew last.
    pub fn ran_on(&self) -> RanOn {
        self.runner.ran_on()
    }
}

/// The kernel with its palette on a device.
#[derive(Debug)]
struct OnGpu {
    launcher: Launcher,
    palette: Buffer,
    cells: Buffer,
    pixels: Buffer,
}

impl OnGpu {
    fn new(gpu: &Arc<Gpu>, frame: &CellFrame, style: &CellStyle) -> Result<Self, KernelError> {
        gpu.checked(&DRAW_CELLS, check)?;
        Self::unchecked(gpu, frame, style)
    }

    fn unchecked(gpu: &Arc<Gpu>, frame: &CellFrame, style: &CellStyle) -> Result<Self, KernelError> {
        let launcher = gpu.launcher(&DRAW_CELLS)?;
        Ok(Self {
            palette: launcher.upload(style.palette.as_flattened())?,
            cells: launcher.room::<u8>(frame.cell_count())?,
            pixels: launcher.room::<u8>(frame.pixel_count() * 3)?,
            launcher,
        })
    }

    fn draw(
        &mut self,
        frame: &CellFrame,
        style: &CellStyle,
        cells: &[u8],
        pixels: &mut [u8],
    ) -> Result<(), KernelError> {
        let there = cells.len().min(frame.cell_count());
        self.launcher.write(&self.cells, cells.get(..there).unwrap_or_default())?;
        let buffers = [&self.cells, &self.palette, &self.pixels];
        let sizes = [
            frame.width(),
            frame.height(),
            frame.cell_px(),
            frame.columns(),
            frame.rows(),
            there,
            usize::from(style.rest == Rest::LastCell),
            usize::from(style.channels == Channels::Planar),
        ];
        let args: Vec<Arg<'_>> =
            buffers.into_iter().map(Arg::Buffer).chain(sizes.map(|size| Arg::U32(size as u32))).collect();
        self.launcher.run(&args, frame.pixel_count(), 1)?;
        self.launcher.download(&self.pixels, 0, pixels)
    }
}

/// The device against the twin, also with cells that are missing and numbers beyond the palette.
fn check(gpu: &Arc<Gpu>) -> Result<(), KernelError> {
    for (seed, (width, height, cell_px)) in (0..).zip(FRAMES) {
        let Some(frame) = CellFrame::new(width, height, cell_px) else { continue };
        let mut noise = Noise::new(seed);
        let palette: Vec<[u8; 3]> = noise.bytes(600).as_chunks::<3>().0.to_vec();
        let missing = noise.next() as usize % 5;
        let cells = noise.bytes(frame.cell_count().saturating_sub(missing));
        for (rest, channels) in [(Rest::Background, Channels::Together), (Rest::LastCell, Channels::Planar)] {
            let style = CellStyle::new(&palette, [1, 2, 3], rest, channels);
            let mut got = vec![0; frame.pixel_count() * 3];
            let mut expected = got.clone();
            OnGpu::unchecked(gpu, &frame, &style)?.draw(&frame, &style, &cells, &mut got)?;
            draw_cells(&frame, &style, &cells, &mut expected);
            gpu.compare(&DRAW_CELLS, &got, &expected)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: [u8; 3] = [255, 0, 0];
    const BLUE: [u8; 3] = [0, 0, 255];
    const GREY: [u8; 3] = [9, 9, 9];

    fn check(rest: Rest, channels: Channels, cells: &[u8], expected: &[[u8; 3]]) {
        let frame = CellFrame::new(5, 3, 2).expect("fits");
        let style = CellStyle::new(&[RED, BLUE], GREY, rest, channels);
        let mut pixels = vec![77; 45];
        draw_cells(&frame, &style, cells, &mut pixels);
        let expected: Vec<u8> = match channels {
            Channels::Together => expected.concat(),
            Channels::Planar => {
                (0..3).flat_map(|channel| expected.iter().map(move |rgb| rgb[channel])).collect()
            }
        };
        assert_eq!(pixels, expected);
    }

    #[test]
    fn what_no_cell_covers_is_background_or_the_last_cell() {
        let line = [RED, RED, BLUE, BLUE];
        for channels in [Channels::Together, Channels::Planar] {
            let with = |last, below: [[u8; 3]; 5]| {
                [[line[0], line[1], line[2], line[3], last]; 2]
                    .into_iter()
                    .chain([below])
                    .collect::<Vec<_>>()
                    .concat()
            };
            check(Rest::Background, channels, &[0, 1], &with(GREY, [GREY; 5]));
            check(Rest::LastCell, channels, &[0, 1], &with(BLUE, [RED, RED, BLUE, BLUE, BLUE]));
        }
    }

    #[test]
    fn missing_cells_and_numbers_beyond_the_palette_are_background() {
        let line = [RED, RED, GREY, GREY, GREY];
        for cells in [&[0][..], &[0, 2], &[0, 255]] {
            check(Rest::Background, Channels::Together, cells, &[line, line, [GREY; 5]].concat());
        }
    }
}
