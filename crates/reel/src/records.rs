//! The JSON contract: what `--json` prints, one object a line. Documented in `docs/reference/json.md`.
//!
//! Names may be added, not changed. Paths are text; a path that is not UTF-8 shows U+FFFD where it is not, and its
//! bytes stand beside it in hex.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use reel_types::{Gap, JobId, JobState};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::batch::{BatchProgress, BatchRecord, ForecastRecord};
use crate::exit;
use crate::problem::{Problem, ProblemKind};

/// One line.
#[derive(Serialize, Clone, Debug)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record<'a> {
    /// How far an input is.
    Progress(&'a ProgressRecord),
    /// How an input ended.
    Result(&'a ResultRecord),
    /// What many films will take.
    Forecast(&'a ForecastRecord),
    /// What many films took.
    Batch(&'a BatchRecord),
    /// The last line.
    Summary(&'a SummaryRecord),
}

/// How far an input is.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct ProgressRecord {
    /// Its job; null as long as there is none, while a server is sent what it reads.
    pub job: Option<JobId>,
    /// The file, as it was typed.
    #[serde(flatten)]
    pub input: InputPath,
    /// The job's state; `queued` as long as there is none.
    pub state: JobState,
    /// What it has come to, in the words of the file-to-video converter; null where nothing says so yet.
    pub stage: Option<&'static str>,
    /// Before the plan is made, how far the look at the sources is, 0 to 1; else null.
    pub stage_fraction: Option<f64>,
    /// 0 to 1, or null before the plan is made.
    pub done_fraction: Option<f64>,
    /// Seconds of media in a second, over what this process saw; null while unknown.
    pub speed: Option<f64>,
    /// Seconds until the end at this speed; null while unknown.
    pub eta_secs: Option<f64>,
    /// Seconds since this process began to work on it.
    pub elapsed_secs: f64,
    /// Chunks that have ended.
    pub chunks_done: u32,
    /// Chunks that are known.
    pub chunks_total: u32,
    /// How far sending it to a server is; absent where nothing is sent.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub sending: Option<SendingRecord>,
    /// How far all films of the command are; absent where there is one.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchProgress>,
}

/// How far sending something is.
#[derive(Serialize, Clone, Copy, PartialEq, Debug)]
pub struct SendingRecord {
    /// Bytes that are there, from earlier commands too.
    pub sent_bytes: u64,
    /// Bytes that there will be.
    pub total_bytes: u64,
    /// Bytes a second of this command; null while unknown.
    pub bytes_per_sec: Option<f64>,
}

impl ProgressRecord {
    /// What tells its lines from those of others.
    pub(crate) fn about(&self) -> String {
        match &self.job {
            Some(job) => job.to_string(),
            None => self.input.path().to_string_lossy().into_owned(),
        }
    }
}

/// How an input ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The output is there.
    Completed,
    /// The job ended without a result, or the result could not be written.
    Failed,
    /// Somebody cancelled the job.
    Cancelled,
    /// No job was made: the input or the command was refused, or a part is missing.
    Refused,
    /// The output is there and is something else.
    Exists,
    /// The command was interrupted; the state is kept.
    Interrupted,
}

impl Status {
    /// How an input whose job was made ends with such a problem.
    pub fn of(problem: &Problem) -> Self {
        match problem.kind {
            ProblemKind::Exists => Self::Exists,
            ProblemKind::Cancelled => Self::Cancelled,
            ProblemKind::Interrupted => Self::Interrupted,
            ProblemKind::Failure(_) => Self::Failed,
        }
    }

    /// In the words of the file-to-video converter.
    pub fn stage(self) -> Option<&'static str> {
        match self {
            Self::Completed => Some("completed"),
            Self::Cancelled => Some("stopped"),
            Self::Interrupted => None,
            Self::Failed | Self::Refused | Self::Exists => Some("error"),
        }
    }
}

/// How an input ended. There is one for each input, also when no job was made.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct ResultRecord {
    /// Its job; null when none was made.
    pub job: Option<JobId>,
    /// The file, as it was typed.
    #[serde(flatten)]
    pub input: InputPath,
    /// How it ended.
    pub status: Status,
    /// The same in the words of the file-to-video converter: `completed`, `stopped` or `error`; null where the job can go on.
    pub stage: Option<&'static str>,
    /// The output was there before and is what the job made; nothing was done.
    pub already_there: bool,
    /// What was delivered.
    pub outputs: Vec<OutputRecord>,
    /// What the pipeline reports; null when there is nothing.
    pub metadata: Value,
    /// What is missing from the result.
    pub gaps: Vec<Gap>,
    /// Why there is no output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Problem>,
    /// The code that this input alone would have ended the command with.
    pub exit_code: u8,
}

/// A delivered file.
#[derive(Serialize, Clone, PartialEq, Eq, Debug)]
pub struct OutputRecord {
    /// Where it is.
    #[serde(serialize_with = "lossy")]
    pub path: PathBuf,
    /// The bytes of `path` in hex, when they are not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_hex: Option<String>,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// The last line of every command that works on inputs.
#[derive(Serialize, Clone, PartialEq, Debug)]
pub struct SummaryRecord {
    /// How many inputs there were.
    pub inputs: usize,
    /// How many have their output.
    pub completed: usize,
    /// How many have not.
    pub failed: usize,
    /// How long the command took.
    pub elapsed_secs: f64,
    /// Of that, how long at least one FFmpeg ran; the rest is reel's own.
    pub children_secs: f64,
    /// CPU seconds of all FFmpegs together, user and system.
    pub children_cpu_secs: f64,
    /// What the command ends with.
    pub exit_code: u8,
    /// Why nothing was tried, when the command as a whole makes no sense.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Problem>,
}

/// The path of an input, with its bytes in hex beside it when they are not UTF-8.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct InputPath {
    #[serde(rename = "input", serialize_with = "lossy")]
    path: PathBuf,
    #[serde(rename = "input_hex", skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
}

impl InputPath {
    /// For this path.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), hex: hex_unless_utf8(path) }
    }

    /// The path itself.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl OutputRecord {
    /// For this delivered file.
    pub fn new(path: &Path, sha256: &str, bytes: u64) -> Self {
        Self { path: path.to_owned(), path_hex: hex_unless_utf8(path), sha256: sha256.to_owned(), bytes }
    }
}

impl ResultRecord {
    /// An input that ended with a problem.
    pub fn from_problem(input: &Path, job: Option<JobId>, status: Status, problem: Problem) -> Self {
        Self {
            job,
            input: InputPath::new(input),
            status,
            stage: status.stage(),
            already_there: false,
            outputs: Vec::new(),
            metadata: Value::Null,
            gaps: Vec::new(),
            exit_code: problem.kind.exit_code(),
            error: Some(problem),
        }
    }
}

impl SummaryRecord {
    /// Of these results.
    pub fn of(results: &[ResultRecord], elapsed_secs: f64) -> Self {
        let completed = results.iter().filter(|result| result.status == Status::Completed).count();
        let children = reel_media::child::totals();
        Self {
            inputs: results.len(),
            completed,
            failed: results.len() - completed,
            elapsed_secs,
            children_secs: (children.busy_secs * 1000.0).round() / 1000.0,
            children_cpu_secs: (children.cpu_secs * 1000.0).round() / 1000.0,
            exit_code: exit::worst(results.iter().map(|result| result.exit_code)),
            error: None,
        }
    }

    /// Of a command that could not begin.
    pub fn of_problem(problem: Problem) -> Self {
        let none = Self::of(&[], 0.0);
        Self { exit_code: problem.kind.exit_code(), error: Some(problem), ..none }
    }
}

/// Two digits after the point are enough for people and programs.
pub fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn lossy<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

fn hex_unless_utf8(path: &Path) -> Option<String> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    path.to_str().is_none().then(|| hex(path.as_os_str().as_bytes()))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    #[test]
    fn a_path_that_is_not_utf8_keeps_its_bytes() {
        let input = InputPath::new(Path::new(OsStr::from_bytes(b"a\xff")));
        let json = serde_json::to_string(&input).unwrap();
        assert_eq!(json, "{\"input\":\"a\u{fffd}\",\"input_hex\":\"61ff\"}");
    }
}
