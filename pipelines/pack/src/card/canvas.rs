//! A canvas of cells, drawn on in RGB.

use std::convert::Infallible;

use embedded_graphics::Pixel;
use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;
use embedded_graphics::primitives::Rectangle;

use crate::jpeg::{Card, Chroma, Geometry};

/// Cells side by side for which cards are laid out; pictures with more are drawn with larger dots.
const DOTS_PER_ROW: u32 = 240;

/// What is left free, and what the area below the card is drawn in.
pub(super) const BACKGROUND: Rgb888 = Rgb888::new(16, 22, 34);

/// A card that is being drawn, dot by dot. A dot is one cell, or a square of cells on large pictures.
pub(super) struct Canvas {
    card: Card,
    dot_cells: u32,
}

impl Canvas {
    /// A canvas over the upper two thirds of a picture, filled with one colour.
    pub fn new(geometry: Geometry, colour: Rgb888) -> Self {
        let cells_per_mcu_row = match geometry.chroma {
            Chroma::C420 => 2,
            Chroma::C444 => 1,
        };
        let width_cells = geometry.width.div_ceil(8);
        let height_cells = geometry.mcu_row_count() * 2 / 3 * cells_per_mcu_row;
        let cell_count = width_cells as usize * height_cells as usize;
        let [luma, cb, cr] = ycbcr_from_rgb(colour).map(|value| vec![value; cell_count]);
        let card = Card { width_cells, height_cells, luma, cb, cr };
        Self { card, dot_cells: (width_cells / DOTS_PER_ROW).max(1) }
    }

    /// Fills a rectangle; what lies outside is left out.
    pub fn fill(&mut self, left: u32, top: u32, width: u32, height: u32, colour: Rgb888) {
        for y in top..top.saturating_add(height).min(self.size().height) {
            for x in left..left.saturating_add(width).min(self.size().width) {
                self.dot(x, y, colour);
            }
        }
    }

    /// The finished card. Its last MCU is dark, since all that follows it on the picture has its colour.
    pub fn into_card(mut self) -> Card {
        let (width, height) = (self.card.width_cells, self.card.height_cells);
        self.dot_cells = 1;
        self.fill(width.saturating_sub(2), height.saturating_sub(2), 2, 2, BACKGROUND);
        self.card
    }

    fn dot(&mut self, x: u32, y: u32, colour: Rgb888) {
        let [luma, cb, cr] = ycbcr_from_rgb(colour);
        let (left, top) = (x * self.dot_cells, y * self.dot_cells);
        let row_cells = self.card.width_cells;
        for y in top..(top + self.dot_cells).min(self.card.height_cells) {
            for x in left..(left + self.dot_cells).min(row_cells) {
                let index = y as usize * row_cells as usize + x as usize;
                let planes = [(&mut self.card.luma, luma), (&mut self.card.cb, cb), (&mut self.card.cr, cr)];
                for (plane, value) in planes {
                    if let Some(cell) = plane.get_mut(index) {
                        *cell = value;
                    }
                }
            }
        }
    }
}

impl OriginDimensions for Canvas {
    fn size(&self) -> Size {
        Size::new(self.card.width_cells / self.dot_cells, self.card.height_cells / self.dot_cells)
    }
}

impl DrawTarget for Canvas {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        let area = Rectangle::new(Point::zero(), self.size());
        for Pixel(point, colour) in pixels {
            if area.contains(point) {
                self.dot(point.x.unsigned_abs(), point.y.unsigned_abs(), colour);
            }
        }
        Ok(())
    }
}

/// Full-range YCbCr as JFIF has it.
fn ycbcr_from_rgb(colour: Rgb888) -> [u8; 3] {
    let [r, g, b] = [colour.r(), colour.g(), colour.b()].map(f32::from);
    let luma = 0.299 * r + 0.587 * g + 0.114 * b;
    let cb = 128.0 - 0.168_736 * r - 0.331_264 * g + 0.5 * b;
    let cr = 128.0 + 0.5 * r - 0.418_688 * g - 0.081_312 * b;
    // `as` saturates.
    [luma, cb, cr].map(|value| value.round() as u8)
}
