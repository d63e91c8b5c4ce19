//! Everything read and checked, nothing kept: what `--verify` does in place of a file.

use std::fs::{self, File};
use std::io::{self, Read};

use reel_engine::{Output, RunContext, RunError};
use reel_media::Ffmpeg;
use reel_types::FailureKind;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::facts::Facts;
use super::plan;
use super::run::recover;
use crate::collect::Outcome;
use crate::content::hex;
use crate::stream::seal::FileKey;

/// What was found, among the only chunk's outputs.
pub(super) const FINDING: &str = "finding.json";

/// Blocks that are held at once, where pictures can be picked out: a quarter of a gigabyte of scratch.
const STRETCH_BLOCKS: u32 = 32;

/// What was found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Finding {
    /// What became of the blocks.
    pub(super) outcome: Outcome,
    /// SHA-256 of the whole, zeros in its holes.
    pub(super) sha256: String,
}

/// Recovers one stretch after the other into a scratch file, and digests what comes out.
pub(super) fn run(
    ffmpeg: &Ffmpeg,
    key: Option<&FileKey>,
    facts: &Facts,
    cx: &RunContext<'_>,
) -> Result<Vec<Output>, RunError> {
    let scratch = cx.scratch().join("stretch.bin");
    let (mut outcome, mut hasher) = (Outcome::default(), Sha256::new());
    for stretch in plan::stretches(facts, STRETCH_BLOCKS) {
        outcome = outcome.and(&recover(ffmpeg, key, facts, &stretch, cx, &scratch)?);
        digest(&scratch, &mut hasher, cx)?;
    }
    // Best effort: the folder goes away anyway.
    let _ = fs::remove_file(&scratch);
    let finding = Finding { outcome, sha256: hex(&hasher.finalize()) };
    Ok(vec![Output::json(FINDING, &finding)?])
}

fn digest(path: &std::path::Path, hasher: &mut Sha256, cx: &RunContext<'_>) -> Result<(), RunError> {
    let unreadable = |error: io::Error| {
        RunError::failed(FailureKind::Storage, format!("cannot read what was recovered: {error}"))
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        if cx.cancel().is_cancelled() {
            return Err(RunError::Cancelled);
        }
        match file.read(&mut buffer).map_err(unreadable)? {
            0 => return Ok(()),
            count => hasher.update(&buffer[..count]),
        }
    }
}
