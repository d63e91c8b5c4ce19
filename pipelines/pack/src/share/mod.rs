//! Cells of grey that survive what a video site does.
//!
//! [`Layout`] says what a picture holds, [`Modulator`] draws bodies of bytes as pictures, [`Demodulator`] reads them back
//! from whatever a site made of them. Nothing has to be told to the reader: the finders in the corners give scale and
//! place, the header gives the rest.

mod codeword;
mod demodulate;
mod exposure;
mod find;
mod finder;
mod header;
mod layout;
mod ldpc;
mod measure;
mod pattern;
mod picture;
mod pilot;
mod placement;
mod random;
mod reader;
mod render;
mod soften;
mod target;

pub use demodulate::{Demodulator, Received, SoftFrame};
pub use header::FrameTag;
pub use layout::{Canvas, Layout};
pub use render::Modulator;
pub use target::Target;

#[cfg(test)]
mod tests;
