//! What is done to every matte, whichever backend made it: the person's wishes.

use crate::backend::Finish;
use crate::finish::Controls;
use crate::look::Look;
use crate::picture::{Matted, Picture};

/// What is done to every matte.
pub(crate) struct Edge {
    controls: Controls,
}

impl Edge {
    pub(crate) fn new(look: &Look) -> Self {
        let levels = look.edge.levels;
        let share = |level: u8| f32::from(level) / 255.0;
        Self {
            controls: Controls {
                levels: levels.map_or((0.0, 1.0), |levels| (share(levels.low), share(levels.high))),
                erode_pixels: look.edge.erode.into(),
                feather_pixels: look.edge.feather.into(),
            },
        }
    }

    /// From a picture to what the encoders get.
    pub(crate) fn finish(&self, picture: Picture, finish: Finish) -> Matted {
        finish(picture, &self.controls)
    }
}
