//! What tells people from their background, behind one face.

mod chroma;
mod image;
mod networks;
mod rgb;
mod rvm;
mod selfie;

use reel_engine::{RunContext, RunError};

use crate::finish::Controls;
use crate::look::Look;
use crate::params::Model;
use crate::patience::Patience;
use crate::picture::{Matted, Picture};

pub use networks::Networks;

/// The rest of the work on one picture, which needs no other: may run on any thread, beside others.
pub(crate) type Finish = Box<dyn FnOnce(Picture, &Controls) -> Matted + Send>;

/// A way to find the matte. Looks at pictures one after another and may remember.
pub(crate) trait Backend: Send {
    /// Looks at the pictures of one moment, one a stream (the eyes, in order), and answers with what is left to be done to each.
    ///
    /// # Errors
    /// When a network fails.
    fn guess(&mut self, rows: &[Picture]) -> Result<Vec<Finish>, RunError>;

    /// Everything it remembers, for the chunk that goes on.
    ///
    /// # Errors
    /// When it cannot be told.
    fn save(&self) -> Result<Vec<u8>, RunError> {
        Ok(Vec::new())
    }

    /// Goes on from what another has saved.
    ///
    /// # Errors
    /// When those are no such bytes.
    fn load(&mut self, _state: &[u8]) -> Result<(), RunError> {
        Ok(())
    }

    /// What it ran on, for the report.
    fn ran_on(&self) -> RanOn {
        RanOn { name: "CPU".to_owned(), on_gpu: false, why_not: None }
    }
}

/// What a backend ran on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct RanOn {
    /// For people.
    pub(crate) name: String,
    pub(crate) on_gpu: bool,
    /// Why it is none of what was tried before.
    pub(crate) why_not: Option<String>,
}

/// How far back a backend remembers, in frames: so many warm it up where it cannot go on from another chunk. Nothing for one that remembers
/// nothing.
pub(crate) fn memory_frames(model: Model) -> u32 {
    match model {
        Model::Onnx => 0,
        // The screen that was found.
        Model::Chroma => 1,
        Model::Selfie => 24,
        Model::Rvm => 48,
    }
}

/// The backend that was asked for.
///
/// # Errors
/// When its network is missing or does not load.
pub(crate) fn open(
    networks: &Networks,
    look: &Look,
    patience: &Patience,
    cx: &RunContext<'_>,
) -> Result<Box<dyn Backend>, RunError> {
    Ok(match look.model {
        Model::Chroma => Box::new(chroma::Chroma::new(look)),
        Model::Selfie => Box::new(selfie::Selfie::open(networks, look, patience, cx)?),
        Model::Rvm => Box::new(rvm::Rvm::open(networks, look, patience, cx)?),
        Model::Onnx => Box::new(image::Image::open(networks, look, patience, cx)?),
    })
}
