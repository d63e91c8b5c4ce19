//! Any video to H.264, HEVC, AV1 or VP9; GPU first, CPU by itself.
//!
//! The way of a transcode: [`Params`] (what a person chooses) → [`Intent`] (as meant) → inspect ([`Facts`]: what the
//! source is) → plan ([`Chunk`]s: which stretches of film, and the sound) → run (one encoder process a chunk) →
//! assemble (joined, verified, told).

mod args;
mod assemble;
mod audio;
mod check;
mod chunk;
mod codec;
mod container;
mod cuts;
mod damage;
mod facts;
mod gpu_memory;
mod gpu_run;
mod inspect;
mod intent;
mod join;
mod metadata;
mod params;
mod picture;
mod pipeline;
mod plan;
mod report;
mod run;
mod standing;
mod video;
mod whole;
mod words;

pub use chunk::Chunk;
pub use codec::{Codec, Encoder};
pub use container::Container;
pub use facts::{Facts, GpuFinding};
pub use intent::{Intent, Quality};
pub use params::{AudioChoice, Params, Preset, VerifyDepth};
pub use pipeline::Transcode;
pub use run::Patience;
pub use words::{Bitrate, ChunkChoice, Resolution, WordError};
