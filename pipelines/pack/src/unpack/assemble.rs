//! From recovered pieces to the file, which must have its digest.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use reel_engine::{Assembled, Digest, JobResult, Output, Part, RunContext, RunError};
use reel_types::{Failure, FailureKind};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::facts::Facts;
use super::plan::Chunk;
use super::run::{OUTCOME, PIECE};
use crate::accelerator::DeviceTold;
use crate::collect::Outcome;
use crate::content::hex;
use crate::frame::ContentKind;

/// What the result says, beside the file.
#[derive(Clone, PartialEq, Debug, Serialize)]
struct Told {
    /// Base name of what was packed.
    name: String,
    /// `file` or `tar`.
    kind: ContentKind,
    /// Whether the whole has the digest that the video names.
    exact: bool,
    /// The digest that the video names, hex.
    content_sha256: String,
    /// Bytes that could not be had; zeros stand in their place.
    holes: Vec<ByteRange>,
    /// The part of the repair symbols that the worst block did not need, 0 to 1.
    margin: Option<f64>,
    /// Repair symbols that were needed.
    repair_used: u64,
    /// Pictures that could not be read.
    bad_frames: u64,
    /// Symbols whose checksum did not hold.
    bad_symbols: u64,
    /// What was decided for a person.
    decisions: Vec<String>,
    /// What measured cells, where there were any.
    #[serde(flatten)]
    device: Option<DeviceTold>,
}

/// Half open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
struct ByteRange {
    begin: u64,
    end: u64,
}

pub(super) fn assemble(
    facts: &Facts,
    parts: &[Part<Chunk>],
    cx: &RunContext<'_>,
) -> Result<Assembled<Chunk>, RunError> {
    if let Some(failure) = parts.iter().find_map(|part| part.result.as_ref().err()) {
        return Err(failure.clone().into());
    }
    let mut outcome = Outcome::default();
    let mut pieces = Vec::new();
    for part in parts {
        let bytes = fs::read(cx.part(part.round, part.index, OUTCOME)?).map_err(RunError::internal)?;
        outcome = outcome.and(&serde_json::from_slice::<Outcome>(&bytes).map_err(RunError::internal)?);
        pieces.push(cx.part(part.round, part.index, PIECE)?);
    }
    let size = facts.metadata.size.unwrap_or(0);
    let holes = byte_ranges(facts, &outcome);
    if !holes.is_empty() && !facts.params.allow_partial {
        return Err(incomplete(&holes, size));
    }
    let out = cx.scratch().join("output.bin");
    put_together(&pieces, &out).map_err(storage)?;
    let sha256 = digest(&out, size, cx)?;
    let wanted = facts.metadata.sha256.clone().unwrap_or_default();
    if holes.is_empty() && sha256 != wanted {
        let message = "every block holds and yet the whole has another digest than the video names";
        return Err(Failure::new(FailureKind::Damaged, message)
            .with_hint("nothing was written; try another copy of the video")
            .into());
    }
    let told = told(facts, &outcome, holes, wanted);
    let output =
        Output::file("output.bin", "application/octet-stream", out).with_digest(Digest::Known(sha256));
    Ok(Assembled::Done(JobResult {
        outputs: vec![output],
        metadata: serde_json::to_value(&told).map_err(RunError::internal)?,
        gaps: Vec::new(),
    }))
}

fn told(facts: &Facts, outcome: &Outcome, holes: Vec<ByteRange>, content_sha256: String) -> Told {
    let mut decisions = Vec::new();
    if let Some(margin) = outcome.margin {
        decisions.push(format!("{:.0} % of repair unused", margin * 100.0));
    }
    let part_count = facts.metadata.part_count.unwrap_or(0);
    decisions
        .extend(facts.missing_parts.iter().map(|part| format!("part {part} of {part_count} was not given")));
    decisions.extend(holes.iter().map(|hole| format!("missing: bytes {} to {}", hole.begin, hole.end)));
    Told {
        name: facts.metadata.name.clone().unwrap_or_default(),
        kind: facts.metadata.kind,
        exact: holes.is_empty(),
        content_sha256,
        holes,
        margin: outcome.margin,
        repair_used: outcome.repair_used,
        bad_frames: outcome.bad_frames,
        bad_symbols: outcome.bad_symbols,
        decisions,
        device: outcome.device.clone(),
    }
}

fn byte_ranges(facts: &Facts, outcome: &Outcome) -> Vec<ByteRange> {
    let block_bytes = u64::from(facts.metadata.block_bytes);
    let size = facts.metadata.size.unwrap_or(0);
    let range = |first: u32, count: u32| ByteRange {
        begin: u64::from(first) * block_bytes,
        end: ((u64::from(first) + u64::from(count)) * block_bytes).min(size),
    };
    outcome.holes.iter().map(|hole| range(hole.first_block, hole.block_count)).collect()
}

fn incomplete(holes: &[ByteRange], size: u64) -> RunError {
    let lost: u64 = holes.iter().map(|hole| hole.end - hole.begin).sum();
    let first = holes.first().map_or(0, |hole| hole.begin);
    let message = format!(
        "{lost} of {size} bytes cannot be recovered, in {} places (the first at byte {first}); nothing was written",
        holes.len()
    );
    Failure::new(FailureKind::Damaged, message)
        .with_hint(
            "give further copies of the video in the same command, or --allow-partial for what there is",
        )
        .into()
}

/// One piece is taken as it is.
fn put_together(pieces: &[PathBuf], out: &Path) -> io::Result<()> {
    if let [one] = pieces
        && fs::hard_link(one, out).is_ok()
    {
        return Ok(());
    }
    let mut to = File::create(out)?;
    pieces.iter().try_for_each(|piece| io::copy(&mut File::open(piece)?, &mut to).map(drop))
}

fn digest(path: &Path, size: u64, cx: &RunContext<'_>) -> Result<String, RunError> {
    let mut file = File::open(path).map_err(storage)?;
    let (mut hasher, mut buffer, mut done) = (Sha256::new(), vec![0; 1 << 20], 0);
    loop {
        if cx.cancel().is_cancelled() {
            return Err(RunError::Cancelled);
        }
        match file.read(&mut buffer).map_err(storage)? {
            0 => return Ok(hex(&hasher.finalize())),
            count => {
                hasher.update(&buffer[..count]);
                done += count as u64;
                cx.progress(done.min(size), size);
            }
        }
    }
}

fn storage(error: io::Error) -> RunError {
    RunError::failed(FailureKind::Storage, format!("cannot put the recovered file together: {error}"))
}
