//! One chunk: its segment, and a look at what was written.

use std::time::Instant;

use reel_engine::{Digest, Output, RunContext, RunError};
use reel_media::Ffmpeg;

use super::facts::Facts;
use super::plan::{self, Chunk};
use super::report::{Kept, REPORT, SEGMENT};
use super::verify::verify;
use super::{archive, legacy, share};
use crate::params::{Profile, Verify};

pub(super) fn run(ffmpeg: &Ffmpeg, chunk: &Chunk, cx: &RunContext<'_>) -> Result<Vec<Output>, RunError> {
    let facts: Facts = cx.facts()?;
    let params = &facts.params;
    if params.profile == Profile::Share {
        return share::run(ffmpeg, &facts, chunk, cx);
    }
    let metadata = facts.metadata_of(chunk.part)?;
    let out = cx.scratch().join(SEGMENT);
    let job = &cx.task().job;
    let corrects = !params.no_error_correction;
    if corrects && chunk.index == 0 {
        tracing::info!("Initializing Raptor error correction [{job}]");
    }
    if params.profile == Profile::Legacy && chunk.index == 0 {
        tracing::info!("Using CPU frame generator [{job}]");
    }
    if !params.no_metadata_frames && chunk.index == 0 {
        tracing::info!("Adding metadata frames [{job}]");
    }
    if corrects {
        tracing::info!("Applying Raptor error correction [{job}]");
    }
    let began = Instant::now();
    let (piece, mut report) = match params.profile {
        Profile::Legacy => legacy::write(params, &metadata, chunk, cx, &out)?,
        Profile::Archive | Profile::Share => archive::write(params, &metadata, chunk, cx, &out)?,
    };
    report.write_secs = began.elapsed().as_secs_f64();
    let began = Instant::now();
    if params.verify == Verify::Full {
        verify((&metadata, plan::symbol_bytes(params)), chunk, &piece, &out, cx)?;
    }
    report.verify_secs = began.elapsed().as_secs_f64();
    tracing::info!(
        "Raptor encoding complete [{job}]: {:.1} MB/s, redundancy: {:.2}%",
        report.content_bytes as f64 / 1e6 / report.write_secs.max(1e-6),
        report.redundancy_ratio() * 100.0
    );
    let kept = Output::json(REPORT, &Kept { piece, report })?;
    // Every symbol in it has a checksum, and every block a digest.
    let segment = Output::file(SEGMENT, "application/octet-stream", out).with_digest(Digest::None);
    Ok(vec![segment, kept])
}
