//! A part of a picture, reduced or enlarged to the side that the network takes.

use super::{AREA, Rect, SIDE};
use crate::picture::{ColourSpace, Picture};

/// Luma, Cb and Cr of a rectangle at [`SIDE`] × [`SIDE`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sample {
    /// Luma.
    pub luma: Vec<u8>,
    /// Blue difference.
    pub cb: Vec<u8>,
    /// Red difference.
    pub cr: Vec<u8>,
}

impl Sample {
    /// Averages where it reduces, bilinear where it enlarges. The sides of the rectangle may have any ratio: the network was
    /// taught on stretched pictures.
    pub fn of(picture: &Picture, rect: &Rect) -> Self {
        let [luma, cb, cr] = picture.planes();
        let (chroma_width, chroma_height) = picture.chroma_size();
        let (left, top) = (rect.left as f32, rect.top as f32);
        let (width, height) = (rect.width() as f32, rect.height() as f32);
        let across = Taps::new(left, width, picture.width());
        let down = Taps::new(top, height, picture.height());
        let chroma_across = Taps::new(left / 2.0, width / 2.0, chroma_width);
        let chroma_down = Taps::new(top / 2.0, height / 2.0, chroma_height);
        Self {
            luma: resampled(luma, picture.width(), &across, &down),
            cb: resampled(cb, chroma_width, &chroma_across, &chroma_down),
            cr: resampled(cr, chroma_width, &chroma_across, &chroma_down),
        }
    }

    /// Smaller, with a tenth of the side in grey all around.
    pub(super) fn framed(&self) -> Self {
        let margin = SIDE / 10;
        let inner = SIDE - 2 * margin;
        let framed = |plane: &[u8]| {
            let mut out = vec![128; AREA];
            for row in 0..inner {
                let from = (row * SIDE / inner) * SIDE;
                let to = (row + margin) * SIDE + margin;
                for (column, out) in out[to..to + inner].iter_mut().enumerate() {
                    *out = plane[from + column * SIDE / inner];
                }
            }
            out
        };
        Self { luma: framed(&self.luma), cb: framed(&self.cb), cr: framed(&self.cr) }
    }

    /// Appends red, green and blue planes, 0 to 1.
    pub fn push_rgb(&self, space: ColourSpace, rows: &mut Vec<f32>) {
        let table = RgbTable::new(space);
        let first = rows.len();
        rows.resize(first + 3 * AREA, 0.0);
        let (red, rest) = rows[first..].split_at_mut(AREA);
        let (green, blue) = rest.split_at_mut(AREA);
        let samples = self.luma.iter().zip(&self.cb).zip(&self.cr);
        let out = red.iter_mut().zip(green.iter_mut()).zip(blue.iter_mut());
        for (((luma, cb), cr), ((red, green), blue)) in samples.zip(out) {
            [*red, *green, *blue] = table.rgb([*luma, *cb, *cr]);
        }
    }
}

/// [`ColourSpace::rgb_from_ycbcr`] as straight lines: the same to a millionth, without a division.
struct RgbTable {
    luma: (f32, f32),
    red_from_cr: f32,
    blue_from_cb: f32,
    green_from: (f32, f32),
}

impl RgbTable {
    fn new(space: ColourSpace) -> Self {
        let (scale, offset, chroma) =
            if space.full_range { (255.0, 0.0, 255.0) } else { (219.0, 16.0, 224.0) };
        let red_from_cr = 2.0 * (1.0 - space.red_share) / chroma;
        let blue_from_cb = 2.0 * (1.0 - space.blue_share) / chroma;
        let green_share = 1.0 - space.red_share - space.blue_share;
        Self {
            luma: (1.0 / scale, -offset / scale),
            red_from_cr,
            blue_from_cb,
            green_from: (
                -space.blue_share * blue_from_cb / green_share,
                -space.red_share * red_from_cr / green_share,
            ),
        }
    }

    #[inline]
    fn rgb(&self, [luma, cb, cr]: [u8; 3]) -> [f32; 3] {
        let luma = f32::from(luma) * self.luma.0 + self.luma.1;
        let (cb, cr) = (f32::from(cb) - 128.0, f32::from(cr) - 128.0);
        [
            luma + self.red_from_cr * cr,
            luma + self.green_from.0 * cb + self.green_from.1 * cr,
            luma + self.blue_from_cb * cb,
        ]
        .map(|value| value.clamp(0.0, 1.0))
    }
}

/// For each of [`SIDE`] places: the first source sample, and weights that sum to 256.
struct Taps {
    firsts: Vec<usize>,
    weights: Vec<u16>,
    per_place: usize,
}

impl Taps {
    fn new(start: f32, length: f32, limit: usize) -> Self {
        let scale = length / SIDE as f32;
        let reach = scale.max(1.0);
        let per_place = (reach.ceil() as usize + 1).min(limit.max(1));
        let mut taps =
            Self { firsts: Vec::with_capacity(SIDE), weights: vec![0; SIDE * per_place], per_place };
        for (place, weights) in taps.weights.chunks_exact_mut(per_place).enumerate() {
            let middle = start + (place as f32 + 0.5) * scale;
            let (low, high) = (middle - reach / 2.0, middle + reach / 2.0);
            let first = (low.floor().max(0.0) as usize).min(limit.saturating_sub(per_place));
            let shares = weights.iter_mut().enumerate().map(|(index, weight)| {
                let sample = (first + index) as f32;
                *weight = ((high.min(sample + 1.0) - low.max(sample)).max(0.0) * 256.0 / reach) as u16;
                *weight
            });
            let missing = 256 - shares.sum::<u16>().min(256);
            // What was rounded off, and what lies outside of the picture, goes to the nearest sample.
            let nearest = (middle.floor().max(0.0) as usize).saturating_sub(first).min(per_place - 1);
            weights[nearest] += missing;
            taps.firsts.push(first);
        }
        taps
    }
}

/// Rows first, because those are wide and plain; then columns.
fn resampled(plane: &[u8], stride: usize, across: &Taps, down: &Taps) -> Vec<u8> {
    let mut out = vec![0; AREA];
    let first = across.firsts.first().copied().unwrap_or(0);
    let past = across.firsts.last().map_or(0, |last| last + across.per_place).min(stride);
    let mut sums = vec![0u16; past - first];
    for ((top, weights), out) in
        down.firsts.iter().zip(down.weights.chunks_exact(down.per_place)).zip(out.chunks_exact_mut(SIDE))
    {
        sums.fill(0);
        for (row, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0) {
            let start = (top + row) * stride;
            let Some(source) = plane.get(start + first..start + past) else { continue };
            for (sum, sample) in sums.iter_mut().zip(source) {
                *sum += u16::from(*sample) * weight;
            }
        }
        for ((place, weights), out) in
            across.firsts.iter().zip(across.weights.chunks_exact(across.per_place)).zip(out)
        {
            let sum: u32 = sums[place - first..]
                .iter()
                .zip(weights)
                .map(|(sum, weight)| u32::from(*sum) * u32::from(*weight))
                .sum();
            *out = ((sum + (1 << 15)) >> 16) as u8;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(width: usize, height: usize) -> Picture {
        let mut picture = Picture::black(width, height);
        let [luma, ..] = picture.planes_mut();
        for (index, sample) in luma.iter_mut().enumerate() {
            *sample = (20 + (index % width) * 200 / width) as u8;
        }
        picture
    }

    #[test]
    fn a_flat_picture_stays_flat_at_every_size() {
        for (width, height) in [(1, 1), (2, 3), (255, 257), (641, 361), (1920, 1080)] {
            let sample = Sample::of(&Picture::black(width, height), &Rect::whole(width, height));
            assert!(sample.luma.iter().all(|luma| *luma == 16), "{width}x{height}");
            assert!(sample.cb.iter().chain(&sample.cr).all(|colour| *colour == 128), "{width}x{height}");
        }
    }

    #[test]
    fn a_ramp_stays_a_ramp() {
        for width in [100, 256, 700, 1920] {
            let sample = Sample::of(&ramp(width, 300), &Rect::whole(width, 300));
            for (place, luma) in sample.luma[..SIDE].iter().enumerate() {
                let wanted = 20.0 + (place as f32 + 0.5) * 200.0 / SIDE as f32 - 100.0 / width as f32;
                assert!((f32::from(*luma) - wanted).abs() <= 2.0, "{width}: {luma} at {place}, not {wanted}");
            }
        }
    }

    #[test]
    fn a_part_is_what_lies_there() {
        let rect = Rect { left: 400, top: 100, right: 500, bottom: 150 };
        let sample = Sample::of(&ramp(1000, 300), &rect);
        assert!((100..=101).contains(&sample.luma[0]) && (119..=120).contains(&sample.luma[AREA - 1]));
    }

    #[test]
    fn colours_are_those_of_the_space() {
        let space = ColourSpace::BT709;
        let table = RgbTable::new(space);
        for ycbcr in [[16, 128, 128], [235, 128, 128], [90, 60, 200], [140, 180, 90]] {
            let wanted = space.rgb_from_ycbcr(ycbcr);
            assert!(table.rgb(ycbcr).iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-5), "{ycbcr:?}");
        }
    }

    #[test]
    fn a_framed_sample_is_the_same_but_smaller() {
        let sample = Sample::of(&ramp(512, 256), &Rect::whole(512, 256));
        let framed = sample.framed();
        assert_eq!(framed.luma[0], 128);
        assert_eq!(framed.luma[AREA / 2 + SIDE / 2], sample.luma[AREA / 2 + SIDE / 2]);
        assert_eq!(framed.luma[100 * SIDE + SIDE / 10], sample.luma[0]);
    }
}
