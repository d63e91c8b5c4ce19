//! Pictures beside one another.

/// Squares of the checkerboard have so many pixels a side.
const SQUARE: usize = 8;
/// Pixels between pictures.
const GAP: usize = 6;

/// Red, green and blue of each pixel.
pub(crate) struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    pub(crate) fn opaque(width: usize, height: usize, rgb: &[u8]) -> Self {
        let (pixels, _) = rgb.as_chunks::<3>();
        Self { width, height, pixels: pixels.to_vec() }
    }

    pub(crate) fn on_a_checkerboard(width: usize, height: usize, rgba: &[u8]) -> Self {
        let (pixels, _) = rgba.as_chunks::<4>();
        let laid = pixels.iter().enumerate().map(|(at, [colour @ .., alpha])| {
            let is_light = (at % width / SQUARE + at / width / SQUARE).is_multiple_of(2);
            let (behind, alpha) = (if is_light { 235 } else { 205 }, u32::from(*alpha));
            colour.map(|part| ((u32::from(part) * alpha + behind * (255 - alpha) + 127) / 255) as u8)
        });
        Self { width, height, pixels: laid.collect() }
    }

    /// Means of two by two.
    pub(crate) fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mean = |at: usize| {
            let first = at / width * 2 * self.width + at % width * 2;
            let four = [first, first + 1, first + self.width, first + self.width + 1];
            std::array::from_fn(|part| {
                (four.iter().map(|at| u32::from(self.pixels[*at][part])).sum::<u32>().div_ceil(4)) as u8
            })
        };
        Self { width, height, pixels: (0..width * height).map(mean).collect() }
    }

    /// A square of this side, each pixel as a block.
    pub(crate) fn enlarged(&self, (left, upper): (usize, usize), side: usize, times: usize) -> Self {
        let out = side * times;
        let pixel =
            |at: usize| self.pixels[(upper + at / out / times) * self.width + left + at % out / times];
        Self { width: out, height: out, pixels: (0..out * out).map(pixel).collect() }
    }
}

/// Rows of pictures of one size.
pub(crate) struct Sheet {
    across: usize,
    pictures: Vec<Picture>,
}

impl Sheet {
    pub(crate) fn new(across: usize) -> Self {
        Self { across, pictures: Vec::new() }
    }

    pub(crate) fn add(&mut self, picture: &Picture) {
        self.pictures.push(Picture { pixels: picture.pixels.clone(), ..*picture });
    }

    /// All of it, and its size.
    pub(crate) fn pixels(&self) -> (Vec<u8>, (usize, usize)) {
        let (across, down) = (self.across, self.pictures.len().div_ceil(self.across));
        let (width, height) = (self.pictures[0].width, self.pictures[0].height);
        let whole = (across * (width + GAP) - GAP, down * (height + GAP) - GAP);
        let mut out = vec![255; 3 * whole.0 * whole.1];
        for (index, picture) in self.pictures.iter().enumerate() {
            let (left, upper) = (index % across * (width + GAP), index / across * (height + GAP));
            for (y, row) in picture.pixels.chunks(width).enumerate() {
                let begin = 3 * ((upper + y) * whole.0 + left);
                out[begin..begin + 3 * width].copy_from_slice(row.as_flattened());
            }
        }
        (out, whole)
    }
}
