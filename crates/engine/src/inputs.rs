//! What a step reads: the job's sources, checked against what they were, and what earlier chunks wrote.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use reel_types::{Failure, FailureKind, Source, Task, TaskKind, TaskState, shown};
use tokio::runtime::Handle;

use crate::context::StoreHandle;
use crate::pipeline::RunError;

/// The inputs of one attempt.
pub(crate) struct Inputs {
    pub(crate) sources: Vec<Source>,
    /// The job's tasks, as committed when the attempt began.
    pub(crate) tasks: Vec<Task>,
    pub(crate) store: StoreHandle,
    pub(crate) runtime: Handle,
    /// Where a store without local files puts its copies.
    pub(crate) fetched: PathBuf,
}

impl Inputs {
    pub(crate) fn source_count(&self) -> usize {
        self.sources.len()
    }

    pub(crate) fn source(&self, index: usize) -> Result<PathBuf, RunError> {
        match self.sources.get(index) {
            Some(source @ Source::Local { path, .. }) => {
                check_unchanged(source)?;
                Ok(path.clone())
            }
            Some(Source::Object { key, .. }) => self.object(key),
            None => Err(RunError::internal(format!("the job has no source {index}"))),
        }
    }

    pub(crate) fn source_name(&self, index: usize) -> Option<&str> {
        match self.sources.get(index) {
            Some(Source::Object { filename, .. }) => Some(filename),
            _ => None,
        }
    }

    pub(crate) fn part(&self, round: u32, index: u32, name: &str) -> Result<PathBuf, RunError> {
        self.output_of(TaskKind::Run, round, index, name)
    }

    /// What a committed task wrote under `name`.
    pub(crate) fn output_of(
        &self,
        kind: TaskKind,
        round: u32,
        index: u32,
        name: &str,
    ) -> Result<PathBuf, RunError> {
        let wanted = |task: &&Task| (task.id.kind, task.id.round, task.id.index) == (kind, round, index);
        let task = self.tasks.iter().find(wanted).filter(|task| task.state == TaskState::Done);
        let artifact = task.and_then(|task| task.outputs.iter().find(|artifact| artifact.name == name));
        match artifact {
            Some(artifact) => self.object(&artifact.key),
            None => Err(RunError::internal(format!("{round}.{}.{index} wrote no {name}", kind.as_str()))),
        }
    }

    /// Whether every local source is still what it was when the job was made.
    pub(crate) fn check_sources(&self) -> Result<(), RunError> {
        self.sources.iter().try_for_each(|source| check_unchanged(source).map_err(RunError::from))
    }

    fn object(&self, key: &str) -> Result<PathBuf, RunError> {
        let path = self.runtime.block_on(self.store.local_path(key, &self.fetched));
        path.map_err(|error| RunError::Failed(error.failure()))
    }
}

fn check_unchanged(source: &Source) -> Result<(), Failure> {
    let Source::Local { path, .. } = source else { return Ok(()) };
    if *source == local_source(path)? {
        return Ok(());
    }
    let message = format!("{} changed while the job was under way", shown(path));
    Err(Failure::new(FailureKind::Input, message)
        .with_hint("run the command again for the file as it is now"))
}

/// Looks at a file of this machine and notes what identifies it.
///
/// # Errors
/// [`FailureKind::Input`] when it is not there, is not a file, or may not be read.
pub fn local_source(path: &Path) -> Result<Source, Failure> {
    let refused = |what: String| Failure::new(FailureKind::Input, format!("{}: {what}", shown(path)));
    let absolute = fs::canonicalize(path).map_err(|e| refused(sentence(&e)))?;
    let meta = fs::metadata(&absolute).map_err(|e| refused(sentence(&e)))?;
    if meta.is_dir() {
        return Err(refused("is a folder".into()).with_hint("name the files in it"));
    }
    if !meta.is_file() {
        return Err(refused("is not a regular file".into()).with_hint("save the stream to a file first"));
    }
    fs::File::open(&absolute).map_err(|e| refused(sentence(&e)))?;
    Ok(Source::Local {
        path: absolute,
        size_bytes: meta.len(),
        mtime_nanos: meta.mtime().saturating_mul(1_000_000_000).saturating_add(meta.mtime_nsec()),
        inode: meta.ino(),
    })
}

fn sentence(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".into(),
        std::io::ErrorKind::PermissionDenied => "may not be read (permission denied)".into(),
        _ => error.to_string(),
    }
}
