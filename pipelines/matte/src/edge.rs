//! What is done to every matte, whichever backend made it: the person's wishes, the background, the flat parts.

use crate::backend::Finish;
use crate::look::Look;
use crate::picture::{Matted, Picture};

/// What is done to every matte.
pub(crate) struct Edge {}

impl Edge {
    pub(crate) fn new(_look: &Look) -> Self {
        Self {}
    }

    /// From a picture to what the encoders get.
    pub(crate) fn finish(&self, picture: Picture, finish: Finish) -> Matted {
        finish(picture)
    }
}
