//! Which pictures a person sees before, between and after the noise.

use crate::card::{TitleText, calibration_card, sync_card, title_card};
use crate::frame::{FrameKind, Metadata};
use crate::jpeg::{Card, Geometry};

/// The three pictures of a video.
pub(super) struct Cards([(FrameKind, Card); 3]);

impl Cards {
    /// Drawn from what every frame says; a sealed video names nothing.
    pub(super) fn new(metadata: &Metadata, geometry: Geometry) -> Self {
        let text = TitleText {
            name: metadata.name.as_deref(),
            size_bytes: metadata.size,
            sha256_hex: metadata.sha256.as_deref(),
            part: metadata.part.zip(metadata.part_count),
        };
        Self([
            (FrameKind::Title, title_card(geometry, &text)),
            (FrameKind::Calibration, calibration_card(geometry)),
            (FrameKind::Sync, sync_card(geometry)),
        ])
    }

    /// Pictures that [`Self::for_a_second`] has.
    pub(super) fn count_for_a_second(fps: u32) -> u32 {
        let other = (fps / 5).max(1);
        fps.saturating_sub(2 * other).max(1) + 2 * other
    }

    /// Each once.
    pub(super) fn once(&self) -> Vec<(FrameKind, &Card)> {
        self.0.iter().map(|(kind, card)| (*kind, card)).collect()
    }

    /// Together about a second, most of it for what can be read.
    pub(super) fn for_a_second(&self, fps: u32) -> Vec<(FrameKind, &Card)> {
        let other = (fps / 5).max(1);
        let title = fps.saturating_sub(2 * other).max(1);
        let times = |kind: FrameKind| if kind == FrameKind::Title { title } else { other };
        let shown = |(kind, card)| std::iter::repeat_n((kind, card), times(kind) as usize);
        self.once().into_iter().flat_map(shown).collect()
    }
}
