//! Looks of the network at parts of a frame.

use super::blobs::Mask;
use super::{AREA, Rect, SIDE, Sample, Segment};
use crate::picture::{ColourSpace, Picture};

/// How many looks go into one batch: memory, not speed.
const BATCH_MAX: usize = 8;

/// What went wrong while somebody was looked for.
#[derive(Debug, thiserror::Error)]
pub enum GuessError<E> {
    /// The network failed.
    #[error("run the network")]
    Network(#[source] E),
    /// The network gave more or less than it was asked for.
    #[error("the network answered with {given} values instead of {wanted}")]
    Answer {
        /// One plane for each picture of the batch.
        wanted: usize,
        /// What came.
        given: usize,
    },
}

/// One part of a frame as the network sees it.
pub(super) struct Seen {
    pub view: Rect,
    pub sample: Sample,
    pub mask: Mask,
    /// The answer to the same part from right to left, turned back; when it was asked for.
    pub mirrored: Option<Mask>,
}

/// A frame, and the network that looks at it.
pub(super) struct Eye<'a, S: Segment> {
    pub picture: &'a Picture,
    pub space: ColourSpace,
    pub network: &'a mut S,
}

impl<S: Segment> Eye<'_, S> {
    pub(super) fn frame(&self) -> Rect {
        Rect::whole(self.picture.width(), self.picture.height())
    }

    /// Looks at each view once, and once more in the mirror where the second word says so.
    pub(super) fn look(&mut self, views: &[(Rect, bool)]) -> Result<Vec<Seen>, GuessError<S::Error>> {
        let mut seen = Vec::with_capacity(views.len());
        for views in views.chunks(BATCH_MAX / 2) {
            let mut rows = Vec::with_capacity(views.len() * 3 * AREA);
            let samples: Vec<_> = views.iter().map(|(view, _)| Sample::of(self.picture, view)).collect();
            for ((_, is_mirrored), sample) in views.iter().zip(&samples) {
                sample.push_rgb(self.space, false, &mut rows);
                if *is_mirrored {
                    sample.push_rgb(self.space, true, &mut rows);
                }
            }
            let answers = self.network.segment(&rows).map_err(GuessError::Network)?;
            let wanted = rows.len() / 3;
            if answers.len() != wanted {
                return Err(GuessError::Answer { wanted, given: answers.len() });
            }
            let mut answers = answers.chunks_exact(AREA).map(mask_from_answer);
            for ((view, is_mirrored), sample) in views.iter().zip(samples) {
                let mask = answers.next().unwrap_or_default();
                let mirrored = if *is_mirrored { answers.next() } else { None };
                let mirrored = mirrored.map(|mut mask| {
                    mask.chunks_exact_mut(SIDE).for_each(<[u16]>::reverse);
                    mask
                });
                seen.push(Seen { view: *view, sample, mask, mirrored });
            }
        }
        Ok(seen)
    }

    /// One view, straight.
    pub(super) fn look_at(&mut self, view: Rect) -> Result<Option<Seen>, GuessError<S::Error>> {
        Ok(self.look(&[(view, false)])?.pop())
    }
}

/// What is no number is nobody.
fn mask_from_answer(answer: &[f32]) -> Mask {
    answer.iter().map(|value| (value.clamp(0.0, 1.0) * 65535.0 + 0.5) as u16).collect()
}
