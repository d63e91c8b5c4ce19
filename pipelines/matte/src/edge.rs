//! What is done to every matte, whichever backend made it: the person's wishes, and what stands behind.

use crate::backdrop::{Behind, lay_over};
use crate::backend::Finish;
use crate::finish::Controls;
use crate::headset;
use crate::look::Look;
use crate::params::Format;
use crate::picture::{ColourSpace, Matted, Picture};

/// What is done to every matte.
pub(crate) struct Edge {
    controls: Controls,
    behind: Option<Behind>,
    /// For headsets: what the numbers of red are.
    packed: Option<ColourSpace>,
}

impl Edge {
    pub(crate) fn new(look: &Look, behind: Option<Behind>) -> Self {
        let levels = look.edge.levels;
        let share = |level: u8| f32::from(level) / 255.0;
        Self {
            controls: Controls {
                levels: levels.map_or((0.0, 1.0), |levels| (share(levels.low), share(levels.high))),
                erode_pixels: look.edge.erode.into(),
                feather_pixels: look.edge.feather.into(),
            },
            behind,
            packed: (look.format == Format::Deovr).then_some(look.space),
        }
    }

    /// From the picture of an eye to its matte.
    pub(crate) fn finish(&self, picture: Picture, finish: Finish) -> Matted {
        let own = self.behind.as_ref().and_then(|behind| behind.of_picture(&picture));
        let mut matted = finish(picture, &self.controls);
        if let Some(own) = own {
            lay_over(&mut matted, &own);
        }
        matted
    }

    /// What is done to the whole picture, once its eyes are together.
    pub(crate) fn lay(&self, matted: &mut Matted) {
        if let Some(Behind::Still(behind)) = &self.behind {
            lay_over(matted, behind);
        }
        if let Some(space) = self.packed {
            headset::pack(matted, space);
        }
    }
}
