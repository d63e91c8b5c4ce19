//! Pictures as networks see them, and colours on their way back: planar red, green, blue from 0 to 1.

use crate::picture::{ColourSpace, Picture};

/// Numbers of colour for each of the three planes.
pub(super) struct Converter {
    luma: [f32; 256],
    red_of_cr: f32,
    green_of_cb: f32,
    green_of_cr: f32,
    blue_of_cb: f32,
}

impl Converter {
    pub(super) fn new(space: ColourSpace) -> Self {
        let (scale, offset, chroma) =
            if space.full_range { (255.0, 0.0, 255.0) } else { (219.0, 16.0, 224.0) };
        let green = 1.0 - space.red_share - space.blue_share;
        let red_of_cr = 2.0 * (1.0 - space.red_share) / chroma;
        let blue_of_cb = 2.0 * (1.0 - space.blue_share) / chroma;
        Self {
            luma: std::array::from_fn(|value| (value as f32 - offset) / scale),
            red_of_cr,
            green_of_cb: -space.blue_share * blue_of_cb / green,
            green_of_cr: -space.red_share * red_of_cr / green,
            blue_of_cb,
        }
    }

    /// Appends the three planes of a picture. Colour is taken between its samples, which lie to the left in the middle of two rows.
    pub(super) fn push(&self, picture: &Picture, planes: &mut Vec<f32>) {
        let (width, height) = (picture.width(), picture.height());
        let (chroma_width, chroma_height) = picture.chroma_size();
        let [luma, cb, cr] = picture.planes();
        let begin = planes.len();
        planes.resize(begin + 3 * width * height, 0.0);
        let (red, rest) = planes[begin..].split_at_mut(width * height);
        let (green, blue) = rest.split_at_mut(width * height);
        let mut blended = [vec![0.0; chroma_width], vec![0.0; chroma_width]];
        for y in 0..height {
            // A row of pixels is three quarters of the row of colour that it lies in, and a quarter of the next one.
            let near = y / 2;
            let far = if y % 2 == 0 { near.saturating_sub(1) } else { (near + 1).min(chroma_height - 1) };
            for (blended, plane) in blended.iter_mut().zip([cb, cr]) {
                let rows = (
                    &plane[near * chroma_width..][..chroma_width],
                    &plane[far * chroma_width..][..chroma_width],
                );
                for (out, (near, far)) in blended.iter_mut().zip(rows.0.iter().zip(rows.1)) {
                    *out = f32::from(*near) * 0.75 + f32::from(*far) * 0.25 - 128.0;
                }
            }
            let row = y * width..(y + 1) * width;
            let out = red[row.clone()]
                .iter_mut()
                .zip(green[row.clone()].iter_mut())
                .zip(blue[row.clone()].iter_mut());
            for (x, (luma, ((red, green), blue))) in luma[row].iter().zip(out).enumerate() {
                let at = x / 2;
                let next = if x % 2 == 0 { at } else { (at + 1).min(chroma_width - 1) };
                let cb = (blended[0][at] + blended[0][next]) * 0.5;
                let cr = (blended[1][at] + blended[1][next]) * 0.5;
                let luma = self.luma[usize::from(*luma)];
                *red = (luma + self.red_of_cr * cr).clamp(0.0, 1.0);
                *green = (luma + self.green_of_cb * cb + self.green_of_cr * cr).clamp(0.0, 1.0);
                *blue = (luma + self.blue_of_cb * cb).clamp(0.0, 1.0);
            }
        }
    }
}

/// Puts colours from planar red, green, blue into the picture wherever `alpha` is neither nothing nor all: there the source shows both
/// what is in front and what is behind.
pub(super) fn put_edge_colours(picture: &mut Picture, space: ColourSpace, rgb: &[f32], alpha: &[u8]) {
    let (width, height) = (picture.width(), picture.height());
    let (chroma_width, chroma_height) = picture.chroma_size();
    let (red, rest) = rgb.split_at(width * height);
    let (green, blue) = rest.split_at(width * height);
    let is_mixed = |at: usize| !matches!(alpha[at], 0 | 255);
    let [luma, cb, cr] = picture.planes_mut();
    for (at, luma) in luma.iter_mut().enumerate().filter(|(at, _)| is_mixed(*at)) {
        *luma = space.ycbcr_from_rgb([red[at], green[at], blue[at]])[0];
    }
    for y in 0..chroma_height {
        for x in 0..chroma_width {
            let rows = 2 * y..(2 * y + 2).min(height);
            let pixels = rows.flat_map(|y| (2 * x..(2 * x + 2).min(width)).map(move |x| y * width + x));
            let mut sum = [0.0_f32; 3];
            let (mut count, mut any_mixed) = (0.0, false);
            for at in pixels {
                any_mixed |= is_mixed(at);
                for (sum, plane) in sum.iter_mut().zip([red, green, blue]) {
                    *sum += plane[at];
                }
                count += 1.0;
            }
            if any_mixed {
                let [_, new_cb, new_cr] = space.ycbcr_from_rgb(sum.map(|sum| sum / count));
                cb[y * chroma_width + x] = new_cb;
                cr[y * chroma_width + x] = new_cr;
            }
        }
    }
}

/// Alpha from 0 to 1 as numbers from 0 to 255.
pub(super) fn alpha_bytes(alpha: &[f32]) -> Vec<u8> {
    // What is no number is nothing.
    alpha.iter().map(|alpha| (alpha * 255.0).round().clamp(0.0, 255.0) as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_colour_comes_back_from_the_planes() {
        let space = ColourSpace::BT709;
        let rgb = [0.8_f32, 0.3, 0.5];
        let [luma, cb, cr] = space.ycbcr_from_rgb(rgb);
        let mut picture = Picture::black(5, 3);
        for (plane, value) in picture.planes_mut().into_iter().zip([luma, cb, cr]) {
            plane.fill(value);
        }
        let mut planes = Vec::new();
        Converter::new(space).push(&picture, &mut planes);
        for (plane, expected) in planes.chunks_exact(15).zip(rgb) {
            assert!(plane.iter().all(|value| (value - expected).abs() < 0.01), "{plane:?} {expected}");
        }
        let before = picture.clone();
        put_edge_colours(&mut picture, space, &planes, &[128; 15]);
        let far = before.samples().iter().zip(picture.samples()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(far <= Some(1), "{far:?}");
        put_edge_colours(&mut picture, space, &[0.0; 45], &[255; 15]);
        assert!(
            picture.luma().iter().all(|value| value.abs_diff(luma) <= 1),
            "solid pixels are the source's"
        );
    }
}
