//! The four steps behind the trait.

use std::sync::Arc;

use reel_engine::{Assembled, Output, Part, Pipeline, Plan, RunContext, RunError, Site};
use reel_media::OnDemand;

use super::facts::{self, Facts};
use super::plan::{self, Chunk};
use super::{assemble, run};
use crate::params::UnpackParams;
use crate::stream::seal::FileKey;

/// `reel unpack`.
pub struct Unpack {
    ffmpeg: OnDemand,
    key: Option<Arc<FileKey>>,
}

impl Unpack {
    /// Unpacks; FFmpeg takes the pictures out of containers other than AVI.
    pub fn new(ffmpeg: impl Into<OnDemand>) -> Self {
        Self { ffmpeg: ffmpeg.into(), key: None }
    }

    /// The same with the key of sealed videos. It lives in this process alone: no queue and no store sees it.
    pub fn with_key(mut self, key: Option<Arc<FileKey>>) -> Self {
        self.key = key;
        self
    }
}

impl Pipeline for Unpack {
    const NAME: &'static str = "unpack";
    const VERSION: u32 = 3;
    type Params = UnpackParams;
    type Facts = Facts;
    type Chunk = Chunk;

    fn inspect(&self, params: &UnpackParams, cx: &RunContext<'_>) -> Result<Facts, RunError> {
        facts::inspect(&self.ffmpeg, params, self.key.as_deref(), cx)
    }

    fn plan(&self, _params: &UnpackParams, facts: &Facts, _site: &Site) -> Result<Plan<Chunk>, RunError> {
        plan::plan(facts)
    }

    fn run(&self, chunk: &Chunk, cx: &RunContext<'_>) -> Result<Vec<Output>, RunError> {
        run::run(&self.ffmpeg, self.key.as_deref(), chunk, cx)
    }

    fn assemble(
        &self,
        _params: &UnpackParams,
        facts: &Facts,
        parts: &[Part<Chunk>],
        cx: &RunContext<'_>,
    ) -> Result<Assembled<Chunk>, RunError> {
        assemble::assemble(facts, self.key.as_deref(), parts, cx)
    }
}
