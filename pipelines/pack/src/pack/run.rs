//! One chunk: its segment, and a look at what was written.

use std::time::Instant;

use reel_engine::{Digest, Output, RunContext, RunError};
use reel_media::OnDemand;

use super::facts::Facts;
use super::plan::{self, Chunk};
use super::report::{Kept, REPORT, SEGMENT};
use super::verify::verify;
use super::{archive, legacy, share};
use crate::accelerator;
use crate::params::{ErrorCorrection, PackParams, Profile, Verify};
use crate::pixels::media_error;

pub(super) fn run(ffmpeg: &OnDemand, chunk: &Chunk, cx: &RunContext<'_>) -> Result<Vec<Output>, RunError> {
    let facts: Facts = cx.facts()?;
    let params = &facts.params;
    if params.profile == Profile::Share {
        return share::run(ffmpeg.get().map_err(media_error)?, &facts, chunk, cx);
    }
    let metadata = facts.metadata_of(chunk.part)?;
    let out = cx.scratch().join(SEGMENT);
    let job = &cx.task().job;
    let corrects = !params.no_error_correction;
    if corrects && chunk.index == 0 {
        tracing::info!("Initializing {} error correction [{job}]", code(params));
    }
    if !params.no_metadata_frames && chunk.index == 0 {
        tracing::info!("Adding metadata frames [{job}]");
    }
    if corrects {
        tracing::info!("Applying {} error correction [{job}]", code(params));
    }
    let place = accelerator::choose_for_cells(params.device, cx);
    let began = Instant::now();
    let (piece, mut report) = match params.profile {
        Profile::Legacy => legacy::write(params, (&metadata, &place), chunk, cx, &out)?,
        Profile::Archive | Profile::Share => archive::write(params, &metadata, chunk, cx, &out)?,
    };
    report.write_secs = began.elapsed().as_secs_f64();
    let began = Instant::now();
    if params.verify == Verify::Full {
        verify((&metadata, plan::symbol_bytes(params), place), chunk, &piece, &out, cx)?;
    }
    report.verify_secs = began.elapsed().as_secs_f64();
    tracing::info!(
        "{} encoding complete [{job}]: {:.1} MB/s, redundancy: {:.2}%",
        code(params),
        report.content_bytes as f64 / 1e6 / report.write_secs.max(1e-6),
        report.redundancy_ratio() * 100.0
    );
    let kept = Output::json(REPORT, &Kept { piece, report })?;
    // Every symbol in it has a checksum, and every block a digest.
    let segment = Output::file(SEGMENT, "application/octet-stream", out).with_digest(Digest::None);
    Ok(vec![segment, kept])
}

/// By what repair symbols are made, in the words of the old converter.
fn code(params: &PackParams) -> &'static str {
    match params.error_correction.unwrap_or_default() {
        ErrorCorrection::Raptor => "Raptor",
        ErrorCorrection::ReedSolomon => "Reed-Solomon",
    }
}
