//! Reading a frame's body: nothing is believed before its checksum holds.

use super::header::{FIXED_BYTES, MAGIC, VERSION};
use super::{
    CRC_BYTES, FileId, FrameError, FrameHeader, FrameKind, METADATA_BYTES_MAX, RUN_BYTES, Run, Symbol,
    header_bytes, symbol_crc,
};
use crate::block::{BlockDigest, BlockRecord, StoredFlags, is_symbol_size};

/// A frame whose header holds.
#[derive(Clone, Debug)]
pub struct Frame<'a> {
    /// The fixed part of the header.
    pub header: FrameHeader,
    /// JSON, as written; empty where the frame leaves it out. Its digest is the file id.
    pub metadata: &'a [u8],
    /// Which symbols follow.
    pub runs: Vec<Run>,
    symbols: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The symbols whose checksum holds, in the order of the runs.
    pub fn symbols(&self) -> Symbols<'a, '_> {
        Symbols { frame: self, run_index: 0, within_run: 0, offset: 0, bad: 0 }
    }

    /// How many symbols the header announces.
    pub fn announced_count(&self) -> u64 {
        self.runs.iter().map(|run| u64::from(run.count)).sum()
    }
}

/// Reads the header at the beginning of `body`; what follows the last symbol is ignored.
///
/// # Errors
/// When the header is not ours, damaged, or impossible.
pub fn parse_frame(body: &[u8]) -> Result<Frame<'_>, FrameError> {
    let cut_short = |needed_bytes| FrameError::CutShort { needed_bytes, have_bytes: body.len() };
    if !body.starts_with(&MAGIC) {
        return Err(FrameError::NotOurs);
    }
    let mut fields = Fields(body.get(MAGIC.len()..FIXED_BYTES).ok_or_else(|| cut_short(FIXED_BYTES))?);
    let [version, kind] = fields.take();
    let file_id = FileId(fields.take());
    let frame_number = u32::from_le_bytes(fields.take());
    let symbol_bytes = u16::from_le_bytes(fields.take());
    let run_count = usize::from(u16::from_le_bytes(fields.take()));
    let metadata_bytes = usize::from(u16::from_le_bytes(fields.take()));
    if version != VERSION {
        return Err(FrameError::Version { version });
    }
    if metadata_bytes > METADATA_BYTES_MAX {
        return Err(FrameError::MetadataTooLong { metadata_bytes });
    }
    let needed_bytes = header_bytes(metadata_bytes, run_count);
    let (header, symbols) = body.split_at_checked(needed_bytes).ok_or_else(|| cut_short(needed_bytes))?;
    let (covered, crc) = header.split_last_chunk::<CRC_BYTES>().ok_or_else(|| cut_short(needed_bytes))?;
    if crc_fast::crc32_iscsi(covered) != u32::from_le_bytes(*crc) {
        return Err(FrameError::Damaged);
    }

    let kind = FrameKind::from_byte(kind).ok_or(FrameError::Kind { kind })?;
    if !is_symbol_size(symbol_bytes) {
        return Err(FrameError::SymbolSize { symbol_bytes });
    }
    let (metadata, runs) = covered[FIXED_BYTES..].split_at(metadata_bytes);
    if !metadata.is_empty() && FileId::of(metadata) != file_id {
        return Err(FrameError::FileIdMismatch);
    }
    let runs = parse_runs(runs, symbol_bytes)?;
    Ok(Frame { header: FrameHeader { kind, file_id, frame_number, symbol_bytes }, metadata, runs, symbols })
}

fn parse_runs(bytes: &[u8], symbol_bytes: u16) -> Result<Vec<Run>, FrameError> {
    let (runs, _) = bytes.as_chunks::<RUN_BYTES>();
    let parse = |(run_index, bytes): (usize, &[u8; RUN_BYTES])| {
        let mut fields = Fields(bytes);
        let index = u32::from_le_bytes(fields.take());
        let stored_bytes = u32::from_le_bytes(fields.take());
        let first_esi = u32::from_le_bytes(fields.take());
        let count = u16::from_le_bytes(fields.take());
        let [flags, reserved] = fields.take();
        let digest = BlockDigest(fields.take());
        let fault = |why| FrameError::Run { run_index, why };
        let flags = StoredFlags::from_byte(flags).filter(|_| reserved == 0);
        let flags = flags.ok_or_else(|| fault("it has a flag that version 1 does not know"))?;
        let run = Run { block: BlockRecord { index, stored_bytes, flags, digest }, first_esi, count };
        run.fault(symbol_bytes).map_or(Ok(run), |why| Err(fault(why)))
    };
    runs.iter().enumerate().map(parse).collect()
}

/// The rest of a record of fixed size.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    /// The next field; zeros past the end, which no caller reaches.
    fn take<const N: usize>(&mut self) -> [u8; N] {
        match self.0.split_first_chunk() {
            Some((field, rest)) => {
                self.0 = rest;
                *field
            }
            None => [0; N],
        }
    }
}

/// An iterator over the good symbols of a frame.
#[derive(Clone, Debug)]
pub struct Symbols<'a, 'f> {
    frame: &'f Frame<'a>,
    run_index: usize,
    within_run: u16,
    offset: usize,
    bad: u64,
}

impl Symbols<'_, '_> {
    /// How many symbols so far were damaged or cut off.
    pub fn bad_count(&self) -> u64 {
        self.bad
    }
}

impl<'a> Iterator for Symbols<'a, '_> {
    type Item = Symbol<'a>;

    fn next(&mut self) -> Option<Symbol<'a>> {
        loop {
            let run = self.frame.runs.get(self.run_index)?;
            if self.within_run == run.count {
                self.run_index += 1;
                self.within_run = 0;
                continue;
            }
            let esi = run.first_esi + u32::from(self.within_run);
            let size = usize::from(self.frame.header.symbol_bytes);
            let rest = self.frame.symbols.get(self.offset..).unwrap_or_default();
            let Some(wire) = rest.get(..size + CRC_BYTES) else {
                // Nothing more can follow: whatever is announced is missing.
                self.bad += u64::from(run.count - self.within_run);
                self.within_run = run.count;
                continue;
            };
            self.offset += wire.len();
            self.within_run += 1;
            let (bytes, crc) = wire.split_at(size);
            if symbol_crc(self.frame.header.file_id, run.block.index, esi, bytes).to_le_bytes() == *crc {
                return Some(Symbol { block: run.block, esi, bytes });
            }
            self.bad += 1;
        }
    }
}
