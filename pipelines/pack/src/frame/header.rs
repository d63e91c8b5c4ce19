//! The header of a frame: what it is, whose it is, which symbols follow.

use std::fmt;

use sha2::{Digest, Sha256};

use super::{CRC_BYTES, FrameError, METADATA_BYTES_MAX};
use crate::block::{BlockRecord, ESI_END, is_symbol_size};

pub(super) const MAGIC: [u8; 4] = *b"RLPK";
pub(super) const VERSION: u8 = 1;
/// Bytes before the metadata.
pub(super) const FIXED_BYTES: usize = 24;
/// Bytes of one run in the header.
pub const RUN_BYTES: usize = 32;

/// Which packed file a frame belongs to: the first 8 bytes of SHA-256 over its metadata.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub [u8; 8]);

impl FileId {
    /// Of the metadata's bytes as they stand in the frames.
    pub fn of(metadata: &[u8]) -> Self {
        let mut first = [0; 8];
        first.copy_from_slice(&Sha256::digest(metadata)[..8]);
        Self(first)
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a frame is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum FrameKind {
    /// Carries symbols.
    Data = 0,
    /// Tells a person what the video is.
    Title = 1,
    /// Shows known levels.
    Calibration = 2,
    /// Marks the beginning of the data.
    Sync = 3,
}

impl FrameKind {
    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        [Self::Data, Self::Title, Self::Calibration, Self::Sync].into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// The fixed part of the header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrameHeader {
    /// What the frame is for.
    pub kind: FrameKind,
    /// Which packed file it belongs to.
    pub file_id: FileId,
    /// Counted over the whole video.
    pub frame_number: u32,
    /// Size of each symbol.
    pub symbol_bytes: u16,
}

/// `count` symbols of one block with rising ESI.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    /// The block.
    pub block: BlockRecord,
    /// ESI of the first symbol.
    pub first_esi: u32,
    /// How many symbols, at least 1.
    pub count: u16,
}

impl Run {
    /// The rule that the run breaks for symbols of `symbol_bytes` bytes, if any.
    pub(super) fn fault(&self, symbol_bytes: u16) -> Option<&'static str> {
        if self.count == 0 {
            Some("it has no symbol")
        } else if !self.block.fits(symbol_bytes) {
            Some("its block has no byte or too many")
        } else if self.first_esi.checked_add(u32::from(self.count)).is_none_or(|end| end > ESI_END) {
            Some("its symbol ids do not fit in 24 bits")
        } else {
            None
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.block.index.to_le_bytes());
        out.extend_from_slice(&self.block.stored_bytes.to_le_bytes());
        out.extend_from_slice(&self.first_esi.to_le_bytes());
        out.extend_from_slice(&self.count.to_le_bytes());
        out.push(self.block.flags.to_byte());
        out.push(0);
        out.extend_from_slice(&self.block.digest.0);
    }
}

/// Bytes of a header with this much metadata and this many runs, its checksum included.
pub const fn header_bytes(metadata_bytes: usize, run_count: usize) -> usize {
    FIXED_BYTES + metadata_bytes + run_count * RUN_BYTES + CRC_BYTES
}

/// Appends the header to `out`; the symbols of all runs follow it, each written by [`super::write_symbol`].
///
/// `metadata` may be empty where a frame leaves it out.
///
/// # Errors
/// When something does not fit the format; `out` is then as it was.
pub fn write_header(
    header: &FrameHeader,
    metadata: &[u8],
    runs: &[Run],
    out: &mut Vec<u8>,
) -> Result<(), FrameError> {
    if !is_symbol_size(header.symbol_bytes) {
        return Err(FrameError::SymbolSize { symbol_bytes: header.symbol_bytes });
    }
    if metadata.len() > METADATA_BYTES_MAX {
        return Err(FrameError::MetadataTooLong { metadata_bytes: metadata.len() });
    }
    let run_count =
        u16::try_from(runs.len()).map_err(|_| FrameError::TooManyRuns { run_count: runs.len() })?;
    for (run_index, run) in runs.iter().enumerate() {
        if let Some(why) = run.fault(header.symbol_bytes) {
            return Err(FrameError::Run { run_index, why });
        }
    }
    let begin = out.len();
    out.reserve(header_bytes(metadata.len(), runs.len()));
    out.extend_from_slice(&MAGIC);
    out.extend_from_slice(&[VERSION, header.kind as u8]);
    out.extend_from_slice(&header.file_id.0);
    out.extend_from_slice(&header.frame_number.to_le_bytes());
    out.extend_from_slice(&header.symbol_bytes.to_le_bytes());
    out.extend_from_slice(&run_count.to_le_bytes());
    out.extend_from_slice(&(metadata.len() as u16).to_le_bytes());
    out.extend_from_slice(metadata);
    runs.iter().for_each(|run| run.write(out));
    let crc = crc_fast::crc32_iscsi(&out[begin..]);
    out.extend_from_slice(&crc.to_le_bytes());
    Ok(())
}
