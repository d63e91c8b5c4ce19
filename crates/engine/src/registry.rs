//! The pipelines that this binary has, each behind the same small face.

use std::collections::BTreeMap;
use std::sync::Arc;

use reel_queue::{Claimed, Completion};
use reel_types::{ChunkSpec, Failure, FailureKind, Task, TaskKind, TaskState};
use schemars::Schema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::context::{FACTS, RunContext};
use crate::pipeline::{Assembled, Output, Part, Pipeline, RunError};

/// What is known of a pipeline without running it.
#[derive(Clone, Debug)]
pub struct PipelineInfo {
    /// The verb.
    pub name: &'static str,
    /// Part of every job key.
    pub version: u32,
    /// The schema of its params.
    pub schema: Schema,
}

/// Why params from outside are not a job.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParamsError {
    /// This binary has no such verb.
    #[error("no pipeline {0:?}")]
    UnknownPipeline(String),
    /// A field is not one of those that may come from outside, or its value is none of its type.
    #[error("{field}: {message}")]
    Field {
        /// Its place, for example `resolution`; empty for the params as a whole.
        field: String,
        /// What is wrong with it.
        message: String,
    },
    /// Each field is fine, and together they make no sense.
    #[error("{0}")]
    Refused(Failure),
}

/// Pipelines by name.
#[derive(Default, Clone)]
pub struct Registry {
    pipelines: BTreeMap<&'static str, Arc<dyn Steps>>,
}

impl Registry {
    /// No pipeline.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same registry with one more pipeline.
    pub fn with<P: Pipeline>(mut self, pipeline: P) -> Self {
        self.pipelines.insert(P::NAME, Arc::new(Typed(pipeline)));
        self
    }

    /// All verbs.
    pub fn names(&self) -> Vec<String> {
        self.pipelines.keys().map(ToString::to_string).collect()
    }

    /// What is known of one.
    pub fn info(&self, name: &str) -> Option<PipelineInfo> {
        self.pipelines.get(name).map(|pipeline| pipeline.info())
    }

    /// Params from outside as the pipeline understands them, with defaults filled in. Only what its schema names may come from
    /// outside: what the command line fills in by itself is skipped there.
    ///
    /// # Errors
    /// [`ParamsError`], which says the field.
    pub fn check(&self, name: &str, params: &Value, source_count: usize) -> Result<Value, ParamsError> {
        let unknown = || ParamsError::UnknownPipeline(name.to_owned());
        self.pipelines.get(name).ok_or_else(unknown)?.check(params, source_count)
    }

    /// Does the step that was claimed. Blocking.
    pub(crate) fn step(&self, claimed: &Claimed, cx: &RunContext<'_>) -> Result<Step, RunError> {
        match self.pipelines.get(claimed.pipeline.as_str()) {
            Some(pipeline) => pipeline.step(claimed, cx),
            None => Err(RunError::failed(
                FailureKind::Missing,
                format!("no pipeline {:?} here", claimed.pipeline),
            )),
        }
    }
}

/// What a step brought.
pub(crate) struct Step {
    pub(crate) completion: Completion,
    pub(crate) outputs: Vec<Output>,
}

/// A pipeline whose types are hidden behind JSON.
trait Steps: Send + Sync {
    fn info(&self) -> PipelineInfo;
    fn check(&self, params: &Value, source_count: usize) -> Result<Value, ParamsError>;
    fn step(&self, claimed: &Claimed, cx: &RunContext<'_>) -> Result<Step, RunError>;
}

struct Typed<P>(P);

impl<P: Pipeline> Steps for Typed<P> {
    fn info(&self) -> PipelineInfo {
        PipelineInfo { name: P::NAME, version: P::VERSION, schema: schemars::schema_for!(P::Params) }
    }

    fn check(&self, params: &Value, source_count: usize) -> Result<Value, ParamsError> {
        refuse_unnamed(&self.info().schema, params)?;
        let read: P::Params = serde_path_to_error::deserialize(params).map_err(|error| {
            let field = error.path().to_string();
            let field = if field == "." { String::new() } else { field };
            ParamsError::Field { field, message: error.into_inner().to_string() }
        })?;
        self.0.check(&read, source_count).map_err(ParamsError::Refused)?;
        serde_json::to_value(&read)
            .map_err(|error| ParamsError::Field { field: String::new(), message: error.to_string() })
    }

    fn step(&self, claimed: &Claimed, cx: &RunContext<'_>) -> Result<Step, RunError> {
        if claimed.version != P::VERSION {
            let message =
                format!("made by version {} of {}, this is {}", claimed.version, P::NAME, P::VERSION);
            return Err(Failure::new(FailureKind::Usage, message).with_hint("submit it again").into());
        }
        match cx.task.kind {
            TaskKind::Plan => self.plan(claimed, cx),
            TaskKind::Run => self.run(claimed, cx),
            TaskKind::Assemble => self.assemble(claimed, cx),
        }
    }
}

impl<P: Pipeline> Typed<P> {
    fn plan(&self, claimed: &Claimed, cx: &RunContext<'_>) -> Result<Step, RunError> {
        let params: P::Params = params_from(&claimed.params)?;
        let facts = self.0.inspect(&params, cx)?;
        let plan = self.0.plan(&params, &facts, cx.site)?;
        let completion = Completion::Planned {
            chunks: plain_chunks(plan.chunks)?,
            rounds_max: plan.rounds_max,
            on_failed_chunk: plan.on_failed_chunk,
        };
        Ok(Step { completion, outputs: vec![Output::json(FACTS, &facts)?] })
    }

    fn run(&self, claimed: &Claimed, cx: &RunContext<'_>) -> Result<Step, RunError> {
        let chunk: P::Chunk = typed(&claimed.task.spec.chunk)?;
        Ok(Step { completion: Completion::Ran, outputs: self.0.run(&chunk, cx)? })
    }

    fn assemble(&self, claimed: &Claimed, cx: &RunContext<'_>) -> Result<Step, RunError> {
        let params: P::Params = params_from(&claimed.params)?;
        let facts: P::Facts = cx.facts()?;
        let parts = cx.inputs.tasks.iter().filter_map(part_from_task).collect::<Result<Vec<_>, _>>()?;
        match self.0.assemble(&params, &facts, &parts, cx)? {
            Assembled::Done(result) => {
                let completion = Completion::Assembled { metadata: result.metadata, gaps: result.gaps };
                Ok(Step { completion, outputs: result.outputs })
            }
            Assembled::NextRound(chunks) => Ok(Step {
                completion: Completion::NextRound { chunks: plain_chunks(chunks)? },
                outputs: Vec::new(),
            }),
        }
    }
}

/// Refuses a field that the schema does not name.
fn refuse_unnamed(schema: &Schema, params: &Value) -> Result<(), ParamsError> {
    let Some(given) = params.as_object() else {
        return Err(ParamsError::Field { field: String::new(), message: "params are an object".to_owned() });
    };
    let named = schema.get("properties").and_then(Value::as_object);
    match given.keys().find(|key| named.is_none_or(|named| !named.contains_key(*key))) {
        None => Ok(()),
        Some(field) => {
            let message = "there is no such parameter".to_owned();
            Err(ParamsError::Field { field: field.clone(), message })
        }
    }
}

/// A chunk that has ended; nothing for other tasks.
fn part_from_task<C: DeserializeOwned>(task: &Task) -> Option<Result<Part<C>, RunError>> {
    if task.id.kind != TaskKind::Run {
        return None;
    }
    let result = match (task.state, &task.failure) {
        (TaskState::Done, _) => Ok(task.outputs.clone()),
        (TaskState::Failed, Some(failure)) => Err(failure.clone()),
        _ => return None,
    };
    let part = |chunk| Part { round: task.id.round, index: task.id.index, chunk, result };
    Some(typed(&task.spec.chunk).map(part))
}

fn plain_chunks<C: Serialize>(chunks: Vec<ChunkSpec<C>>) -> Result<Vec<ChunkSpec>, RunError> {
    chunks.into_iter().map(plain_chunk).collect()
}

fn plain_chunk<C: Serialize>(spec: ChunkSpec<C>) -> Result<ChunkSpec, RunError> {
    Ok(ChunkSpec {
        chunk: serde_json::to_value(&spec.chunk).map_err(RunError::internal)?,
        class: spec.class,
        threads: spec.threads,
        memory_bytes: spec.memory_bytes,
        cost: spec.cost,
        after: spec.after,
    })
}

fn params_from<T: DeserializeOwned>(value: &Value) -> Result<T, RunError> {
    serde_json::from_value(value.clone())
        .map_err(|e| RunError::failed(FailureKind::Usage, format!("params: {e}")))
}

fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, RunError> {
    serde_json::from_value(value.clone()).map_err(RunError::internal)
}
