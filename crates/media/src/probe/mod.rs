//! What is in a file: container, streams, colour, rotation, tags; read with `ffprobe`, typed at the edge.

mod convert;
mod info;
mod json;
mod pixel;
mod read;
mod rotation;
mod with_frames;

pub use info::{
    AudioStream, Chapter, ColourInfo, ContentLight, Disposition, FieldOrder, MasteringDisplay, MediaInfo,
    OtherStream, SubtitleStream, VideoCodec, VideoStream,
};
pub use pixel::{Chroma, PixelFormat};
pub use read::{ProbeLimits, probe};
pub use rotation::Orientation;
pub use with_frames::probe_with_frames;
