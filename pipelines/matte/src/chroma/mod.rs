//! A matte from a screen of one colour, without a network.
//!
//! The colour planes tell how much of a place is screen; luma tells how that is shared among its four pixels.

mod colour;
mod distance;
mod front;
mod grid;
mod nearest;
mod planes;
mod purer;
mod screen;
mod share;
mod sharpen;
mod spread;

#[cfg(test)]
mod tests;

pub(crate) use screen::Screen;

use crate::finish::{Controls, shaped};
use crate::picture::{Matted, Picture};
use distance::light;
use front::Front;
use planes::Planes;

/// What one picture after another is looked at in.
#[derive(Default)]
pub(crate) struct Scratch {
    luma: Vec<u8>,
    distances: Vec<u8>,
    inside: Vec<bool>,
    shares: Vec<u8>,
    before: Vec<[nearest::Fronts; front::TILE]>,
}

/// The screen of this picture: the colour that was told as it is seen here, else the one found along the border.
pub(crate) fn find_screen(picture: &Picture, told: Option<[u8; 3]>) -> Option<Screen> {
    let mut luma = Vec::new();
    let planes = Planes::of(picture, &mut luma);
    let told = told.map(Screen::told);
    Screen::find(&planes, told).or(told)
}

/// The picture without its screen: how much of each pixel is in front of it, and in which colour.
pub(crate) fn key(
    mut picture: Picture,
    screen: Screen,
    full_range: bool,
    controls: &Controls,
    scratch: &mut Scratch,
) -> Matted {
    let Scratch { luma, distances, inside, shares, before } = scratch;
    let planes = Planes::of(&picture, luma);
    if planes.luma.is_empty() {
        return Matted { picture, alpha: Vec::new() };
    }
    let light = light(&planes, screen);
    distance::distances(&planes, &light, distances);
    let noise = distance::noise(distances);
    let mut front = Front::of(&planes, &light, distances, noise, inside);
    share::shares(&planes, &light, distances, &front, (inside, noise), shares, before);
    let alpha = sharpen::sharpen(&picture, &planes, &light, (shares, before), &front);
    front.grow(controls.erode_pixels.min(0).unsigned_abs() + controls.feather_pixels);
    colour::clean(&mut picture, &light, &front, (shares, &alpha), full_range);
    let alpha = shaped(alpha, picture.width(), controls);
    Matted { picture, alpha }
}
