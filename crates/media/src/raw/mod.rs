//! Frames through pipes, each with its exact time stamp.
//!
//! Both ways go through NUT: it carries raw pictures with any time base, a picture at a time, in a few bytes more.

mod layout;
mod nut;
mod nut_read;
mod nut_write;
mod reader;
mod writer;

pub use layout::frame_bytes;
pub use reader::{FrameReader, FrameReaderSpec, OnGpu};
pub use writer::{ENCODER_STALL, FrameWriter, FrameWriterSpec};
