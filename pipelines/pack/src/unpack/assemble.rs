//! From recovered pieces to the file, which must have its digest.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use reel_engine::{Assembled, Digest, JobResult, Output, Part, RunContext, RunError};
use reel_types::{Failure, FailureKind, Stage};
use sha2::{Digest as _, Sha256};

use super::facts::Facts;
use super::plan::Chunk;
use super::run::{OUTCOME, PIECE};
use super::told::{ByteRange, byte_ranges, told};
use super::verify::{FINDING, Finding};
use crate::collect::Outcome;
use crate::content::{READ_BYTES, hex};
use crate::stream::seal::FileKey;

pub(super) fn assemble(
    facts: &Facts,
    key: Option<&FileKey>,
    parts: &[Part<Chunk>],
    cx: &RunContext<'_>,
) -> Result<Assembled<Chunk>, RunError> {
    if let Some(failure) = parts.iter().find_map(|part| part.result.as_ref().err()) {
        return Err(failure.clone().into());
    }
    cx.stage(Stage::Finalizing);
    let facts = &facts.clone().opened(key)?;
    if facts.params.verify {
        return verified(facts, parts, cx);
    }
    let (mut outcome, mut digested) = (Outcome::default(), None);
    let mut pieces = Vec::new();
    for part in parts {
        let bytes = fs::read(cx.part(part.round, part.index, OUTCOME)?).map_err(RunError::internal)?;
        let of_part: Outcome = serde_json::from_slice(&bytes).map_err(RunError::internal)?;
        outcome = outcome.and(&of_part);
        digested = of_part.sha256;
        pieces.push(cx.part(part.round, part.index, PIECE)?);
    }
    let size = facts.metadata.size.unwrap_or(0);
    let holes = byte_ranges(facts, &outcome);
    if !holes.is_empty() && !facts.params.allow_partial {
        return Err(incomplete(&holes, size));
    }
    let out = cx.scratch().join("output.bin");
    put_together(&pieces, &out).map_err(storage)?;
    let sha256 = match (parts, digested) {
        // What one chunk wrote from beginning to end, it digested on the way.
        ([_], Some(sha256)) => sha256,
        _ => digest(&out, size, cx)?,
    };
    let wanted = facts.metadata.sha256.clone().unwrap_or_default();
    if holes.is_empty() && sha256 != wanted {
        let message = "every block holds and yet the whole has another digest than the video names";
        return Err(Failure::new(FailureKind::Damaged, message)
            .with_hint("nothing was written; try another copy of the video")
            .into());
    }
    let told = told(facts, &outcome, holes, true);
    let output =
        Output::file("output.bin", "application/octet-stream", out).with_digest(Digest::Known(sha256));
    Ok(Assembled::Done(JobResult {
        outputs: vec![output],
        metadata: serde_json::to_value(&told).map_err(RunError::internal)?,
        gaps: Vec::new(),
    }))
}

/// What was found, and no file.
fn verified(facts: &Facts, parts: &[Part<Chunk>], cx: &RunContext<'_>) -> Result<Assembled<Chunk>, RunError> {
    let Some(part) = parts.first() else { return Err(RunError::internal("no chunk")) };
    let bytes = fs::read(cx.part(part.round, part.index, FINDING)?).map_err(RunError::internal)?;
    let finding: Finding = serde_json::from_slice(&bytes).map_err(RunError::internal)?;
    let holes = byte_ranges(facts, &finding.outcome);
    let told = told(facts, &finding.outcome, holes, finding.digest_holds);
    let metadata = serde_json::to_value(&told).map_err(RunError::internal)?;
    Ok(Assembled::Done(JobResult { outputs: Vec::new(), metadata, gaps: Vec::new() }))
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
    let (mut hasher, mut buffer, mut done) = (Sha256::new(), vec![0; READ_BYTES], 0);
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
