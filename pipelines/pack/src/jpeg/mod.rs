//! A baseline JPEG whose entropy-coded bytes are the payload.
//!
//! The Huffman tables are chosen so that each coefficient is exactly one byte, so a frame is written by XOR and copy and
//! read the same way; no pixel is ever computed. A tool that writes the same coefficients with other tables is read by a
//! complete Huffman decoder. Section "Archive" of `docs/reference/pack-format.md` says it to the byte.

mod canonical;
mod entropy;
mod error;
mod gather;
mod geometry;
mod group;
mod header;
mod huffman;
mod markers;
mod picture;
mod read;
mod write;

#[cfg(test)]
mod foreign;
#[cfg(test)]
mod mutation_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod timing;
#[cfg(test)]
mod tool_tests;
#[cfg(test)]
pub(crate) mod tools;

/// Parts of every JPEG of ours.
pub(crate) mod marks {
    pub(crate) use super::header::{APP9_NAME, HEAD, TAIL};
}

pub use error::{JpegError, WriteError};
pub use geometry::{Chroma, Geometry, SIDE_MAX, SIDE_MIN};
pub(crate) use huffman::{Bits, Decoder};
pub(crate) use markers::{Component, Header, read_header};
pub use picture::Card;
pub use read::{FrameInfo, ReadPath, read_app9, read_frame};
pub use write::{APP9_BYTES_MAX, FrameWriter};
