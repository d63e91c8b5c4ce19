//! What stands behind the people instead of nothing.

use reel_engine::{RunContext, RunError};
use reel_media::raw::{FrameReader, FrameReaderSpec};
use reel_media::{Ffmpeg, ProbeLimits, probe};
use reel_types::{Failure, FailureKind};

use crate::failure::run_error;
use crate::look::Look;
use crate::params::Format;
use crate::picture::{Matted, Picture};
use crate::words::{Backdrop, KeyColour};

/// The green of `--format green`: what most keyers expect.
const GREEN: KeyColour = KeyColour([0, 177, 64]);
/// How much smaller a blurred background is while it is blurred.
const BLUR_SCALE: usize = 16;

/// What a picture is laid over.
pub(crate) enum Behind {
    /// One picture for all frames.
    Still(Picture),
    /// What was there, out of focus.
    Blur,
}

impl Behind {
    /// What this look asks for; nothing where the result is transparent.
    pub(crate) fn of(ffmpeg: &Ffmpeg, look: &Look, cx: &RunContext<'_>) -> Result<Option<Self>, RunError> {
        if look.format != Format::Green {
            return Ok(None);
        }
        Ok(Some(match look.background.unwrap_or(Backdrop::Colour(GREEN)) {
            Backdrop::Blur => Self::Blur,
            Backdrop::Colour(colour) => Self::Still(flat(look, colour)),
            Backdrop::Picture => Self::Still(picture(ffmpeg, look, cx)?),
        }))
    }

    /// What stands behind this very picture; asked before its background is gone.
    pub(crate) fn of_picture(&self, picture: &Picture) -> Option<Picture> {
        matches!(self, Self::Blur).then(|| blurred(picture))
    }
}

fn flat(look: &Look, colour: KeyColour) -> Picture {
    let mut picture = Picture::black(look.width as usize, look.height as usize);
    for (plane, value) in picture.planes_mut().into_iter().zip(look.space.ycbcr_from_rgb(colour.rgb())) {
        plane.fill(value);
    }
    picture
}

/// The first picture of that source, as large as needed to fill the film's, cut in the middle.
fn picture(ffmpeg: &Ffmpeg, look: &Look, cx: &RunContext<'_>) -> Result<Picture, RunError> {
    let index = look.background_source.ok_or_else(|| RunError::internal("no source holds the background"))?;
    let path = cx.source(index as usize)?;
    let limits = ProbeLimits { stills_allowed: true, ..ProbeLimits::default() };
    let media = probe(ffmpeg, &path, &limits, cx.cancel()).map_err(run_error)?;
    let video = media.main_video().or(media.video.first()).ok_or_else(|| {
        let named = cx.source_name(index as usize).map_or_else(|| reel_types::shown(&path), str::to_owned);
        Failure::new(FailureKind::Input, format!("the background {named} holds no picture"))
            .with_hint("name a picture, #RRGGBB or blur after --background")
    })?;
    let (width, height) = (look.width, look.height);
    let matrix = if look.height >= 720 { "bt709" } else { "bt601" };
    let range = if look.space.full_range { "full" } else { "limited" };
    let spec = FrameReaderSpec {
        filters: vec![
            format!(
                "scale={width}:{height}:force_original_aspect_ratio=increase:out_color_matrix={matrix}:out_range={range}"
            ),
            format!("crop={width}:{height}"),
        ],
        threads: 1,
        ..FrameReaderSpec::new(&path, video.index, video.time_base, "yuv420p")
    };
    let mut reader = FrameReader::open(ffmpeg, &spec, cx.cancel()).map_err(run_error)?;
    let mut samples = Vec::new();
    reader.next_frame(&mut samples).map_err(run_error)?;
    Picture::from_samples(width as usize, height as usize, samples)
        .ok_or_else(|| RunError::internal("the background has another size than was asked for"))
}

/// Lays people over a picture of the same size; nothing stays transparent.
pub(crate) fn lay_over(matted: &mut Matted, behind: &Picture) {
    let Matted { picture, alpha } = matted;
    let (width, height) = (picture.width(), picture.height());
    let (chroma_width, _) = picture.chroma_size();
    let [luma, cb, cr] = picture.planes_mut();
    let [luma_behind, cb_behind, cr_behind] = behind.planes();
    for ((front, behind), alpha) in luma.iter_mut().zip(luma_behind).zip(alpha.iter()) {
        *front = mixed(*front, *behind, u32::from(*alpha));
    }
    let rows = cb.chunks_exact_mut(chroma_width).zip(cr.chunks_exact_mut(chroma_width));
    for (y, (cb, cr)) in rows.enumerate() {
        let (upper, lower) = (2 * y * width, (2 * y + 1).min(height - 1) * width);
        for x in 0..chroma_width {
            let (left, right) = (2 * x, (2 * x + 1).min(width - 1));
            let sum: u32 = [upper + left, upper + right, lower + left, lower + right]
                .iter()
                .map(|at| u32::from(alpha[*at]))
                .sum();
            let at = y * chroma_width + x;
            cb[x] = mixed(cb[x], cb_behind[at], sum.div_ceil(4));
            cr[x] = mixed(cr[x], cr_behind[at], sum.div_ceil(4));
        }
    }
    alpha.fill(255);
}

fn mixed(front: u8, behind: u8, alpha: u32) -> u8 {
    ((u32::from(front) * alpha + u32::from(behind) * (255 - alpha) + 127) / 255) as u8
}

/// Far out of focus: averages of blocks, averaged again, with straight lines between them.
fn blurred(picture: &Picture) -> Picture {
    let mut out = Picture::black(picture.width(), picture.height());
    let chroma_size = picture.chroma_size();
    let sizes = [(picture.width(), picture.height()), chroma_size, chroma_size];
    let scales = [BLUR_SCALE, BLUR_SCALE / 2, BLUR_SCALE / 2];
    for ((plane, out), (size, scale)) in
        picture.planes().into_iter().zip(out.planes_mut()).zip(sizes.into_iter().zip(scales))
    {
        let small = (size.0.div_ceil(scale), size.1.div_ceil(scale));
        let floats: Vec<f32> = plane.iter().copied().map(f32::from).collect();
        let shrunk = crate::resize::resized(&floats, size, small);
        let smaller = (small.0.div_ceil(2), small.1.div_ceil(2));
        let soft = crate::resize::resized(&crate::resize::resized(&shrunk, small, smaller), smaller, size);
        out.iter_mut().zip(soft).for_each(|(out, value)| *out = value.round().clamp(0.0, 255.0) as u8);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_each_is_the_middle() {
        let mut front = Picture::black(5, 3);
        front.samples_mut().fill(200);
        let mut behind = Picture::black(5, 3);
        behind.samples_mut().fill(100);
        for (alpha, expected) in [(0, 100), (255, 200), (128, 150)] {
            let mut matted = Matted { picture: front.clone(), alpha: vec![alpha; 15] };
            lay_over(&mut matted, &behind);
            assert!(matted.picture.samples().iter().all(|value| value.abs_diff(expected) <= 1), "{alpha}");
        }
    }

    #[test]
    fn a_flat_picture_stays_flat_out_of_focus() {
        let mut picture = Picture::black(70, 51);
        picture.samples_mut().fill(77);
        assert_eq!(blurred(&picture), picture);
    }
}
