//! Where a new scene begins, for backends that remember.

use crate::picture::Picture;
use crate::selfie::Glance;

/// What is kept of the last picture.
pub(crate) type Change = Glance;

/// Compares each picture with the one before.
#[derive(Debug, Default)]
pub(crate) struct SceneChange(Option<Change>);

impl SceneChange {
    pub(crate) fn resume(state: Option<Change>) -> Self {
        Self(state)
    }

    pub(crate) fn state(&self) -> Option<&Change> {
        self.0.as_ref()
    }

    /// Whether a scene begins with this picture; never with the first of all.
    pub(crate) fn changes(&mut self, picture: &Picture) -> bool {
        let mut glance = Glance::of(picture);
        let is_cut = self.0.as_ref().is_some_and(|before| glance.is_cut_after(before));
        self.0 = Some(glance);
        is_cut
    }
}
