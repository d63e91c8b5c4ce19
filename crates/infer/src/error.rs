//! What can go wrong with networks, models and the library that runs them.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reel_types::{Failure, FailureKind, shown};

use crate::wish::Provider;

/// The oldest ONNX Runtime whose interface is used here.
pub(crate) const OLDEST: &str = "1.24";
const BRING: &str = "scripts/models brings it";

/// One variant for each thing that a person would do something else about.
#[derive(Debug, thiserror::Error)]
pub enum InferError {
    /// The library is at none of the places.
    #[error("cannot find ONNX Runtime ({searched})")]
    NoRuntime {
        /// Where it was looked for.
        searched: String,
    },
    /// There is something at that place that is no ONNX Runtime, or cannot be loaded.
    #[error("{path} cannot be loaded as ONNX Runtime: {detail}", path = shown(.path))]
    NotARuntime {
        /// Which file.
        path: PathBuf,
        /// What the loader said.
        detail: String,
    },
    /// The library is older than its interface that is used here.
    #[error("ONNX Runtime {version} at {path} is too old: {OLDEST} or newer is needed", path = shown(.path))]
    OldRuntime {
        /// Which file.
        path: PathBuf,
        /// What it says it is.
        version: String,
    },
    /// A process has one ONNX Runtime, and it is another one.
    #[error("ONNX Runtime is already loaded from {loaded}, not from {asked}", loaded = shown(.loaded), asked = shown(.asked))]
    OtherRuntime {
        /// The one in use.
        loaded: PathBuf,
        /// The one that was asked for.
        asked: PathBuf,
    },
    /// A network's file cannot be read.
    #[error("cannot read {path}: {source}", path = shown(.path))]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is no network, or one with operators that this ONNX Runtime does not know.
    #[error("{name} is not a network that can be loaded: {detail}")]
    NotANetwork {
        /// The file, or what stands for it.
        name: String,
        /// What ONNX Runtime said.
        detail: String,
    },
    /// A tensor was given that the network does not take in this form.
    #[error("the network does not take this: {detail}")]
    Mismatch {
        /// Which tensor, and what is wrong with it.
        detail: String,
    },
    /// The device has not enough memory left. Half the batch, or another device, may do.
    #[error("out of memory on {on}: {detail}")]
    OutOfMemory {
        /// Which device.
        on: Provider,
        /// What was said.
        detail: String,
    },
    /// The run was ended since it took longer than it may.
    #[error("the network was not done on {on} after {} s", limit.as_secs_f64())]
    TimedOut {
        /// Which device.
        on: Provider,
        /// How long it might take.
        limit: Duration,
    },
    /// The run was ended since somebody cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The run failed in another way.
    #[error("the network failed on {on}: {detail}")]
    Run {
        /// Which device.
        on: Provider,
        /// What was said.
        detail: String,
    },
    /// Saved states that are of another network, of another version, or cut off.
    #[error("these are no states of this network: {detail}")]
    States {
        /// What does not fit.
        detail: String,
    },
}

impl InferError {
    /// Whether less at once, or another device, may do.
    pub fn is_out_of_memory(&self) -> bool {
        matches!(self, Self::OutOfMemory { .. })
    }

    /// As a failure of a job, with the command that helps.
    pub fn failure(&self) -> Failure {
        let failure = |kind| Failure::new(kind, self.to_string());
        match self {
            Self::NoRuntime { .. } => failure(FailureKind::Missing)
                .with_hint(format!("{BRING}; or REEL_ONNXRUNTIME names a libonnxruntime.so")),
            Self::NotARuntime { .. } | Self::OldRuntime { .. } => failure(FailureKind::Missing)
                .with_hint(format!("{BRING}; or let REEL_ONNXRUNTIME name another one")),
            Self::OtherRuntime { .. } | Self::Mismatch { .. } | Self::States { .. } | Self::Cancelled => {
                failure(FailureKind::Internal)
            }
            Self::Unreadable { .. } => failure(FailureKind::Input),
            Self::NotANetwork { .. } => failure(FailureKind::Input).with_hint(
                "reel models verify says which models are whole; reel models add takes an ONNX file",
            ),
            Self::OutOfMemory { .. } => {
                failure(FailureKind::Device).with_hint("a smaller batch or resolution needs less")
            }
            Self::TimedOut { on, .. } | Self::Run { on, .. } => failure(match on {
                Provider::Cpu => FailureKind::Transient,
                Provider::Cuda(_) | Provider::TensorRt(_) => FailureKind::Device,
            }),
        }
    }

    pub(crate) fn not_a_network(file: Option<&Path>, detail: impl Into<String>) -> Self {
        let name = file.map_or_else(|| "what was given".to_owned(), shown);
        Self::NotANetwork { name, detail: detail.into() }
    }

    /// What ONNX Runtime said of a run.
    pub(crate) fn of_run(on: Provider, said: &str) -> Self {
        let detail = one_line(said);
        if is_about_memory(said) { Self::OutOfMemory { on, detail } } else { Self::Run { on, detail } }
    }
}

/// There is no code for it: the allocators of the CPU, of CUDA's arena and CUDA itself each have their own words.
fn is_about_memory(said: &str) -> bool {
    const WORDS: [&str; 7] = [
        "failed to allocate memory",
        "out of memory",
        "bad_alloc",
        "cudaerrormemoryallocation",
        "is smaller than requested bytes",
        "cublas_status_alloc_failed",
        "cudnn_status_alloc_failed",
    ];
    let lower = said.to_lowercase();
    WORDS.iter().any(|words| lower.contains(words))
}

/// The first line that says something, bounded: reasons are shown to people and stored.
pub(crate) fn one_line(said: &str) -> String {
    let line = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    line.trim().chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_to_run_out_of_memory_are_told_from_the_rest() {
        for said in [
            "Failed to allocate memory for requested buffer of size 4503599627370496",
            "CUDA failure 2: out of memory ; GPU=0",
            "Non-zero status code returned while running Conv node: std::bad_alloc",
            "Available memory of 12 is smaller than requested bytes of 1024",
        ] {
            assert!(InferError::of_run(Provider::Cuda(0), said).is_out_of_memory(), "{said}");
        }
        let other = InferError::of_run(Provider::Cpu, "Invalid rank for input: src");
        assert!(!other.is_out_of_memory());
    }

    #[test]
    fn a_missing_library_is_a_missing_part_with_the_command_that_brings_it() {
        let failure = InferError::NoRuntime { searched: "nowhere".to_owned() }.failure();
        assert_eq!(failure.kind, FailureKind::Missing);
        assert!(failure.hint.is_some_and(|hint| hint.contains("scripts/models")));
    }
}
