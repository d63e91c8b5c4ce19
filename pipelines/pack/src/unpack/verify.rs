//! Everything read and checked, nothing kept: what `--verify` does in place of a file.

use std::fs::{self, File};
use std::io::{self, Read};

use reel_engine::{Output, RunContext, RunError};
use reel_media::OnDemand;
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

/// Stretches of one video; it may claim four thousand million blocks.
const STRETCHES_MAX: u32 = 4096;

/// What was found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Finding {
    /// What became of the blocks.
    pub(super) outcome: Outcome,
    /// Whether the whole, zeros in its holes, has the SHA-256 that the video names. The digest itself may be a secret.
    pub(super) digest_holds: bool,
}

/// Recovers one stretch after the other into a scratch file, and digests what comes out.
pub(super) fn run(
    ffmpeg: &OnDemand,
    key: Option<&FileKey>,
    facts: &Facts,
    cx: &RunContext<'_>,
) -> Result<Vec<Output>, RunError> {
    let scratch = cx.scratch().join("stretch.bin");
    let (mut outcome, mut hasher) = (Outcome::default(), Sha256::new());
    for stretch in plan::stretches(facts, stretch_blocks(facts.metadata.block_count)) {
        outcome = outcome.and(&recover(ffmpeg, key, facts, &stretch, cx, &scratch)?);
        digest(&scratch, &mut hasher, cx)?;
    }
    // Best effort: the folder goes away anyway.
    let _ = fs::remove_file(&scratch);
    let digest_holds = facts.metadata.sha256.as_ref() == Some(&hex(&hasher.finalize()));
    let finding = Finding { outcome, digest_holds };
    Ok(vec![Output::json(FINDING, &finding)?])
}

/// Bytes of scratch that this takes, at most.
pub(super) fn scratch_bytes(facts: &Facts) -> u64 {
    let stretches = plan::stretches(facts, stretch_blocks(facts.metadata.block_count));
    let block_count = stretches.iter().map(|stretch| stretch.block_count).max().unwrap_or(0);
    u64::from(block_count) * u64::from(facts.metadata.block_bytes)
}

fn stretch_blocks(block_count: u32) -> u32 {
    block_count.div_ceil(STRETCHES_MAX).max(STRETCH_BLOCKS)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_claim_of_a_video_makes_more_stretches_than_can_be_read() {
        for blocks in [0, 1, 1000, STRETCHES_MAX * STRETCH_BLOCKS + 1, u32::MAX] {
            assert!(blocks.div_ceil(stretch_blocks(blocks)) <= STRETCHES_MAX, "{blocks}");
        }
        assert_eq!(stretch_blocks(100_000), STRETCH_BLOCKS, "most of a terabyte");
    }
}
