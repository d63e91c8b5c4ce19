//! The pictures that a person sees: title card, calibration, sync.
//!
//! A card is drawn in cells of 8×8 pixels on the upper two thirds of a picture; the rest stays free for payload.

mod canvas;
mod pattern;
mod text;
mod title;

#[cfg(test)]
mod tests;

pub use pattern::{calibration_card, sync_card};
pub use title::{TitleText, title_card};
