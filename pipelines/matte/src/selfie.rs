//! From a segmenter that sees 256 × 256 pixels to a guess of who is where, steady from frame to frame.
//!
//! Serial and cheap: everything here happens at the network's size. What makes a matte of a guess at full size is in
//! [`crate::finish`], and keeps no state.
//!
//! What it cannot: people lower than about an eighth of the frame's short side are not seen; more than [`FIGURES_MAX`] are not followed;
//! animals and drawn figures that stand like people are people to this network, and what people hold or sit at often goes with them.

mod blobs;
mod cut;
mod figure;
mod find;
mod guess;
mod packed;
mod rect;
mod sample;
mod segment;
mod steady;
mod tracker;
mod view;

#[cfg(test)]
mod tests;

pub use cut::Glance;
pub use guess::{Guess, Part};
pub use rect::Rect;
pub use sample::Sample;
pub use segment::Segment;
pub use tracker::{State, Tracker};
pub use view::GuessError;

/// The side of what the network sees and answers.
pub const SIDE: usize = 256;
/// Cells of one plane of it.
pub const AREA: usize = SIDE * SIDE;
/// People (or groups that hang together) that are followed at a time; the largest are kept.
pub const FIGURES_MAX: usize = 6;
