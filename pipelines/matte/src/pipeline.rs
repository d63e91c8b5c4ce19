//! The verb `matte`, as the engine sees it.

use std::sync::Arc;

use reel_engine::{Assembled, Output, Part, Pipeline, Plan, RunContext, RunError, Site};
use reel_media::Ffmpeg;
use reel_media::child::Pulse;
use reel_types::Failure;

use crate::backend::Networks;
use crate::chunk::Chunk;
use crate::facts::Facts;
use crate::params::Params;
use crate::patience::Patience;
use crate::{assemble, check, inspect, plan, preview, run, sound};

/// People out of their background.
#[derive(Clone, Debug)]
pub struct MattePipeline {
    ffmpeg: Arc<Ffmpeg>,
    networks: Networks,
    patience: Patience,
}

impl MattePipeline {
    /// With these programs.
    pub fn new(ffmpeg: Arc<Ffmpeg>, networks: Networks) -> Self {
        Self { ffmpeg, networks, patience: Patience::default() }
    }

    /// The same with other bounds on standing still.
    pub fn with_patience(self, patience: Patience) -> Self {
        let bounded = patience.any.map(|most| Arc::new(self.ffmpeg.with_stall_max(most)));
        Self { patience, ffmpeg: bounded.unwrap_or(self.ffmpeg), ..self }
    }

    /// For steps that run for as long as the film is, and cannot say how far they are.
    fn watched(&self, cx: &RunContext<'_>) -> Ffmpeg {
        self.ffmpeg.with_pulse(Pulse::new(cx.pulse()))
    }
}

impl Pipeline for MattePipeline {
    const NAME: &'static str = "matte";
    const VERSION: u32 = 3;
    type Params = Params;
    type Facts = Facts;
    type Chunk = Chunk;

    fn check(&self, params: &Params, source_count: usize) -> Result<(), Failure> {
        check::check(params, source_count, &self.networks.registry())
    }

    fn inspect(&self, params: &Params, cx: &RunContext<'_>) -> Result<Facts, RunError> {
        inspect::inspect(&self.watched(cx), &self.networks, params, cx)
    }

    fn plan(&self, params: &Params, facts: &Facts, site: &Site) -> Result<Plan<Chunk>, RunError> {
        plan::plan(params, facts, site)
    }

    fn run(&self, chunk: &Chunk, cx: &RunContext<'_>) -> Result<Vec<Output>, RunError> {
        match chunk {
            Chunk::Film(chunk) => run::run(&self.ffmpeg, &self.networks, &self.patience, chunk, cx),
            Chunk::Preview(chunk) => preview::run(&self.ffmpeg, &self.networks, &self.patience, chunk, cx),
            Chunk::Sound(chunk) => sound::run(&self.ffmpeg, &self.patience, chunk, cx),
        }
    }

    fn assemble(
        &self,
        params: &Params,
        facts: &Facts,
        parts: &[Part<Chunk>],
        cx: &RunContext<'_>,
    ) -> Result<Assembled<Chunk>, RunError> {
        assemble::assemble(&self.watched(cx), params, facts, parts, cx)
    }
}
