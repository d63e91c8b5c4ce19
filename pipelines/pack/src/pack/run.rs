//! One chunk: its segment, and a look at what was written.

use std::time::Instant;

use reel_engine::{Digest, Output, RunContext, RunError};
use reel_media::Ffmpeg;

use super::facts::Facts;
use super::plan::Chunk;
use super::report::{Kept, REPORT, SEGMENT};
use super::verify::verify;
use super::{archive, share};
use crate::params::{Profile, Verify};

pub(super) fn run(ffmpeg: &Ffmpeg, chunk: &Chunk, cx: &RunContext<'_>) -> Result<Vec<Output>, RunError> {
    let facts: Facts = cx.facts()?;
    let params = &facts.params;
    if params.profile == Profile::Share {
        return share::run(ffmpeg, &facts, chunk, cx);
    }
    let metadata = facts.metadata_of(chunk.part)?;
    let out = cx.scratch().join(SEGMENT);
    tracing::info!("Applying Raptor error correction");
    let began = Instant::now();
    let (piece, mut report) = archive::write(params, &metadata, chunk, cx, &out)?;
    report.write_secs = began.elapsed().as_secs_f64();
    let began = Instant::now();
    if params.verify == Verify::Full {
        verify(&metadata, chunk, &piece, &out, cx)?;
    }
    report.verify_secs = began.elapsed().as_secs_f64();
    tracing::info!(
        "Raptor encoding complete [{}]: {:.1} MB/s, redundancy: {:.2}%",
        cx.task().job,
        report.content_bytes as f64 / 1e6 / report.write_secs.max(1e-6),
        report.redundancy_ratio() * 100.0
    );
    let kept = Output::json(REPORT, &Kept { piece, report })?;
    // Every symbol in it has a checksum, and every block a digest.
    let segment = Output::file(SEGMENT, "application/octet-stream", out).with_digest(Digest::None);
    Ok(vec![segment, kept])
}
