//! From bytes to pictures.

use super::codeword::Coder;
use super::finder::{CORNER_MODULES, DARK, LIGHT, is_dark};
use super::header::{FrameTag, bits_from_header};
use super::layout::{CORNER_UNITS, Layout};
use super::pattern::{LEVEL_BITS, MIDDLE, Patterns, WAVE_BITS, level_from_bits};

/// Draws the pictures of one layout.
#[derive(Debug)]
pub struct Modulator {
    layout: Layout,
    coder: Coder,
    patterns: Patterns,
    cells: Vec<(u32, u32)>,
    /// The picture with the finders only.
    blank: Vec<u8>,
}

impl Modulator {
    /// A modulator for `layout`; `None` when the header could not name it.
    pub fn new(layout: Layout) -> Option<Self> {
        layout.to_bits()?;
        let blank = blank(&layout);
        Some(Self {
            coder: Coder::new(&layout),
            patterns: Patterns::new(&layout),
            cells: layout.cells(),
            blank,
            layout,
        })
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
        let pictures =
            bits.chunks(self.layout.picture_bits().max(1)).take(self.layout.spread.into()).enumerate();
        pictures
            .map(|(index, bits)| Some(self.picture(&bits_from_header(&self.layout, tag, index)?, bits)))
            .collect()
    }

    fn picture(&self, header: &[bool], bits: &[u8]) -> Vec<u8> {
        let mut luma = self.blank.clone();
        self.draw_header(header, &mut luma);
        self.draw_cells(bits, &mut luma);
        luma
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

    fn draw_cells(&self, bits: &[u8], luma: &mut [u8]) {
        let width = self.layout.width as usize;
        let cell_px = self.patterns.cell_px;
        let level_bits = usize::from(self.layout.level_bits);
        let mut sums = vec![0i32; cell_px * cell_px];
        let values = bits.chunks(level_bits * self.patterns.waves.len());
        for ((x, y), bits) in self.cells.iter().zip(values) {
            sums.fill((MIDDLE << (LEVEL_BITS + WAVE_BITS)) + (1 << (LEVEL_BITS + WAVE_BITS - 1)));
            let patterns = self.patterns.waves.iter().zip(&self.patterns.levels);
            for ((wave, levels), bits) in patterns.zip(bits.chunks(level_bits)) {
                let value = bits.iter().fold(0, |value, bit| value << 1 | usize::from(*bit));
                let level = levels.get(level_from_bits(value)).copied().unwrap_or(0);
                for (sum, sample) in sums.iter_mut().zip(wave) {
                    *sum += level * i32::from(*sample);
                }
            }
            let start = *y as usize * width + *x as usize;
            for (row, sums) in
                luma.get_mut(start..).unwrap_or_default().chunks_mut(width).zip(sums.chunks(cell_px))
            {
                for (pixel, sum) in row.iter_mut().zip(sums) {
                    *pixel = (sum >> (LEVEL_BITS + WAVE_BITS)).clamp(16, 235) as u8;
                }
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
