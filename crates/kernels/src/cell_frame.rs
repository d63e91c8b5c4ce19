//! Pictures of square cells of one colour each.

/// Bytes of a picture at most: indices stay below 2^31 everywhere.
const SIZE_MAX: usize = 1 << 28;

/// The shape of a picture of cells that begins at its left upper corner.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CellFrame {
    width: usize,
    height: usize,
    cell_px: usize,
}

impl CellFrame {
    /// A picture of `width × height` pixels with cells of `cell_px`². `None` when cells have no size, or the picture
    /// more than 2^28 bytes in three channels.
    pub fn new(width: u32, height: u32, cell_px: u32) -> Option<Self> {
        let (width, height, cell_px) = (width as usize, height as usize, cell_px as usize);
        let bytes = width.checked_mul(height)?.checked_mul(3)?;
        (cell_px > 0 && bytes <= SIZE_MAX).then_some(Self { width, height, cell_px })
    }

    /// Pixels of a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows of pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Pixels on each side of a cell.
    pub fn cell_px(&self) -> usize {
        self.cell_px
    }

    /// Whole cells side by side.
    pub fn columns(&self) -> usize {
        self.width / self.cell_px
    }

    /// Whole cells one above the other.
    pub fn rows(&self) -> usize {
        self.height / self.cell_px
    }

    /// Whole cells.
    pub fn cell_count(&self) -> usize {
        self.columns() * self.rows()
    }

    /// Pixels.
    pub fn pixel_count(&self) -> usize {
        self.width * self.height
    }
}
