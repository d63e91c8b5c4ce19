//! The four steps behind the trait.

use reel_engine::{Assembled, Output, Part, Pipeline, Plan, RunContext, RunError, Site};
use reel_media::OnDemand;
use reel_types::{Failure, FailureKind};

use super::facts::{self, Facts};
use super::plan::{self, Chunk};
use super::{assemble, run};
use crate::params::PackParams;

/// `reel pack`.
pub struct Pack {
    ffmpeg: OnDemand,
}

impl Pack {
    /// Packs; the profile `share` writes its video with this FFmpeg.
    pub fn new(ffmpeg: impl Into<OnDemand>) -> Self {
        Self { ffmpeg: ffmpeg.into() }
    }
}

impl Pipeline for Pack {
    const NAME: &'static str = "pack";
    const VERSION: u32 = 3;
    type Params = PackParams;
    type Facts = Facts;
    type Chunk = Chunk;

    fn check(&self, params: &PackParams, source_count: usize) -> Result<(), Failure> {
        let usage = |message: String, hint| Failure::new(FailureKind::Usage, message).with_hint(hint);
        if params.entries.is_empty() && source_count != 1 {
            return Err(usage("a packed video holds one file".to_owned(), "make a job for each"));
        }
        if !params.entries.is_empty() && params.tar {
            return Err(usage(
                "entries and tar do not go together: a tar stream has its own".to_owned(),
                "leave one of them out",
            ));
        }
        params.contradiction().map_or(Ok(()), |(message, hint)| Err(usage(message, hint)))
    }

    fn inspect(&self, params: &PackParams, cx: &RunContext<'_>) -> Result<Facts, RunError> {
        facts::inspect(&self.ffmpeg, params, cx)
    }

    fn plan(&self, params: &PackParams, facts: &Facts, site: &Site) -> Result<Plan<Chunk>, RunError> {
        plan::plan(params, facts, site)
    }

    fn run(&self, chunk: &Chunk, cx: &RunContext<'_>) -> Result<Vec<Output>, RunError> {
        run::run(&self.ffmpeg, chunk, cx)
    }

    fn assemble(
        &self,
        params: &PackParams,
        facts: &Facts,
        parts: &[Part<Chunk>],
        cx: &RunContext<'_>,
    ) -> Result<Assembled<Chunk>, RunError> {
        assemble::assemble(params, facts, parts, cx)
    }
}
