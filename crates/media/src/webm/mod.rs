//! WebM and Matroska of our own: pictures with an alpha plane beside them, which no muxer that we run can put together.
//!
//! ```no_run
//! # use std::path::Path;
//! # use reel_media::webm::{IvfChunk, WebmCodec, WebmSpec, WebmWriter};
//! # use reel_types::time::Rational;
//! # fn main() -> Result<(), reel_media::MediaError> {
//! let spec = WebmSpec::new(WebmCodec::Vp9, 1920, 1080, true);
//! let mut writer = WebmWriter::create(Path::new("out.webm"), &spec)?;
//! writer.append_chunk(&IvfChunk {
//!     colour: "0.colour.ivf".into(),
//!     alpha: Some("0.alpha.ivf".into()),
//!     ticks: &[0, 1, 2],
//!     time_base: Rational { num: 1, den: 25 },
//!     last_duration_ticks: Some(1),
//! })?;
//! writer.finish()?;
//! # Ok(())
//! # }
//! ```

mod audio;
mod chunk;
mod cluster;
mod colour;
mod ebml;
mod header;
mod ids;
mod ivf;
mod packet;
mod reader;
mod sample;
mod spec;
mod track;
mod verify;
mod walk;
mod writer;

pub use chunk::IvfChunk;
pub use ivf::IvfReader;
pub use packet::PacketHead;
pub use reader::{WebmBlock, WebmReader};
pub use spec::{
    DocType, MILLISECOND_NANOS, WebmAudio, WebmChapter, WebmCodec, WebmSpec, WebmVideo, tick_nanos_for,
};
pub use track::{TrackKind, WebmTrack};
pub use verify::{AlphaDecode, AlphaExpectation, AlphaProblem, AlphaReport, verify_alpha};
pub use writer::{WebmFrame, WebmSummary, WebmWriter};
