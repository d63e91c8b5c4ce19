//! AVI with OpenDML: segments written on their own, an index that a reader does without.
//!
//! A worker writes a segment ([`SegmentWriter`]): frame chunks and their index, nothing that depends on where it will
//! stand. [`assemble`] puts the header before the first one and copies. [`AviReader`] takes the indexes at their word
//! only as far as they can be true, and walks the file when they cannot.

mod assemble;
mod error;
mod fields;
mod header;
mod layout;
mod odml;
mod reader;
mod segment;
mod walk;
mod whole;
mod window;

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod sparse_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod timing;
#[cfg(test)]
mod tool_tests;

pub use assemble::{AssembledAvi, assemble};
pub use error::{AviError, AviWriteError};
pub use layout::{AviSpec, SEGMENT_COUNT_MAX, assembled_bytes};
pub use reader::{AviReader, FRAME_COUNT_MAX, FrameSpan, find_frames};
pub use segment::{SEGMENT_BYTES_MAX, SegmentInfo, SegmentWriter};
pub use whole::write_whole;
