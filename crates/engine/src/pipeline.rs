//! What a pipeline is: one verb, four steps, plain data between them.

use std::path::PathBuf;

use reel_types::{Artifact, ChunkSpec, Failure, FailureKind, Gap, OnFailedChunk};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::context::RunContext;
use crate::site::Site;

/// One verb of reel. Blocking, on a thread of its own; sees its device, its media and its scratch folder, and neither
/// store nor queue.
pub trait Pipeline: Send + Sync + 'static {
    /// The verb.
    const NAME: &'static str;
    /// Part of every job key: raise it when the same params would give another result.
    const VERSION: u32;
    /// What a person chooses. The command line's help, the JSON schema and the form on the page come from it.
    type Params: clap::Args + Serialize + DeserializeOwned + JsonSchema + Send + 'static;
    /// What inspecting the sources told; kept as an object beside the job.
    type Facts: Serialize + DeserializeOwned;
    /// One piece of work as plain data: no paths, no handles.
    type Chunk: Serialize + DeserializeOwned;

    /// Refuses what can be seen to make no sense before anything is opened: for those who submit from elsewhere and should hear
    /// it at once. The Plan task refuses it as well.
    ///
    /// # Errors
    /// Mostly kind usage, with what to do.
    fn check(&self, _params: &Self::Params, _source_count: usize) -> Result<(), Failure> {
        Ok(())
    }

    /// Opens the sources, in the Plan task.
    ///
    /// # Errors
    /// When a source cannot be read or is refused.
    fn inspect(&self, params: &Self::Params, cx: &RunContext<'_>) -> Result<Self::Facts, RunError>;

    /// Says which chunks there are. Pure: no files, no clock, no device.
    ///
    /// # Errors
    /// When the params ask for what cannot be done with this source.
    fn plan(
        &self,
        params: &Self::Params,
        facts: &Self::Facts,
        site: &Site,
    ) -> Result<Plan<Self::Chunk>, RunError>;

    /// Works on one chunk. May be called twice: same chunk, same inputs, same outputs.
    ///
    /// # Errors
    /// When the work failed; the failure's kind says whether a repeat may help.
    fn run(&self, chunk: &Self::Chunk, cx: &RunContext<'_>) -> Result<Vec<Output>, RunError>;

    /// Puts a round's chunks together, verifies, and answers with the result or with another round.
    ///
    /// `parts` are all chunks of all rounds so far that ended, in order of (round, index).
    ///
    /// # Errors
    /// When there is no right result to be had.
    fn assemble(
        &self,
        params: &Self::Params,
        facts: &Self::Facts,
        parts: &[Part<Self::Chunk>],
        cx: &RunContext<'_>,
    ) -> Result<Assembled<Self::Chunk>, RunError>;
}

/// What there is to do.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan<C> {
    /// The chunks of round 0; `after` points to an earlier one.
    pub chunks: Vec<ChunkSpec<C>>,
    /// How many rounds there may be, at least 1.
    pub rounds_max: u32,
    /// What a chunk that failed for good does to the job.
    pub on_failed_chunk: OnFailedChunk,
}

/// A chunk that has ended, as assemble sees it.
#[derive(Clone, PartialEq, Debug)]
pub struct Part<C> {
    /// Its round.
    pub round: u32,
    /// Its place in the round.
    pub index: u32,
    /// What was asked for.
    pub chunk: C,
    /// What it wrote, or why it failed for good.
    pub result: Result<Vec<Artifact>, Failure>,
}

/// What assemble answers.
#[derive(Clone, PartialEq, Debug)]
pub enum Assembled<C> {
    /// The job's result.
    Done(JobResult),
    /// Another round is needed.
    NextRound(Vec<ChunkSpec<C>>),
}

/// A verified result.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct JobResult {
    /// The files; the first is the one that `-o` names.
    pub outputs: Vec<Output>,
    /// What the pipeline reports: an object.
    pub metadata: Value,
    /// What is missing from the result.
    pub gaps: Vec<Gap>,
}

/// A file or a few bytes that a step leaves behind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Output {
    /// Its name within the task: letters, digits, `.`, `_`, `-`; parts joined by `/`.
    pub name: String,
    /// Its media type.
    pub mime: String,
    /// Its bytes.
    pub content: Content,
    /// Where its SHA-256 comes from.
    pub digest: Digest,
}

/// Where an output's SHA-256 comes from. Reading a gigabyte once more costs half a second.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub enum Digest {
    /// From its bytes, when it is stored.
    #[default]
    Computed,
    /// From the step, which has read all bytes anyway: hex.
    Known(String),
    /// From nowhere. For chunks whose bytes carry checks of their own, which assemble looks at.
    None,
}

/// Where an output's bytes are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Content {
    /// A finished file in the scratch folder; it is taken away from there.
    File(PathBuf),
    /// In memory.
    Bytes(Vec<u8>),
}

impl Output {
    /// A finished file in the scratch folder.
    pub fn file(name: impl Into<String>, mime: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        let content = Content::File(path.into());
        Self { name: name.into(), mime: mime.into(), content, digest: Digest::Computed }
    }

    /// The same, with a SHA-256 from elsewhere.
    pub fn with_digest(mut self, digest: Digest) -> Self {
        self.digest = digest;
        self
    }

    /// A value as a JSON object.
    ///
    /// # Errors
    /// [`FailureKind::Internal`] when the value has no JSON form.
    pub fn json<T: Serialize>(name: impl Into<String>, value: &T) -> Result<Self, RunError> {
        let bytes = serde_json::to_vec(value).map_err(RunError::internal)?;
        Ok(Self {
            name: name.into(),
            mime: "application/json".into(),
            content: Content::Bytes(bytes),
            digest: Digest::Computed,
        })
    }
}

/// Why a step ended without a result.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// It was told to stop. Nobody is to blame.
    #[error("stopped")]
    Cancelled,
    /// No device is free just now. The task is given back and costs nothing.
    #[error("busy: {0}")]
    Busy(String),
    /// It failed.
    #[error("{0}")]
    Failed(Failure),
}

impl RunError {
    /// A failure of this kind.
    pub fn failed(kind: FailureKind, message: impl Into<String>) -> Self {
        Self::Failed(Failure::new(kind, message))
    }

    /// A bug of ours.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        Self::failed(FailureKind::Internal, error.to_string())
    }
}

impl From<Failure> for RunError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
