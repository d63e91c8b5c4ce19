//! The calibration and the sync card.

use embedded_graphics::pixelcolor::Rgb888;
use embedded_graphics::prelude::*;

use super::canvas::Canvas;
use crate::jpeg::{Card, Geometry};

const BLACK: Rgb888 = Rgb888::new(0, 0, 0);
const WHITE: Rgb888 = Rgb888::new(255, 255, 255);

/// Eight bars of colour above, a ramp from black to white in 16 steps below.
pub fn calibration_card(geometry: Geometry) -> Card {
    let mut canvas = Canvas::new(geometry, BLACK);
    let Size { width, height } = canvas.size();
    let colour_height = height * 2 / 3;
    for bar in 0..8u32 {
        let level = |bit: u32| if bar & bit == 0 { 235 } else { 16 };
        let colour = Rgb888::new(level(2), level(4), level(1));
        let (left, right) = (width * bar / 8, width * (bar + 1) / 8);
        canvas.fill(left, 0, right - left, colour_height, colour);
    }
    for step in 0..16u32 {
        let grey = (step * 17) as u8;
        let (left, right) = (width * step / 16, width * (step + 1) / 16);
        let colour = Rgb888::new(grey, grey, grey);
        canvas.fill(left, colour_height, right - left, height - colour_height, colour);
    }
    canvas.into_card()
}

/// A chessboard with a square of rings in its middle, alike from left and right.
pub fn sync_card(geometry: Geometry) -> Card {
    let mut canvas = Canvas::new(geometry, BLACK);
    let Size { width, height } = canvas.size();
    let square = (height / 9).max(2);
    let (middle_x, middle_y) = (width / 2, height / 2);
    for y in 0..height {
        for x in 0..width {
            let (dx, dy) = (x.abs_diff(middle_x), y.abs_diff(middle_y));
            let ring = dx.max(dy) / square;
            let is_white = match ring {
                0..=3 => ring % 2 == 0,
                _ => (dx / square + dy / square) % 2 == 0,
            };
            if is_white {
                canvas.fill(x, y, 1, 1, WHITE);
            }
        }
    }
    canvas.into_card()
}
