//! Pictures of cells as JPEGs.

use std::sync::Arc;

use reel_kernels::{Place, RanOn};

use super::cells::cells_of;
use super::codes::Codes;
use super::device::Drawing;
use super::error::DrawError;
use super::grid::Grid;
use super::known::Known;
use super::scan::{Scan, put_block};
use super::scheme::{Scheme, table_of};
use super::source::Source;
use super::tiles;
use super::transform::{Block, Quantiser, ZIGZAG, forward};
use crate::jpeg::{APP9_BYTES_MAX, Card, marks};

/// Writes pictures of one grid.
#[derive(Debug)]
pub struct PictureWriter {
    grid: Grid,
    scheme: Arc<Scheme>,
    before_scan: Vec<u8>,
    drawing: Option<Drawing>,
}

impl PictureWriter {
    /// A writer for pictures of `grid`.
    pub fn new(grid: Grid) -> Self {
        let scheme = Scheme::of(grid.colours, grid.nine_to_one);
        let before_scan = segments_before_scan(&grid, &scheme);
        Self { grid, scheme, before_scan, drawing: None }
    }

    /// The same whose pixels are drawn on `place` as long as that works, in place of looking up what can be: the
    /// pictures are the same to the byte.
    pub fn on(place: &Place, grid: Grid) -> Self {
        Self { drawing: Drawing::on(place, grid), ..Self::new(grid) }
    }

    /// What drew last; the CPU where nothing is drawn at all.
    pub fn ran_on(&self) -> RanOn {
        self.drawing.as_ref().map(Drawing::ran_on).unwrap_or_default()
    }

    /// The cells of its pictures.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// What stands between the copy of the header and the scan.
    pub(super) fn before_scan(&self) -> &[u8] {
        &self.before_scan
    }

    /// By what its pictures are recognised, where they are looked up.
    pub(super) fn known(&self) -> Option<[Arc<Known>; 3]> {
        self.scheme.known()
    }

    /// Steps of brightness and of colour, row by row, for whoever wants to make the same picture in another way.
    pub fn steps(&self) -> [[u8; 64]; 2] {
        [self.quantiser(0).steps, self.quantiser(1).steps]
    }

    /// Replaces the content of `out` by one picture: `card` on the upper two thirds where there is one, `body` in the
    /// cells below it, `app9` in a segment of its own.
    ///
    /// # Errors
    /// [`DrawError`]; what `out` holds then is no picture.
    pub fn write(
        &self,
        card: Option<&Card>,
        body: &[u8],
        app9: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), DrawError> {
        let first_row = if card.is_some() { self.grid.row_below_card() } else { 0 };
        let capacity_bytes = self.grid.capacity_bytes(first_row);
        if body.len() > capacity_bytes {
            return Err(DrawError::BodyTooLong { body_bytes: body.len(), capacity_bytes });
        }
        if app9.len() > APP9_BYTES_MAX {
            return Err(DrawError::HeaderTooLong { bytes: app9.len(), bytes_max: APP9_BYTES_MAX });
        }
        out.clear();
        out.extend_from_slice(&marks::HEAD);
        if !app9.is_empty() {
            out.extend([0xFF, 0xE9]);
            out.extend(((2 + marks::APP9_NAME.len() + app9.len()) as u16).to_be_bytes());
            out.extend_from_slice(marks::APP9_NAME);
            out.extend_from_slice(app9);
        }
        out.extend_from_slice(&self.before_scan);
        match self.scheme.patterns().filter(|_| card.is_none() && self.on_gpu().is_none()) {
            Some(patterns) => tiles::write(&self.grid, patterns, body, out),
            None => self.compute(card, first_row, body, out),
        }
        out.extend_from_slice(&marks::TAIL);
        Ok(())
    }

    fn on_gpu(&self) -> Option<&Drawing> {
        self.drawing.as_ref().filter(|drawing| drawing.is_on_gpu())
    }

    /// Appends the scan, block by block.
    pub(super) fn compute(&self, card: Option<&Card>, first_row: usize, body: &[u8], out: &mut Vec<u8>) {
        let mut scan = Scan::new(std::mem::take(out));
        let cells = cells_of(&self.grid, first_row, body);
        self.blocks(card, &cells, &mut scan);
        scan.finish();
        *out = scan.out;
    }

    fn blocks(&self, card: Option<&Card>, cells: &[u8], scan: &mut Scan) {
        let (drawn, source) =
            (self.on_gpu().map(|drawing| drawing.draw(cells)), Source::new(&self.grid, cells));
        let block = |component: usize, column: usize, row: usize| match &drawn {
            Some(drawn) => drawn.block(component, column, row),
            None => source.block(component, column, row),
        };
        let card_rows = card.map_or(0, |_| self.grid.card_block_rows());
        let mut before = [0; 3];
        for row in 0..self.grid.height.div_ceil(8) {
            for column in 0..self.grid.width.div_ceil(8) {
                for (component, before) in before.iter_mut().enumerate() {
                    let samples = match card.filter(|_| row < card_rows) {
                        Some(card) => flat(card, component, column, row),
                        None => block(component, column as usize, row as usize),
                    };
                    let table = table_of(component);
                    let block = self.quantiser(table).quantise(&forward(&samples));
                    put_block(&block, before, self.codes(table), scan);
                }
            }
        }
    }

    /// Whether it looks up what others compute.
    #[cfg(test)]
    pub(super) fn looks_up(&self) -> bool {
        self.scheme.patterns().is_some()
    }

    /// What the crate `jpeg-encoder` makes of the same pixels with the same steps.
    #[cfg(test)]
    pub(super) fn plain(&self, pixels: &[u8]) -> Vec<u8> {
        use jpeg_encoder::{ColorType, Encoder, QuantizationTableType, SamplingFactor};
        let table = |number: usize| {
            QuantizationTableType::Custom(Box::new(self.quantiser(number).steps.map(u16::from)))
        };
        let mut jpeg = Vec::new();
        let mut encoder = Encoder::new(&mut jpeg, 90);
        encoder.set_sampling_factor(SamplingFactor::F_1_1);
        encoder.set_quantization_tables(table(0), table(1));
        let (width, height) = (self.grid.width as u16, self.grid.height as u16);
        encoder.encode(pixels, width, height, ColorType::Rgb).unwrap();
        jpeg
    }

    fn quantiser(&self, table: usize) -> &Quantiser {
        &self.scheme.quantisers[table]
    }

    fn codes(&self, table: usize) -> (&Codes, &Codes) {
        (&self.scheme.dc[table], &self.scheme.ac[table])
    }
}

/// A block of a card.
fn flat(card: &Card, component: usize, column: u32, row: u32) -> Block {
    let planes = [&card.luma, &card.cb, &card.cr];
    let at =
        row as usize * card.width_cells as usize + column.min(card.width_cells.saturating_sub(1)) as usize;
    let value = planes[component].get(at).copied().unwrap_or(128);
    [i32::from(value) - 128; 64]
}

/// Quantisers, frame, Huffman tables and start of scan.
fn segments_before_scan(grid: &Grid, scheme: &Scheme) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, quantiser) in scheme.quantisers.iter().enumerate() {
        out.extend([0xFF, 0xDB, 0x00, 0x43, number as u8]);
        out.extend(ZIGZAG.map(|place| quantiser.steps[usize::from(place)]));
    }
    out.extend([0xFF, 0xC0, 0x00, 0x11, 8]);
    // Parameters bound both sides at 8192.
    out.extend((grid.height as u16).to_be_bytes());
    out.extend((grid.width as u16).to_be_bytes());
    out.extend([3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1]);
    for (class, tables) in [(0x00, &scheme.dc), (0x10, &scheme.ac)] {
        for (number, codes) in tables.iter().enumerate() {
            out.extend([0xFF, 0xC4]);
            out.extend(((2 + 1 + 16 + codes.symbols.len()) as u16).to_be_bytes());
            out.push(class | number as u8);
            out.extend(codes.counts);
            out.extend_from_slice(&codes.symbols);
        }
    }
    out.extend([0xFF, 0xDA, 0x00, 0x0C, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]);
    out
}
