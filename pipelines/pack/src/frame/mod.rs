//! What every frame of the video carries, whatever carries it: its header, the metadata, runs of symbols.

mod error;
mod header;
mod metadata;
mod parse;
mod symbol;
#[cfg(test)]
mod tests;

pub use error::{FrameError, MetadataError};
pub use header::{FileId, FrameHeader, FrameKind, RUN_BYTES, Run, header_bytes, write_header};
pub use metadata::{ContentKind, METADATA_BYTES_MAX, Metadata, Profile, RepairCode};
pub use parse::{Frame, Symbols, parse_frame};
pub use symbol::{CRC_BYTES, Symbol, symbol_crc, write_symbol};
