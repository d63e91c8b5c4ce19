//! A card as the DC bytes that draw it.

use super::entropy::byte_from_coefficient;
use super::geometry::{Chroma, Geometry};
use super::group::ZERO_BYTE;

/// A picture of flat cells, one for each block of 8×8 pixels, that stands above the payload.
///
/// The planes have one byte a cell, row by row, full-range YCbCr with 128 for no colour. A cell that is missing (the
/// planes may be short, the picture wider) is drawn as its nearest neighbour to the left, or grey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Cells side by side.
    pub width_cells: u32,
    /// Cells one above the other.
    pub height_cells: u32,
    /// Brightness.
    pub luma: Vec<u8>,
    /// Blueness.
    pub cb: Vec<u8>,
    /// Redness.
    pub cr: Vec<u8>,
}

impl Card {
    /// Rows of MCUs that the card takes.
    pub fn mcu_row_count(&self, chroma: Chroma) -> u32 {
        match chroma {
            Chroma::C420 => self.height_cells.div_ceil(2),
            Chroma::C444 => self.height_cells,
        }
    }

    /// Appends the blocks of the card, two bytes each.
    pub(super) fn draw(&self, geometry: Geometry, scan: &mut Vec<u8>) {
        let row_count = self.mcu_row_count(geometry.chroma);
        let mut predicted = [0i32; 3];
        let mut put = |component: usize, value: u8| {
            let coefficient = (i32::from(value) - 128) / 2;
            if let Some(before) = predicted.get_mut(component) {
                scan.push(byte_from_coefficient(coefficient - *before).unwrap_or(ZERO_BYTE));
                scan.push(ZERO_BYTE);
                *before = coefficient;
            }
        };
        for row in 0..row_count {
            for column in 0..geometry.mcus_per_row() {
                match geometry.chroma {
                    Chroma::C444 => {
                        put(0, self.cell(&self.luma, column, row));
                        put(1, self.cell(&self.cb, column, row));
                        put(2, self.cell(&self.cr, column, row));
                    }
                    Chroma::C420 => {
                        let (x, y) = (2 * column, 2 * row);
                        let four = [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)];
                        four.iter().for_each(|&(x, y)| put(0, self.cell(&self.luma, x, y)));
                        put(1, self.mean(&self.cb, four));
                        put(2, self.mean(&self.cr, four));
                    }
                }
            }
        }
    }

    fn cell(&self, plane: &[u8], x: u32, y: u32) -> u8 {
        let x = x.min(self.width_cells.saturating_sub(1)) as usize;
        let y = y.min(self.height_cells.saturating_sub(1)) as usize;
        plane.get(y * self.width_cells as usize + x).copied().unwrap_or(128)
    }

    fn mean(&self, plane: &[u8], four: [(u32, u32); 4]) -> u8 {
        let sum: u32 = four.iter().map(|&(x, y)| u32::from(self.cell(plane, x, y))).sum();
        ((sum + 2) / 4) as u8
    }
}
