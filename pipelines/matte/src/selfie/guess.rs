//! What the serial part hands to the finishing: masks of a few views, at the network's size.

use super::{Rect, Sample};

/// Who is where in one frame.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Guess {
    /// One for each figure; where they overlap, the higher value counts. Empty when nobody is there.
    pub parts: Vec<Part>,
    /// Whether a scene begins with this frame: nothing was carried over from the one before.
    pub is_cut: bool,
}

/// One figure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Which pixels of the frame the mask covers.
    pub view: Rect,
    /// [`SIDE`](super::SIDE) × [`SIDE`](super::SIDE), 255 is somebody.
    pub mask: Vec<u8>,
    /// The colours the network saw, cell by cell.
    pub sample: Sample,
}
