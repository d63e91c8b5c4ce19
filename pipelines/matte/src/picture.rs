//! One picture on its way: planar 8-bit 4:2:0, and what its numbers mean.

use serde::{Deserialize, Serialize};

/// Luma, then Cb, then Cr, without padding; the sides of the colour planes are halved and rounded up.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Picture {
    width: usize,
    height: usize,
    samples: Vec<u8>,
}

/// A picture in the colours of the foreground, and how much of each pixel that is.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Matted {
    /// Colours of the foreground; flat where nothing of it is.
    pub picture: Picture,
    /// 255 is foreground, 0 is none; one a pixel, row by row.
    pub alpha: Vec<u8>,
}

/// How numbers mean colours.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct ColourSpace {
    /// The share of red in luma.
    pub red_share: f32,
    /// The share of blue in luma.
    pub blue_share: f32,
    /// Whether 0 is black and 255 is white, instead of 16 and 235.
    pub full_range: bool,
}

impl Picture {
    /// A black picture in limited range.
    pub fn black(width: usize, height: usize) -> Self {
        let mut samples = vec![16; bytes(width, height)];
        samples[width * height..].fill(128);
        Self { width, height, samples }
    }

    /// From all samples, `None` when their number does not fit.
    pub fn from_samples(width: usize, height: usize, samples: Vec<u8>) -> Option<Self> {
        (samples.len() == bytes(width, height)).then_some(Self { width, height, samples })
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Width and height of each plane of colour.
    pub fn chroma_size(&self) -> (usize, usize) {
        (self.width.div_ceil(2), self.height.div_ceil(2))
    }

    /// All samples: luma, Cb, Cr.
    pub fn samples(&self) -> &[u8] {
        &self.samples
    }

    /// The same, to be written into.
    pub fn samples_mut(&mut self) -> &mut [u8] {
        &mut self.samples
    }

    /// Takes the samples out; for buffers that are used again.
    pub fn into_samples(self) -> Vec<u8> {
        self.samples
    }

    /// Luma, Cb, Cr.
    pub fn planes(&self) -> [&[u8]; 3] {
        let (luma, colour) = self.samples.split_at(self.width * self.height);
        let (cb, cr) = colour.split_at(colour.len() / 2);
        [luma, cb, cr]
    }

    /// Luma, Cb, Cr, to be written into.
    pub fn planes_mut(&mut self) -> [&mut [u8]; 3] {
        let (luma, colour) = self.samples.split_at_mut(self.width * self.height);
        let half = colour.len() / 2;
        let (cb, cr) = colour.split_at_mut(half);
        [luma, cb, cr]
    }

    /// Luma.
    pub fn luma(&self) -> &[u8] {
        &self.samples[..self.width * self.height]
    }
}

/// Bytes of a picture of this size.
pub fn bytes(width: usize, height: usize) -> usize {
    width * height + 2 * width.div_ceil(2) * height.div_ceil(2)
}

impl ColourSpace {
    /// BT.709 in limited range, as most video is.
    pub const BT709: Self = Self { red_share: 0.2126, blue_share: 0.0722, full_range: false };
    /// BT.601 in limited range.
    pub const BT601: Self = Self { red_share: 0.299, blue_share: 0.114, full_range: false };

    /// By FFmpeg's names of matrix and range; what the stream does not tell is guessed by the height, as players do.
    pub fn of(matrix: Option<&str>, range: Option<&str>, height: u32) -> Self {
        let shares = match matrix {
            Some("bt709") => Self::BT709,
            Some("bt2020nc" | "bt2020c") => Self { red_share: 0.2627, blue_share: 0.0593, full_range: false },
            Some("smpte170m" | "bt470bg" | "fcc") => Self::BT601,
            _ if height >= 720 => Self::BT709,
            _ => Self::BT601,
        };
        Self { full_range: range == Some("pc"), ..shares }
    }

    /// Y, Cb, Cr of a colour; red, green and blue from 0 to 1.
    pub fn ycbcr_from_rgb(self, [red, green, blue]: [f32; 3]) -> [u8; 3] {
        let luma =
            self.red_share * red + (1.0 - self.red_share - self.blue_share) * green + self.blue_share * blue;
        let cb = (blue - luma) / (2.0 * (1.0 - self.blue_share));
        let cr = (red - luma) / (2.0 * (1.0 - self.red_share));
        let (scale, offset, chroma) = self.scales();
        [luma * scale + offset, cb * chroma + 128.0, cr * chroma + 128.0]
            .map(|value| value.round().clamp(0.0, 255.0) as u8)
    }

    /// Red, green and blue from 0 to 1, clamped.
    pub fn rgb_from_ycbcr(self, [luma, cb, cr]: [u8; 3]) -> [f32; 3] {
        let (scale, offset, chroma) = self.scales();
        let luma = (f32::from(luma) - offset) / scale;
        let cb = (f32::from(cb) - 128.0) / chroma;
        let cr = (f32::from(cr) - 128.0) / chroma;
        let red = luma + 2.0 * (1.0 - self.red_share) * cr;
        let blue = luma + 2.0 * (1.0 - self.blue_share) * cb;
        let green =
            (luma - self.red_share * red - self.blue_share * blue) / (1.0 - self.red_share - self.blue_share);
        [red, green, blue].map(|value| value.clamp(0.0, 1.0))
    }

    /// Steps of luma from black to white, black, steps of colour from end to end.
    fn scales(self) -> (f32, f32, f32) {
        if self.full_range { (255.0, 0.0, 255.0) } else { (219.0, 16.0, 224.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_of_odd_sizes_are_rounded_up() {
        let mut picture = Picture::black(5, 3);
        assert_eq!(picture.planes().map(<[u8]>::len), [15, 6, 6]);
        picture.planes_mut()[2].fill(7);
        assert_eq!(picture.samples()[21..], [7; 6]);
        assert!(Picture::from_samples(5, 3, vec![0; 26]).is_none());
    }

    #[test]
    fn colours_go_there_and_back() {
        for space in
            [ColourSpace::BT709, ColourSpace::BT601, ColourSpace { full_range: true, ..ColourSpace::BT709 }]
        {
            for rgb in [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.0, 0.7, 0.25], [1.0, 0.0, 0.5]] {
                let back = space.rgb_from_ycbcr(space.ycbcr_from_rgb(rgb));
                assert!(rgb.iter().zip(back).all(|(a, b)| (a - b).abs() < 0.01), "{rgb:?} {back:?}");
            }
        }
        assert_eq!(ColourSpace::BT709.ycbcr_from_rgb([1.0; 3]), [235, 128, 128]);
    }
}
