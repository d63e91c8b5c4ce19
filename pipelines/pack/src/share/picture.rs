//! A luma plane that can be asked beyond its edges.

/// A borrowed luma plane, one byte a pixel, rows without gaps.
#[derive(Debug, Clone, Copy)]
pub(super) struct Picture<'a> {
    pub(super) luma: &'a [u8],
    pub(super) width: usize,
    pub(super) height: usize,
}

impl<'a> Picture<'a> {
    /// `None` when the plane is empty or shorter than its size says.
    pub(super) fn new(luma: &'a [u8], width: usize, height: usize) -> Option<Self> {
        let size = width.checked_mul(height).filter(|size| *size > 0)?;
        luma.get(..size).map(|luma| Self { luma, width, height })
    }

    /// The pixel, or 0 outside.
    pub(super) fn at(&self, x: usize, y: usize) -> u8 {
        if x < self.width { self.luma.get(y * self.width + x).copied().unwrap_or(0) } else { 0 }
    }

    /// The value between pixels, whose middles are at whole numbers; outside that of the nearest pixel.
    pub(super) fn between(&self, x: f64, y: f64) -> f32 {
        let (x, y) = (x.clamp(0.0, (self.width - 1) as f64), y.clamp(0.0, (self.height - 1) as f64));
        let (left, top) = (x as usize, y as usize);
        let (right, below) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (part_x, part_y) = ((x - left as f64) as f32, (y - top as f64) as f32);
        let across = |y| {
            let (a, b) = (f32::from(self.at(left, y)), f32::from(self.at(right, y)));
            a + (b - a) * part_x
        };
        let (upper, lower) = (across(top), across(below));
        upper + (lower - upper) * part_y
    }
}
