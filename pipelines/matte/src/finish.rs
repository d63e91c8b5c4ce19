//! From a guess or a rough matte to the matte and the colours of the foreground, each frame by itself.

mod colour;
mod grid;
mod means;
mod model;
mod shape;
mod upsample;

#[cfg(test)]
mod tests;

pub use shape::Controls;

use crate::picture::{Matted, Picture};
use crate::selfie::Guess;

/// All that follows a guess; frames can be finished in any order, on any number of threads.
pub fn finish(picture: Picture, guess: &Guess, controls: &Controls) -> Matted {
    let alpha = upsample::alpha_from_guess(&picture, guess);
    finish_alpha(picture, alpha, controls)
}

/// All that follows a matte at full size, from whatever backend: the controls, colours without spill, the blank around them. An alpha of
/// another size than the picture's is cut, or goes on with nobody.
pub fn finish_alpha(mut picture: Picture, mut alpha: Vec<u8>, controls: &Controls) -> Matted {
    alpha.resize(picture.width() * picture.height(), 0);
    shape::shape(&mut alpha, picture.width(), controls);
    colour::clean(&mut picture, &alpha);
    Matted { picture, alpha }
}

/// The controls alone, for a backend that knows its colours better.
pub(crate) fn shaped(mut alpha: Vec<u8>, width: usize, controls: &Controls) -> Vec<u8> {
    shape::shape(&mut alpha, width, controls);
    alpha
}

/// The matte of a guess at full size, as it is before the controls; for tests and for those who want to compare.
pub fn alpha_from_guess(picture: &Picture, guess: &Guess) -> Vec<u8> {
    upsample::alpha_from_guess(picture, guess)
}
