//! A pipeline that copies its source, under the name and the media type that it is told.

use reel_engine::{Assembled, JobResult, Output, Part, Pipeline, Plan, RunContext, RunError, Site};
use reel_types::{ChunkSpec, Class, Failure, FailureKind, OnFailedChunk};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub struct Copy;

#[derive(clap::Args, Serialize, Deserialize, JsonSchema, Clone, Debug)]
#[serde(default)]
pub struct Params {
    /// Name of the result
    #[arg(long, default_value = "out.bin")]
    pub name: String,
    /// Its media type
    #[arg(long, default_value = "application/octet-stream")]
    pub mime: String,
    /// Fail instead
    #[arg(long)]
    pub fail: bool,
    /// Run until somebody stops it
    #[arg(long)]
    pub hold: bool,
    /// How many chunks
    #[arg(long, default_value_t = 1)]
    pub chunks: u8,
    /// Filled in by the command line alone.
    #[arg(skip)]
    #[schemars(skip)]
    pub folder: String,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            name: "out.bin".into(),
            mime: "application/octet-stream".into(),
            fail: false,
            hold: false,
            chunks: 1,
            folder: String::new(),
        }
    }
}

impl Pipeline for Copy {
    const NAME: &'static str = "copy";
    const VERSION: u32 = 1;
    type Params = Params;
    type Facts = ();
    type Chunk = bool;

    fn check(&self, params: &Params, source_count: usize) -> Result<(), Failure> {
        if params.fail && params.hold {
            let failure = Failure::new(FailureKind::Usage, "it cannot fail and hold");
            return Err(failure.with_hint("leave one out"));
        }
        match source_count {
            1 => Ok(()),
            _ => Err(Failure::new(FailureKind::Usage, "one source is copied")),
        }
    }

    /// What fails says where its source lies, as tools do.
    fn inspect(&self, params: &Params, cx: &RunContext<'_>) -> Result<(), RunError> {
        let source = cx.source(0)?;
        if params.fail {
            let failure = Failure::new(FailureKind::Usage, format!("{} was told to fail", source.display()));
            return Err(failure.with_hint(format!("see {}", cx.scratch().join("x.log").display())).into());
        }
        Ok(())
    }

    fn plan(&self, params: &Params, (): &(), _site: &Site) -> Result<Plan<bool>, RunError> {
        let chunk = ChunkSpec {
            chunk: params.hold,
            class: Class::Cpu,
            // Held ones run beside anything.
            threads: u32::from(!params.hold),
            memory_bytes: 0,
            cost: 1,
            after: None,
        };
        let chunks = vec![chunk; usize::from(params.chunks)];
        Ok(Plan { chunks, rounds_max: 1, on_failed_chunk: OnFailedChunk::FailJob })
    }

    fn run(&self, hold: &bool, cx: &RunContext<'_>) -> Result<Vec<Output>, RunError> {
        cx.progress(1, 2);
        if *hold {
            // Bounded: a test that ends in the moment in which this begins has nobody left to stop it, and waits for its thread.
            let is_stopped = cx.cancel().wait_timeout(std::time::Duration::from_secs(60));
            return Err(if is_stopped {
                RunError::Cancelled
            } else {
                RunError::failed(FailureKind::Internal, "nobody stopped it")
            });
        }
        Ok(Vec::new())
    }

    fn assemble(
        &self,
        params: &Params,
        (): &(),
        _parts: &[Part<bool>],
        cx: &RunContext<'_>,
    ) -> Result<Assembled<bool>, RunError> {
        let copied = cx.scratch().join("copied");
        std::fs::copy(cx.source(0)?, &copied).map_err(RunError::internal)?;
        let outputs = vec![Output::file(&params.name, &params.mime, copied)];
        Ok(Assembled::Done(JobResult { outputs, metadata: json!({"copied": true}), gaps: Vec::new() }))
    }
}
