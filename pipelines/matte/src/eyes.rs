//! Two eyes in one picture, taken apart and put together again.

use serde::{Deserialize, Serialize};

use crate::picture::{Matted, Picture};

/// How eyes share the picture.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Eyes {
    /// One picture.
    #[default]
    One,
    /// The left eye on the left.
    SideBySide,
    /// The left eye above.
    TopBottom,
}

impl Eyes {
    /// How many pictures are in one.
    pub fn count(self) -> usize {
        if self == Self::One { 1 } else { 2 }
    }

    /// Width and height of each eye; `None` where the picture has no middle: eyes are an even number of pixels wide and high, since two
    /// pixels share their colour.
    pub fn size_of_each(self, width: usize, height: usize) -> Option<(usize, usize)> {
        match self {
            Self::One => Some((width, height)),
            Self::SideBySide => width.is_multiple_of(4).then_some((width / 2, height)),
            Self::TopBottom => height.is_multiple_of(4).then_some((width, height / 2)),
        }
    }

    /// Each eye as a picture, left one first.
    pub fn split(self, picture: Picture) -> Apart {
        let (width, height) = (picture.width(), picture.height());
        let Some((eye_width, eye_height)) = self.size_of_each(width, height).filter(|_| self != Self::One)
        else {
            return Apart { eyes: Self::One, whole: None, rows: vec![picture] };
        };
        let eye = |index: usize| {
            let mut eye = Picture::black(eye_width, eye_height);
            let from = picture.planes();
            for (plane, (into, from)) in eye.planes_mut().into_iter().zip(from).enumerate() {
                let (row, whole_row, rows) = plane_shape(plane, (eye_width, eye_height), width);
                for (y, line) in into.chunks_exact_mut(row).enumerate() {
                    let at = self.offset(index, y, row, whole_row, rows);
                    line.copy_from_slice(&from[at..at + row]);
                }
            }
            eye
        };
        let rows = vec![eye(0), eye(1)];
        Apart { eyes: self, whole: Some(picture), rows }
    }

    fn put(self, index: usize, (row, whole_row, rows): (usize, usize, usize), from: &[u8], into: &mut [u8]) {
        for (y, line) in from.chunks_exact(row).enumerate() {
            let at = self.offset(index, y, row, whole_row, rows);
            into[at..at + row].copy_from_slice(line);
        }
    }

    /// Where row `y` of an eye begins in the whole plane.
    fn offset(self, index: usize, y: usize, row: usize, whole_row: usize, rows: usize) -> usize {
        match self {
            Self::TopBottom => (y + index * rows) * whole_row,
            _ => y * whole_row + index * row,
        }
    }
}

/// A picture taken apart.
#[derive(Debug)]
pub struct Apart {
    eyes: Eyes,
    /// The picture itself, where the rows are copies out of it.
    whole: Option<Picture>,
    /// Each eye.
    pub rows: Vec<Picture>,
}

impl Apart {
    /// Does to each eye what is to be done, and puts the results together.
    pub fn finish(self, mut finish: impl FnMut(usize, Picture) -> Matted) -> Matted {
        let Self { eyes, whole, rows } = self;
        let mut matted = rows.into_iter().enumerate().map(|(index, row)| finish(index, row));
        let Some(mut whole) = whole else { return matted.next().unwrap_or_default() };
        let width = whole.width();
        let mut alpha = vec![0; width * whole.height()];
        for (index, eye) in matted.enumerate() {
            let size = (eye.picture.width(), eye.picture.height());
            let from = eye.picture.planes();
            for (plane, (into, from)) in whole.planes_mut().into_iter().zip(from).enumerate() {
                eyes.put(index, plane_shape(plane, size, width), from, into);
            }
            eyes.put(index, plane_shape(0, size, width), &eye.alpha, &mut alpha);
        }
        Matted { picture: whole, alpha }
    }

    /// The buffer that came, to be filled again.
    pub fn into_buffer(mut self) -> Vec<u8> {
        self.whole.or_else(|| self.rows.pop()).map(Picture::into_samples).unwrap_or_default()
    }
}

/// Samples in a row of an eye's plane, in a row of the whole one, and rows of the eye's.
fn plane_shape(plane: usize, (width, height): (usize, usize), whole_width: usize) -> (usize, usize, usize) {
    if plane == 0 {
        (width, whole_width, height)
    } else {
        (width.div_ceil(2), whole_width.div_ceil(2), height.div_ceil(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(width: usize, height: usize) -> Picture {
        let mut picture = Picture::black(width, height);
        for (index, sample) in picture.samples_mut().iter_mut().enumerate() {
            *sample = (index * 37 % 251) as u8;
        }
        picture
    }

    #[test]
    fn what_is_taken_apart_fits_together() {
        for (eyes, width, height) in [(Eyes::One, 5, 3), (Eyes::SideBySide, 12, 5), (Eyes::TopBottom, 7, 8)] {
            let whole = drawn(width, height);
            let apart = eyes.split(whole.clone());
            assert_eq!(apart.rows.len(), eyes.count());
            let joined = apart.finish(|_, picture| Matted { alpha: picture.luma().to_vec(), picture });
            assert_eq!(joined.alpha, whole.luma());
            assert_eq!(joined.picture, whole, "{eyes:?}");
        }
    }

    #[test]
    fn a_picture_without_a_middle_has_no_eyes() {
        assert_eq!(Eyes::SideBySide.size_of_each(1922, 1080), None);
        assert_eq!(Eyes::TopBottom.size_of_each(1920, 1080), Some((1920, 540)));
    }
}
