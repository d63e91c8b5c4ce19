//! People out of their background: transparent video.
//!
//! The way of a film: [`Params`] (what a person chooses) → inspect ([`Facts`]) → plan ([`Chunk`]s, with the look of each picture as plain
//! data) → run (decode → guess, serial, keeps a state → finish, each picture by itself → encode colour and alpha side by side) →
//! assemble (joined, verified, told). Pictures stay planar 8-bit 4:2:0 all the way.

mod added;
mod assemble;
mod backdrop;
mod backend;
mod batch;
mod check;
mod chroma;
mod chunk;
mod codec;
mod cuts;
mod decode;
mod device;
mod edge;
mod encode;
mod eyes;
mod facts;
mod failure;
pub mod finish;
mod flow;
mod headset;
mod hevc;
mod inspect;
mod join;
mod look;
mod metadata;
mod params;
mod patience;
pub mod picture;
mod pipeline;
mod plan;
mod preview;
mod report;
mod resize;
mod run;
mod scene;
pub mod selfie;
mod sound;
mod words;

pub use added::AddedNetwork;
pub use backend::Networks;
pub use chunk::{Chunk, FilmChunk, PreviewChunk};
pub use decode::Decoding;
pub use eyes::Eyes;
pub use facts::Facts;
pub use hevc::HevcEncoder;
pub use look::{EdgeChoice, Look};
pub use params::{Format, Model, Params, Quality, Stereo};
pub use patience::Patience;
pub use picture::{ColourSpace, Matted, Picture};
pub use pipeline::MattePipeline;
pub use sound::{Becomes, SoundChunk, SoundTrack};
pub use words::{Backdrop, BatchSize, ChunkChoice, DownsampleRatio, KeyColour, Levels, Moment, WordError};
