//! Probe, decode, encode, mux, verify: the only crate that runs FFmpeg.
//!
//! Everything here blocks: a pipeline calls it from its own thread and hands over a [`reel_types::CancelToken`].
//! Every child is started, watched and ended by [`child`]; every input is opened through [`formats`], so that no
//! playlist, no pattern and no network address can be reached through a file that a stranger sent.

pub mod child;
pub mod clock;
pub mod encoder_probe;
pub mod error;
pub mod formats;
pub mod frame_table;
pub mod gpu_decoding;
pub mod mux;
pub mod on_demand;
pub mod probe;
pub mod raw;
pub mod spatial;
pub mod timeline;
pub mod tone_map;
pub mod tools;
pub mod verify;
pub mod webm;

pub use clock::Clock;
pub use error::MediaError;
pub use formats::InputArgs;
pub use frame_table::{Frame, FrameTable, Unreliable, frame_table};
pub use gpu_decoding::GpuDecoding;
pub use on_demand::OnDemand;
pub use probe::{MediaInfo, ProbeLimits, probe, probe_with_frames};
pub use timeline::Timeline;
pub use tools::Ffmpeg;
pub use verify::verify;
