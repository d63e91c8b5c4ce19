//! A rectangle of pixels within a picture.

use serde::{Deserialize, Serialize};

/// Whole pixels of luma; `right` and `bottom` are just outside.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Rect {
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// The column after the last.
    pub right: u32,
    /// The row after the last.
    pub bottom: u32,
}

impl Rect {
    /// A whole picture.
    pub fn whole(width: usize, height: usize) -> Self {
        Self { left: 0, top: 0, right: width as u32, bottom: height as u32 }
    }

    /// Columns.
    pub fn width(&self) -> u32 {
        self.right.saturating_sub(self.left)
    }

    /// Rows.
    pub fn height(&self) -> u32 {
        self.bottom.saturating_sub(self.top)
    }

    /// Pixels.
    pub fn area(&self) -> u64 {
        u64::from(self.width()) * u64::from(self.height())
    }

    /// Whether it holds no pixel.
    pub fn is_empty(&self) -> bool {
        self.area() == 0
    }

    /// What both hold.
    pub fn intersect(&self, other: &Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        }
    }

    /// The least that holds both.
    pub fn union(&self, other: &Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Shared pixels over the pixels of both, 0 to 1.
    pub fn overlap(&self, other: &Self) -> f32 {
        let shared = self.intersect(other).area();
        let all = self.area() + other.area() - shared;
        if all == 0 { 0.0 } else { shared as f32 / all as f32 }
    }

    /// The share of this one that lies within the other, 0 to 1.
    pub fn share_within(&self, other: &Self) -> f32 {
        let area = self.area();
        if area == 0 { 0.0 } else { self.intersect(other).area() as f32 / area as f32 }
    }

    /// Of a size around a middle, pushed into the frame, and cut where it is larger than that.
    pub fn around(middle: (f32, f32), size: (f32, f32), frame: &Self) -> Self {
        let (left, right) = span(middle.0, size.0, frame.width());
        let (top, bottom) = span(middle.1, size.1, frame.height());
        Self { left, top, right, bottom }
    }

    /// Column and row of the middle.
    pub fn middle(&self) -> (f32, f32) {
        ((self.left + self.right) as f32 / 2.0, (self.top + self.bottom) as f32 / 2.0)
    }

    /// Grown by a share of its sides on each side, cut at the frame.
    pub fn grown(&self, share: f32, frame: &Self) -> Self {
        let across = (self.width() as f32 * share).round() as u32;
        let down = (self.height() as f32 * share).round() as u32;
        Self {
            left: self.left.saturating_sub(across),
            top: self.top.saturating_sub(down),
            right: self.right.saturating_add(across).min(frame.right),
            bottom: self.bottom.saturating_add(down).min(frame.bottom),
        }
    }
}

/// First and past-the-last of a length around a middle, within `0..limit`.
fn span(middle: f32, length: f32, limit: u32) -> (u32, u32) {
    let length = (length.round().max(1.0) as u32).min(limit);
    let first = (middle - length as f32 / 2.0).round().max(0.0) as u32;
    let first = first.min(limit - length);
    (first, first + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_is_pushed_into_the_frame_before_it_is_cut() {
        let frame = Rect::whole(100, 50);
        let pushed = Rect::around((95.0, 10.0), (20.0, 10.0), &frame);
        assert_eq!(pushed, Rect { left: 80, top: 5, right: 100, bottom: 15 });
        let cut = Rect::around((50.0, 25.0), (300.0, 60.0), &frame);
        assert_eq!(cut, frame);
    }

    #[test]
    fn overlaps_are_shares() {
        let one = Rect { left: 0, top: 0, right: 10, bottom: 10 };
        let half = Rect { left: 5, top: 0, right: 10, bottom: 10 };
        assert!((one.overlap(&half) - 0.5).abs() < 1e-6);
        assert!((half.share_within(&one) - 1.0).abs() < 1e-6);
        assert_eq!(one.overlap(&Rect { left: 20, top: 0, right: 30, bottom: 10 }), 0.0);
    }
}
