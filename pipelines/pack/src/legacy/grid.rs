//! Where cells stand in a picture, and how many bytes they hold.

use super::colours::Colours;

/// Pixels on each side of a cell that stands for nine.
pub const NINE_SIDE: u32 = 3;

/// The cells of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// What a cell can be.
    pub colours: Colours,
    /// Whether a cell is 3×3 pixels; else it is one.
    pub nine_to_one: bool,
}

impl Grid {
    /// Pixels on each side of a cell.
    pub fn side(&self) -> u32 {
        if self.nine_to_one { NINE_SIDE } else { 1 }
    }

    /// Whole cells side by side; pixels to their right look like the last one.
    pub fn columns(&self) -> usize {
        (self.width / self.side()) as usize
    }

    /// Whole cells one above the other; pixels below them look like the last one.
    pub fn rows(&self) -> usize {
        (self.height / self.side()) as usize
    }

    /// Rows of 8×8 pixels that a card takes: two thirds of the picture.
    pub fn card_block_rows(&self) -> u32 {
        self.height.div_ceil(8) * 2 / 3
    }

    /// The first row of cells wholly below a card.
    pub fn row_below_card(&self) -> usize {
        (self.card_block_rows() * 8).div_ceil(self.side()) as usize
    }

    /// Bytes that the cells from `first_row` on hold.
    pub fn capacity_bytes(&self, first_row: usize) -> usize {
        let cells = self.columns() * self.rows().saturating_sub(first_row);
        let bits = match self.colours.whole_bits() {
            Some(bits) => cells * bits as usize,
            None => {
                let radix = Radix::new(self.colours.count());
                cells / radix.cells * radix.bits as usize + radix.bits_of(cells % radix.cells) as usize
            }
        };
        bits / 8
    }
}

/// How cells of a count of colours that is no power of two hold bits: some together, as the digits of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Radix {
    count: u64,
    /// Cells of a full number.
    pub(super) cells: usize,
    /// Bits of a full number, at most 63.
    pub(super) bits: u32,
}

impl Radix {
    pub(super) fn new(count: u16) -> Self {
        let count = u64::from(count);
        let (mut cells, mut product) = (0, 1u64);
        while let Some(more) = product.checked_mul(count) {
            (cells, product) = (cells + 1, more);
        }
        Self { count, cells, bits: product.ilog2() }
    }

    /// Bits of a number of so many cells, at most as many as a full one has.
    pub(super) fn bits_of(&self, cells: usize) -> u32 {
        self.count.checked_pow(cells as u32).map_or(0, u64::ilog2)
    }

    /// The digits, lowest first.
    pub(super) fn digits(&self, mut number: u64, cells: &mut [u8]) {
        for cell in cells {
            *cell = (number % self.count) as u8;
            number /= self.count;
        }
    }

    /// The number; what no writer makes wraps around.
    pub(super) fn number(&self, cells: &[u8]) -> u64 {
        cells
            .iter()
            .rev()
            .fold(0, |number: u64, cell| number.wrapping_mul(self.count).wrapping_add(u64::from(*cell)))
    }
}
