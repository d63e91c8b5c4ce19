//! The simplest key: how far a pixel's colour is from the screen's.

use reel_engine::RunError;

use super::{Backend, Finish};
use crate::finish::{Controls, finish_alpha};
use crate::look::Look;
use crate::picture::Matted;
use crate::picture::Picture;
use crate::words::KeyColour;

/// Distances of colour at which alpha is 0 and 255.
const NOTHING: i32 = 24;
const ALL: i32 = 60;

pub(crate) struct PlainKey {
    key: [u8; 3],
}

impl PlainKey {
    pub(crate) fn new(look: &Look) -> Self {
        let colour = look.key_colour.unwrap_or(KeyColour([0, 177, 64]));
        Self { key: look.space.ycbcr_from_rgb(colour.rgb()) }
    }
}

impl Backend for PlainKey {
    fn guess(&mut self, rows: &[Picture]) -> Result<Vec<Finish>, RunError> {
        let key = self.key;
        Ok(rows
            .iter()
            .map(|_| Box::new(move |picture, controls: &_| finish_alpha_of(picture, key, controls)) as Finish)
            .collect())
    }
}

fn finish_alpha_of(picture: Picture, key: [u8; 3], controls: &Controls) -> Matted {
    let Matted { picture, alpha } = keyed(picture, key);
    finish_alpha(picture, alpha, controls)
}

fn keyed(picture: Picture, [_, key_cb, key_cr]: [u8; 3]) -> Matted {
    let (width, height) = (picture.width(), picture.height());
    let (chroma_width, _) = picture.chroma_size();
    let [_, cb, cr] = picture.planes();
    let mut alpha = vec![0; width * height];
    for (y, row) in alpha.chunks_exact_mut(width).enumerate() {
        for (x, alpha) in row.iter_mut().enumerate() {
            let at = y / 2 * chroma_width + x / 2;
            let far =
                (i32::from(cb[at]) - i32::from(key_cb)).abs() + (i32::from(cr[at]) - i32::from(key_cr)).abs();
            *alpha = ((far - NOTHING) * 255 / (ALL - NOTHING)).clamp(0, 255) as u8;
        }
    }
    Matted { picture, alpha }
}
