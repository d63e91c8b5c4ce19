//! Stream copies: parts put behind one another, tracks put beside one another.

mod chapters;
mod concat;
mod excerpt;
mod tracks;

pub use concat::{ConcatPart, concat_video};
pub use excerpt::excerpt;
pub use tracks::{MuxContainer, MuxSpec, Track, mux, subtitle_codec};
