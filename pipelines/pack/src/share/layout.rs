//! What stands where in a picture, and what a cell holds.

use super::ldpc::Code;

/// Pictures that a body may be spread over, as the header names them.
const SPREADS: [u8; 2] = [4, 12];

/// Columns of header cells taken by a finder with its quiet zone; a finder is as many rows high.
pub(super) const CORNER_UNITS: u32 = 3;

/// Sizes of a cell that the header can name, as sixths of a unit.
const CELL_SIXTHS: [u32; 8] = [1, 2, 3, 4, 6, 8, 9, 12];
/// Numbers of patterns in a cell that the header can name.
const PATTERNS: [u8; 8] = [1, 2, 3, 4, 6, 10, 15, 21];
/// Shares of the coded bits that are information, in 32nds, that the header can name.
const RATES: [u8; 16] = [6, 8, 10, 12, 14, 16, 18, 19, 20, 21, 22, 24, 25, 26, 28, 30];

/// Which grid of units the picture is cut into. A unit is the side of a header cell and a third of a finder's corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Canvas {
    /// 80 × 45 units: 24 px at 1080p, 16 px at 720p.
    Fine,
    /// 53⅓ × 30 units: 36 px at 1080p, 16 px at 480p.
    Coarse,
}

impl Canvas {
    /// Every canvas, in the order in which a reader tries them.
    pub const ALL: [Self; 2] = [Self::Fine, Self::Coarse];

    /// Pixels of a unit in a picture `height` pixels high.
    pub(super) fn unit_px(self, height: u32) -> u32 {
        height / self.rows()
    }

    /// Units in the height.
    pub(super) fn rows(self) -> u32 {
        match self {
            Self::Fine => 45,
            Self::Coarse => 30,
        }
    }

    /// Rows of header cells at the top, and as many at the bottom.
    pub(super) fn header_rows(self) -> u32 {
        match self {
            Self::Fine => 1,
            Self::Coarse => 2,
        }
    }
}

/// How the pictures of a video carry bytes. Every field but the size is written into every picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layout {
    /// Pixels of a picture as it is packed; a multiple of 16 : 9 that the canvas divides.
    pub width: u32,
    /// See `width`.
    pub height: u32,
    /// The grid of header cells.
    pub canvas: Canvas,
    /// Side of a cell in pixels of the packed picture: a unit times 1, 2, 3, 4, 6, 8, 9 or 12 sixths.
    pub cell_px: u32,
    /// Waves added up in a cell, each carrying one value: 1 (flat grey), 2, 3, 4, 6, 10, 15 or 21.
    pub patterns: u8,
    /// Bits of one value: 1 to 4, so 2 to 16 levels.
    pub level_bits: u8,
    /// Pictures that a body is spread over, 4 or 12: a codec treats some much worse than others, and no codeword should
    /// stand in the bad ones alone.
    pub spread: u8,
    /// How many pictures in a row show the same data: 1 to 16.
    pub hold: u8,
    /// Share of the coded bits that are information, in 32nds.
    pub rate_32nds: u8,
}

impl Layout {
    /// Bytes of a body, all parts of it.
    pub fn body_bytes(&self) -> usize {
        self.part_count() * self.part_bytes()
    }

    /// Bytes of one part of a body. A part arrives whole or not at all, so symbols should not straddle two.
    pub fn part_bytes(&self) -> usize {
        self.code_blocks().0 * super::ldpc::LANES / 8 - super::codeword::CHECK_BYTES
    }

    /// Parts of a body.
    pub fn part_count(&self) -> usize {
        (usize::from(self.spread) * self.data_bits()).div_ceil(PART_BITS_MAX).max(1)
    }

    /// Pictures of the video that one body takes, held ones counted.
    pub fn pictures_per_body(&self) -> usize {
        usize::from(self.spread) * usize::from(self.hold)
    }

    /// The code of one part.
    pub(super) fn code(&self) -> Code {
        let (info_blocks, parity_blocks) = self.code_blocks();
        Code::new(info_blocks, parity_blocks)
    }

    fn code_blocks(&self) -> (usize, usize) {
        let blocks =
            (usize::from(self.spread) * self.data_bits() / self.part_count() / super::ldpc::LANES).max(5);
        let info = (blocks * usize::from(self.rate_32nds) / 32).clamp(1, blocks - 4);
        (info, blocks - info)
    }

    /// Bits that a cell holds.
    pub(super) fn cell_bits(&self) -> usize {
        usize::from(self.patterns) * usize::from(self.level_bits)
    }

    /// Bits that the cells of a picture hold, pilots too.
    pub(super) fn picture_bits(&self) -> usize {
        self.cells().len() * self.cell_bits()
    }

    /// Bits of a picture that carry data.
    fn data_bits(&self) -> usize {
        let cell_count = self.cells().len();
        (cell_count - super::pilot::count(cell_count)) * self.cell_bits()
    }

    /// Pixels of a unit.
    pub(super) fn unit_px(&self) -> u32 {
        self.canvas.unit_px(self.height).max(1)
    }

    /// Header cells in one row.
    pub(super) fn header_columns(&self) -> u32 {
        (self.width / self.unit_px()).saturating_sub(2 * CORNER_UNITS)
    }

    /// The left upper pixels of all data cells, row by row: those of the grid that touch neither finder nor header.
    pub(super) fn cells(&self) -> Vec<(u32, u32)> {
        let cell = self.cell_px.max(1);
        let corner = CORNER_UNITS * self.unit_px();
        let header = self.canvas.header_rows() * self.unit_px();
        let (right, bottom) = (self.width.saturating_sub(corner), self.height.saturating_sub(corner));
        let free = |x: u32, y: u32| {
            let in_header = y < header || y + cell > self.height.saturating_sub(header);
            let in_corner_row = y < corner || y + cell > bottom;
            let in_corner_column = x < corner || x + cell > right;
            !(in_header || in_corner_row && in_corner_column)
        };
        let rows = (0..self.height / cell).map(|row| row * cell);
        rows.flat_map(|y| (0..self.width / cell).map(move |column| (column * cell, y)))
            .filter(|(x, y)| free(*x, *y))
            .collect()
    }

    /// Whether the grid holds no more than [`BODY_BITS_MAX`], those under finders counted.
    fn is_bounded(&self) -> bool {
        let side = self.cell_px.max(1);
        (self.width / side * (self.height / side)) as usize * self.cell_bits() * usize::from(self.spread)
            <= BODY_BITS_MAX
    }

    /// The fields that the header carries, as 17 bits; `None` for a value that it cannot name, or too much in a picture.
    pub(super) fn to_bits(self) -> Option<u32> {
        let place =
            |list: &[u8], value: u8| list.iter().position(|item| *item == value).map(|index| index as u32);
        let sixths = self.cell_px * 6 / self.unit_px();
        let exact = sixths * self.unit_px() == self.cell_px * 6;
        let cell = CELL_SIXTHS.iter().position(|item| *item == sixths && exact)? as u32;
        let patterns = place(&PATTERNS, self.patterns)?;
        let rate = place(&RATES, self.rate_32nds)?;
        let spread = place(&SPREADS, self.spread)?;
        let levels = u32::from(self.level_bits.checked_sub(1).filter(|bits| *bits < 4)?);
        let hold = u32::from(self.hold.checked_sub(1).filter(|hold| *hold < 16)?);
        let bits = cell | patterns << 3 | levels << 6 | hold << 8 | rate << 12 | spread << 16;
        self.is_bounded().then_some(bits)
    }

    /// The layout that `bits` describe, at the size at which its cells are whole pixels: 1920 × 1080.
    pub(super) fn from_bits(canvas: Canvas, bits: u32) -> Option<Self> {
        let (width, height) = (1920, 1080);
        let field = |shift: u32, count: u32| (bits >> shift & ((1 << count) - 1)) as usize;
        let sixths = CELL_SIXTHS.get(field(0, 3))?;
        let layout = Self {
            width,
            height,
            canvas,
            cell_px: sixths * canvas.unit_px(height) / 6,
            patterns: *PATTERNS.get(field(3, 3))?,
            level_bits: field(6, 2) as u8 + 1,
            spread: *SPREADS.get(field(16, 1))?,
            hold: field(8, 4) as u8 + 1,
            rate_32nds: *RATES.get(field(12, 4))?,
        };
        layout.is_bounded().then_some(layout)
    }
}

/// Bits of a body at most, so that a header that was made up cannot ask for much memory.
const BODY_BITS_MAX: usize = 5 << 20;

/// Coded bits of a part: enough for the code to be strong, few enough that not all is lost at once.
const PART_BITS_MAX: usize = 40_000;

#[cfg(test)]
mod tests {
    use super::{BODY_BITS_MAX, Canvas, Layout};

    #[test]
    fn any_bits_name_a_layout_that_names_itself_or_none() {
        for canvas in Canvas::ALL {
            let layouts: Vec<Layout> =
                (0..1 << 17).filter_map(|bits| Layout::from_bits(canvas, bits)).collect();
            assert!(layouts.len() > 1000);
            for layout in layouts.iter().step_by(97) {
                assert_eq!(layout.to_bits().and_then(|bits| Layout::from_bits(canvas, bits)), Some(*layout));
                assert!(
                    layout.picture_bits() * usize::from(layout.spread) <= BODY_BITS_MAX
                        && layout.body_bytes() > 0
                );
            }
        }
    }
}
