//! The matte within the picture, as headsets' players take it: round eyes side by side, and the matte small in the dead corners, in red.
//!
//! A round picture leaves its square's corners empty. The matte at four tenths of the size is a circle too, and cut in four its quarters
//! fit there exactly: each into the corner opposite to its own, with the circle's middle in the outermost pixel.

use reel_media::spatial::{ProjectionKind, Spatial};
use reel_types::Failure;

use crate::eyes::Eyes;
use crate::failure::usage;
use crate::picture::{ColourSpace, Matted};
use crate::resize::resized;

/// The matte's size against the eye's.
const SCALE: f64 = 0.4;
/// Degrees that a round picture made by us covers, as players know it from the name's ending `_FISHEYE190`.
const DEGREES: u32 = 190;
/// Eyes of whole blocks of colour, whose tenths are whole as well.
const SIDE_STEP: u32 = 20;

/// The filter that makes round eyes side by side of this source, and the size that comes out; no filter where they are already.
///
/// # Errors
/// Usage: the source is no film of two eyes on a sphere.
pub(crate) fn round(
    spatial: Spatial,
    eyes: Eyes,
    (width, height): (u32, u32),
) -> Result<(Option<String>, (u32, u32)), Failure> {
    let refused = || {
        usage(
            "alpha-packed video is for two eyes on a sphere, and neither the file nor its name says that this is",
            "add for example _180_SBS to the file's name, or use --format webm",
        )
    };
    let (stereo, eye_height) = match eyes {
        Eyes::SideBySide => ("sbs", height),
        Eyes::TopBottom => ("tb", height / 2),
        Eyes::One => return Err(refused()),
    };
    let input = match spatial.projection.ok_or_else(refused)?.kind {
        ProjectionKind::Fisheye { .. }
            if eyes == Eyes::SideBySide && width == 2 * height && height.is_multiple_of(SIDE_STEP) =>
        {
            return Ok((None, (width, height)));
        }
        ProjectionKind::Fisheye { degrees } => format!("fisheye:ih_fov={degrees}:iv_fov={degrees}"),
        ProjectionKind::Equirectangular(_) => "hequirect".to_owned(),
        ProjectionKind::Rectangular | ProjectionKind::Cubemap | ProjectionKind::Mesh => return Err(refused()),
    };
    let side = (eye_height / SIDE_STEP * SIDE_STEP).max(SIDE_STEP);
    let filter = format!(
        "v360=input={input}:in_stereo={stereo}:output=fisheye:out_stereo=sbs:h_fov={DEGREES}:v_fov={DEGREES}:w={}:h={side}",
        2 * side
    );
    Ok((Some(filter), (2 * side, side)))
}

/// What the result should be called.
pub(crate) fn told() -> String {
    format!("alpha-packed: players know it when its name ends in _LR_180_FISHEYE{DEGREES}_ALPHA.mp4")
}

/// Puts the matte of both eyes into the corners.
pub(crate) fn pack(matted: &mut Matted, space: ColourSpace) {
    let (width, height) = (matted.picture.width(), matted.picture.height());
    let side = height;
    if width != 2 * side {
        return;
    }
    let small = (side as f64 * SCALE) as usize / 2 * 2;
    let half = small / 2;
    let reds: Vec<[u8; 3]> =
        (0..=255_u8).map(|red| space.ycbcr_from_rgb([f32::from(red) / 255.0, 0.0, 0.0])).collect();
    for eye in 0..2 {
        let plane: Vec<f32> = matted
            .alpha
            .chunks_exact(width)
            .flat_map(|row| &row[eye * side..(eye + 1) * side])
            .map(|alpha| f32::from(*alpha))
            .collect();
        let matte = resized(&plane, (side, side), (small, small));
        for y in 0..small {
            for x in 0..small {
                let (from_middle_x, from_middle_y) =
                    (x as f64 + 0.5 - half as f64, y as f64 + 0.5 - half as f64);
                if from_middle_x.hypot(from_middle_y) > half as f64 {
                    continue;
                }
                // The right half goes to the left edge and so on: the middle of the circle becomes the corner.
                let at_x = eye * side + if x >= half { x - half } else { side - half + x };
                let at_y = if y >= half { y - half } else { side - half + y };
                let alpha = matte[y * small + x].round().clamp(0.0, 255.0) as usize;
                let [luma, cb, cr] = reds[alpha];
                let chroma_width = width / 2;
                let planes = matted.picture.planes_mut();
                planes[0][at_y * width + at_x] = luma;
                planes[1][at_y / 2 * chroma_width + at_x / 2] = cb;
                planes[2][at_y / 2 * chroma_width + at_x / 2] = cr;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use reel_media::spatial::{Bounds, Pose, Projection};

    use super::*;
    use crate::picture::Picture;

    #[test]
    fn quarters_lie_in_the_opposite_corners() {
        let (side, width) = (100, 200);
        let mut matted = Matted { picture: Picture::black(width, side), alpha: vec![0; width * side] };
        // The lower right quarter of the left eye is there, and nothing else.
        for y in 50..100 {
            matted.alpha[y * width + 50..y * width + 100].fill(255);
        }
        pack(&mut matted, ColourSpace::BT709);
        let red = ColourSpace::BT709.ycbcr_from_rgb([1.0, 0.0, 0.0])[0];
        let luma = |x: usize, y: usize| matted.picture.luma()[y * width + x];
        assert!(luma(5, 5).abs_diff(red) <= 2, "{}", luma(5, 5));
        assert_eq!([luma(94, 5), luma(5, 94), luma(94, 94), luma(105, 5), luma(50, 50)], [16; 5]);
        // Beyond the quarter circle the round picture begins.
        assert_eq!(luma(19, 19), 16);
    }

    #[test]
    fn half_spheres_are_made_round_and_plain_film_is_refused() {
        let kind = ProjectionKind::Equirectangular(Bounds::HALF);
        let spatial = Spatial { stereo: None, projection: Some(Projection { kind, pose: Pose::default() }) };
        let (filter, size) =
            round(spatial, Eyes::SideBySide, (2160, 1080)).unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(size, (2160, 1080));
        assert!(
            filter.is_some_and(|filter| filter.contains("hequirect") && filter.contains("w=2160:h=1080"))
        );
        assert!(round(Spatial::default(), Eyes::SideBySide, (2160, 1080)).is_err());
        assert!(round(spatial, Eyes::One, (2160, 1080)).is_err());
    }
}
