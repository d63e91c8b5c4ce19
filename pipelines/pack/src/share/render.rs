//! From bytes to pictures.

use reel_kernels::{DrawWaves, MIDDLE, Place, RanOn};

use super::codeword::Coder;
use super::finder::{CORNER_MODULES, DARK, LIGHT, is_dark};
use super::header::{FrameTag, bits_from_header};
use super::layout::{CORNER_UNITS, Layout};
use super::pattern::{Patterns, level_from_bits};

/// Draws the pictures of one layout.
#[derive(Debug)]
pub struct Modulator {
    layout: Layout,
    coder: Coder,
    drawing: DrawWaves,
}

impl Modulator {
    /// A modulator for `layout` that draws on the CPU; `None` when the header could not name it.
    pub fn new(layout: Layout) -> Option<Self> {
        Self::on(&Place::cpu(), layout)
    }

    /// The same on a device, while that works.
    pub fn on(place: &Place, layout: Layout) -> Option<Self> {
        layout.to_bits()?;
        let grid = Patterns::new(&layout).grid(&layout, &layout.cells())?;
        let drawing = DrawWaves::new(grid, blank(&layout), layout.spread.into(), place);
        Some(Self { coder: Coder::new(&layout), drawing, layout })
    }

    /// What draws.
    pub fn ran_on(&self) -> RanOn {
        self.drawing.ran_on()
    }

    /// What is drawn.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The luma of the pictures that carry `body`, each `width × height` bytes of limited range, to be shown
    /// [`Layout::hold`] times before the next. A short body is filled up with zeros, of a long one the rest is not
    /// shown. `None` when the number of the frame does not fit.
    pub fn pictures(&self, tag: FrameTag, body: &[u8]) -> Option<Vec<Vec<u8>>> {
        let bits = self.coder.bits_from_body(tag.number, body);
        let headers: Vec<Vec<bool>> = (0..usize::from(self.layout.spread))
            .map(|index| bits_from_header(&self.layout, tag, index))
            .collect::<Option<_>>()?;
        let level = |bits: &[u8]| {
            let value = bits.iter().fold(0, |value, bit| value << 1 | usize::from(*bit));
            level_from_bits(value) as u8
        };
        let levels: Vec<u8> = bits.chunks(usize::from(self.layout.level_bits).max(1)).map(level).collect();
        let mut pictures = self.drawing.draw(&levels);
        for (luma, header) in pictures.iter_mut().zip(&headers) {
            self.draw_header(header, luma);
        }
        Some(pictures)
    }

    fn draw_header(&self, header: &[bool], luma: &mut [u8]) {
        let (unit, columns) = (self.layout.unit_px(), self.layout.header_columns());
        for index in 0..columns * self.layout.canvas.header_rows() {
            // Cells after the last bit repeat the first ones.
            let set = header.get(index as usize % header.len().max(1)).copied().unwrap_or(false);
            let grey = if set { LIGHT } else { DARK };
            let (x, row) = ((CORNER_UNITS + index % columns) * unit, index / columns);
            let below = self.layout.height - (self.layout.canvas.header_rows() - row) * unit;
            for y in [row * unit, below] {
                fill(luma, self.layout.width, (x, y), unit, grey);
            }
        }
    }
}

fn blank(layout: &Layout) -> Vec<u8> {
    let mut luma = vec![MIDDLE as u8; layout.width as usize * layout.height as usize];
    let module = layout.unit_px() * CORNER_UNITS / CORNER_MODULES;
    let corner = module * CORNER_MODULES;
    for (left, top) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let (left, top) =
            (left * layout.width.saturating_sub(corner), top * layout.height.saturating_sub(corner));
        for row in 0..CORNER_MODULES {
            for column in 0..CORNER_MODULES {
                let grey = if is_dark(column, row) { DARK } else { LIGHT };
                fill(&mut luma, layout.width, (left + column * module, top + row * module), module, grey);
            }
        }
    }
    luma
}

fn fill(luma: &mut [u8], width: u32, (x, y): (u32, u32), side: u32, grey: u8) {
    let start = y as usize * width as usize + x as usize;
    for row in luma.get_mut(start..).unwrap_or_default().chunks_mut(width as usize).take(side as usize) {
        row.iter_mut().take(side as usize).for_each(|pixel| *pixel = grey);
    }
}
