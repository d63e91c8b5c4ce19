//! People out of their background: transparent video.
//!
//! The way of a film: decode → guess (serial, keeps a state) → finish (each picture by itself) → encode colour and alpha
//! side by side → join → verify. Pictures stay planar 8-bit 4:2:0 all the way.

pub mod finish;
pub mod picture;
pub mod selfie;

pub use picture::{ColourSpace, Matted, Picture};
