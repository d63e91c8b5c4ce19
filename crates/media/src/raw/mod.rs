//! Frames through pipes, each with its exact time stamp.

mod reader;
mod writer;

pub use reader::{FrameReader, FrameReaderSpec};
pub use writer::{FrameWriter, FrameWriterSpec};
