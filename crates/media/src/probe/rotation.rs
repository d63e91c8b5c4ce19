//! How a player turns the picture, from the display matrix.

use serde::{Deserialize, Serialize};

/// First mirrored left to right (if so), then turned clockwise.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Orientation {
    /// 0, 90, 180 or 270 degrees clockwise.
    pub clockwise_degrees: u16,
    /// Mirrored left to right before turning.
    pub mirrored: bool,
}

impl Orientation {
    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        self.clockwise_degrees % 180 == 90
    }

    /// Whether the picture is shown as it is stored.
    pub fn is_upright(self) -> bool {
        self == Self::default()
    }

    /// From the nine numbers of a display matrix (16.16 fixed point, row by row). Other angles than
    /// quarters count as upright, as does a matrix that turns nothing sensible: FFmpeg turns those inside the frame and
    /// keeps its size.
    pub fn from_matrix(matrix: &[i64; 9]) -> Self {
        let [a, b, c, d] = [matrix[0], matrix[1], matrix[3], matrix[4]].map(|v| v as f64);
        if a.hypot(b) == 0.0 || c.hypot(d) == 0.0 {
            return Self::default();
        }
        let mirrored = a * d - b * c < 0.0;
        // (a, b) is where the picture's right goes: x to the right, y down. Mirroring turned it round before.
        let (right_x, right_y) = if mirrored { (-a, -b) } else { (a, b) };
        let degrees = right_y.atan2(right_x).to_degrees();
        let nearest = (degrees / 90.0).round();
        if (degrees - nearest * 90.0).abs() >= 1.0 {
            return Self::default();
        }
        let quarters = nearest.rem_euclid(4.0) as u16 % 4;
        Self { clockwise_degrees: quarters * 90, mirrored }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: i64 = 1 << 16;

    fn check(a: i64, b: i64, c: i64, d: i64, clockwise_degrees: u16, mirrored: bool) {
        let matrix = [a, b, 0, c, d, 0, 0, 0, 1 << 30];
        assert_eq!(Orientation::from_matrix(&matrix), Orientation { clockwise_degrees, mirrored });
    }

    #[test]
    fn quarters_and_mirrors_are_read_from_the_matrix() {
        check(ONE, 0, 0, ONE, 0, false);
        check(0, ONE, -ONE, 0, 90, false);
        check(-ONE, 0, 0, -ONE, 180, false);
        check(0, -ONE, ONE, 0, 270, false);
        check(-ONE, 0, 0, ONE, 0, true);
        check(ONE, 0, 0, -ONE, 180, true);
        check(0, 0, 0, 0, 0, false);
        check(46_341, 46_341, -46_341, 46_341, 0, false);
        check(500, ONE, -ONE, 500, 90, false);
    }
}
