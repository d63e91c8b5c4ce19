//! `reel pack` turns any file into a video; `reel unpack` turns it back, bit-exact or not at all.
//!
//! The way of the bytes is drawn in `docs/reference/pack-format.md`:
//! [`stream`] → [`block`] → [`frame`] → [`jpeg`] in [`avi`] (profile `archive`), or → [`share`] (profile
//! `share`), or → [`legacy`] (profile `legacy`).

mod accelerator;
pub mod avi;
pub mod block;
pub mod card;
mod cells;
mod collect;
mod content;
pub mod frame;
pub mod jpeg;
pub mod legacy;
mod pack;
mod params;
mod picture;
mod pieces;
mod pixels;
mod room;
pub mod share;
pub mod stream;
mod units;
mod unpack;

pub use pack::Pack;
pub use params::{
    Compress, ErrorCorrection, PackParams, Profile, Ratio, Seal, Size, Switch, Target, UnpackParams, Verify,
};
pub use units::{ByteSize, Span};
pub use unpack::{Peeked, Unpack, peek};
