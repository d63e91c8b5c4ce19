//! The verb `transcode`, as the engine sees it.

use std::sync::Arc;

use reel_engine::{Assembled, Output, Part, Pipeline, Plan, RunContext, RunError, Site};
use reel_media::Ffmpeg;
use reel_media::child::Pulse;
use reel_types::Failure;

use crate::chunk::Chunk;
use crate::facts::Facts;
use crate::gpu_memory::GpuMemory;
use crate::intent::{Intent, usage};
use crate::params::Params;
use crate::run::Patience;
use crate::{assemble, inspect, plan, run};

/// Any video to H.264, HEVC, AV1 or VP9; GPU first, CPU by itself.
#[derive(Clone, Debug)]
pub struct Transcode {
    ffmpeg: Arc<Ffmpeg>,
    patience: Patience,
    gpu_memory: GpuMemory,
}

impl Transcode {
    /// With these programs.
    pub fn new(ffmpeg: Arc<Ffmpeg>) -> Self {
        Self { ffmpeg, patience: Patience::default(), gpu_memory: GpuMemory::default() }
    }

    /// The same with other bounds on standing still.
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// For steps that run for as long as the film is, and cannot say how far they are.
    fn watched(&self, cx: &RunContext<'_>) -> Ffmpeg {
        self.ffmpeg.with_pulse(Pulse::new(cx.pulse()))
    }
}

impl Pipeline for Transcode {
    const NAME: &'static str = "transcode";
    const VERSION: u32 = 4;
    type Params = Params;
    type Facts = Facts;
    type Chunk = Chunk;

    fn check(&self, params: &Params, source_count: usize) -> Result<(), Failure> {
        if source_count != 1 {
            return Err(usage("a film is made of one source", "make a job for each"));
        }
        Intent::from_params(params).map(|_| ())
    }

    fn inspect(&self, params: &Params, cx: &RunContext<'_>) -> Result<Facts, RunError> {
        inspect::inspect(&self.watched(cx), params, cx)
    }

    fn plan(&self, params: &Params, facts: &Facts, site: &Site) -> Result<Plan<Chunk>, RunError> {
        plan::plan(params, facts, site)
    }

    fn run(&self, chunk: &Chunk, cx: &RunContext<'_>) -> Result<Vec<Output>, RunError> {
        match chunk {
            Chunk::Video(chunk) => run::run_video(&self.ffmpeg, &self.patience, &self.gpu_memory, chunk, cx),
            Chunk::Audio(chunk) => run::run_audio(&self.ffmpeg, &self.patience, chunk, cx),
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
