//! Looks of the network at parts of a frame.

use super::blobs::{Mask, carried};
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
    /// What the network answers in other ways, when it was asked.
    pub doubts: Option<Doubts>,
}

/// Answers to the same part, shown otherwise, and turned back.
pub(super) struct Doubts {
    /// From right to left.
    pub mirrored: Mask,
    /// Smaller, in a grey frame; of the whole picture only, which has nothing around it.
    pub framed: Option<Mask>,
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

    /// Looks at each view once, and in other ways too where the second word says so.
    pub(super) fn look(&mut self, views: &[(Rect, bool)]) -> Result<Vec<Seen>, GuessError<S::Error>> {
        let frame = self.frame();
        let mut seen = Vec::with_capacity(views.len());
        for views in views.chunks(BATCH_MAX / 2) {
            let mut rows = Vec::with_capacity(views.len() * 3 * AREA);
            let samples: Vec<_> = views.iter().map(|(view, _)| Sample::of(self.picture, view)).collect();
            for ((view, is_doubted), sample) in views.iter().zip(&samples) {
                sample.push_rgb(self.space, &mut rows);
                if *is_doubted {
                    let first = rows.len() - 3 * AREA;
                    rows.extend_from_within(first..);
                    rows[first + 3 * AREA..].chunks_exact_mut(SIDE).for_each(<[f32]>::reverse);
                    if *view == frame {
                        sample.framed().push_rgb(self.space, &mut rows);
                    }
                }
            }
            let answers = self.network.segment(&rows).map_err(GuessError::Network)?;
            let wanted = rows.len() / 3;
            if answers.len() != wanted {
                return Err(GuessError::Answer { wanted, given: answers.len() });
            }
            let mut answers = answers.chunks_exact(AREA).map(mask_from_answer);
            for ((view, is_doubted), sample) in views.iter().zip(samples) {
                let mask = answers.next().unwrap_or_default();
                let doubts = is_doubted.then(|| {
                    let mut mirrored = answers.next().unwrap_or_default();
                    mirrored.chunks_exact_mut(SIDE).for_each(<[u16]>::reverse);
                    let framed = if *view == frame { answers.next() } else { None };
                    Doubts { mirrored, framed: framed.map(|framed| unframed(&framed)) }
                });
                seen.push(Seen { view: *view, sample, mask, doubts });
            }
        }
        Ok(seen)
    }

    /// One view, straight.
    pub(super) fn look_at(&mut self, view: Rect) -> Result<Option<Seen>, GuessError<S::Error>> {
        Ok(self.look(&[(view, false)])?.pop())
    }
}

/// The answer to [`Sample::framed`] as one to the sample itself.
fn unframed(mask: &[u16]) -> Mask {
    let margin = SIDE as u32 / 10;
    let frame = Rect { left: 0, top: 0, right: SIDE as u32, bottom: SIDE as u32 };
    let inner = Rect { left: margin, top: margin, right: SIDE as u32 - margin, bottom: SIDE as u32 - margin };
    carried(mask, &frame, &inner).into_iter().map(Option::unwrap_or_default).collect()
}

/// What is no number is nobody.
fn mask_from_answer(answer: &[f32]) -> Mask {
    answer.iter().map(|value| (value.clamp(0.0, 1.0) * 65535.0 + 0.5) as u16).collect()
}
