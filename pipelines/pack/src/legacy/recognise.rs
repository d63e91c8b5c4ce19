//! The body of a picture that we wrote ourselves, whose cells have two levels: recognised, not computed.

use std::sync::Arc;

use super::colours::Colours;
use super::grid::Grid;
use super::known::{Known, first_owned};
use super::patterns::TILE_BLOCKS;
use super::rows::Rows;
use super::write::PictureWriter;
use crate::jpeg::{Header, marks};

/// Zeros behind the scan, so that looking ahead ends nowhere.
const AHEAD_BYTES: usize = 32;

/// Recognises pictures of one grid.
#[derive(Debug)]
pub(super) struct Recogniser {
    writer: PictureWriter,
    known: [Arc<Known>; 3],
    bits: Vec<u8>,
    again: Vec<u8>,
}

impl Recogniser {
    /// One for pictures like this one; `None` where none of these grids is written with its header, or what they show is
    /// not looked up.
    pub(super) fn of(jpeg: &[u8], header: &Header<'_>, grids: impl Iterator<Item = Grid>) -> Option<Self> {
        let looked_up =
            |grid: &Grid| grid.nine_to_one && grid.colours.whole_bits().is_some_and(|bits| bits <= 3);
        let mut writers = grids.filter(looked_up).map(PictureWriter::new);
        let writer = writers.find(|writer| has_header_of(writer, jpeg, header))?;
        let known = writer.known()?;
        Some(Self { writer, known, bits: Vec::new(), again: Vec::new() })
    }

    /// Whether a picture may be one of its own.
    pub(super) fn fits(&self, jpeg: &[u8], header: &Header<'_>) -> bool {
        let Grid { width, height, .. } = *self.writer.grid();
        (u32::from(header.width), u32::from(header.height)) == (width, height)
            && has_header_of(&self.writer, jpeg, header)
    }

    /// The colours of its cells.
    pub(super) fn colours(&self) -> Colours {
        self.writer.grid().colours
    }

    /// Replaces the content of `out` by the body of a picture that is, byte by byte, what we write for that body. `None`
    /// for all others; what `out` holds then is nothing.
    pub(super) fn read(&mut self, jpeg: &[u8], header: &Header<'_>, out: &mut Vec<u8>) -> Option<()> {
        unstuff(header.scan.strip_suffix(&marks::TAIL)?, &mut self.bits)?;
        out.clear();
        self.recognise(out)?;
        self.writer.write(None, out, header.app9.unwrap_or_default(), &mut self.again).ok()?;
        (self.again == jpeg).then_some(())
    }

    /// The body, if these bits are those of one.
    fn recognise(&self, out: &mut Vec<u8>) -> Option<()> {
        let grid = self.writer.grid();
        let (block_columns, block_rows) = (grid.width.div_ceil(8) as usize, grid.height.div_ceil(8) as usize);
        let tiles = block_columns.div_ceil(TILE_BLOCKS);
        let mut rows = Rows::new(grid, tiles);
        out.resize(grid.capacity_bytes(0), 0);
        let (mut at, mut before) = (0, [0i32; 3]);
        for block_row in 0..block_rows {
            let row = block_row % TILE_BLOCKS;
            let first = first_owned(row);
            for block_column in 0..block_columns {
                let (tile, column) = (block_column / TILE_BLOCKS, block_column % TILE_BLOCKS);
                for (component, (known, before)) in self.known.iter().zip(&mut before).enumerate() {
                    let cells = known.block((row, column), &self.bits, &mut at, before)?;
                    rows.add(component, tile, first, cells);
                }
            }
            if row + 1 == TILE_BLOCKS || block_row + 1 == block_rows {
                rows.spill(grid, block_row / TILE_BLOCKS, out);
                rows.clear();
            }
        }
        Some(())
    }
}

/// Whether all between the copy of the header and the scan is as this writer has it.
fn has_header_of(writer: &PictureWriter, jpeg: &[u8], header: &Header<'_>) -> bool {
    let before = jpeg.len().saturating_sub(header.scan.len());
    jpeg.get(..before).is_some_and(|before| before.ends_with(writer.before_scan()))
}

/// Replaces the content of `out` by entropy-coded bytes without what is stuffed, with zeros behind them. `None` where a
/// marker stands.
fn unstuff(mut scan: &[u8], out: &mut Vec<u8>) -> Option<()> {
    out.clear();
    out.reserve(scan.len() + AHEAD_BYTES);
    while let Some((chunk, rest)) = scan.split_first_chunk::<32>() {
        if chunk.iter().fold(false, |found, byte| found | (*byte == 0xFF)) {
            scan = unstuff_one(scan, out)?;
        } else {
            out.extend_from_slice(chunk);
            scan = rest;
        }
    }
    while !scan.is_empty() {
        scan = unstuff_one(scan, out)?;
    }
    out.extend([0; AHEAD_BYTES]);
    Some(())
}

/// Up to the first stuffed byte, or all; answers with what is left.
fn unstuff_one<'a>(scan: &'a [u8], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    let Some(at) = scan.iter().position(|byte| *byte == 0xFF) else {
        out.extend_from_slice(scan);
        return Some(&[]);
    };
    let (head, rest) = scan.split_at_checked(at + 1)?;
    out.extend_from_slice(head);
    rest.strip_prefix(&[0])
}
