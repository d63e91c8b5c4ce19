//! From segments to one video, and to what is told of it.

use std::fs::File;
use std::path::PathBuf;

use reel_engine::{Assembled, JobResult, Output, Part, RunContext, RunError};
use reel_types::FailureKind;
use reel_types::time::Rational;

use super::facts::Facts;
use super::plan::{self, Chunk};
use super::report::{ChunkReport, Kept, REPORT, SEGMENT, Told, not_verified};
use super::share;
use crate::avi::{AviReader, AviSpec, AviWriteError, SegmentInfo, assemble as assemble_avi};
use crate::params::{PackParams, Profile, Verify};
use crate::stream::tar::{Entry, links_that_lead_out};

pub(super) fn assemble(
    params: &PackParams,
    facts: &Facts,
    parts: &[Part<Chunk>],
    cx: &RunContext<'_>,
) -> Result<Assembled<Chunk>, RunError> {
    if let Some(failure) = parts.iter().find_map(|part| part.result.as_ref().err()) {
        return Err(failure.clone().into());
    }
    if params.profile == Profile::Share {
        return share::assemble(params, facts, parts, cx);
    }
    tracing::info!("All frames processed, finalizing…");
    let mut segments: Vec<(SegmentInfo, PathBuf)> = Vec::new();
    let mut report = ChunkReport::default();
    for part in parts {
        let kept: Kept = read_json(&cx.part(part.round, part.index, REPORT)?)?;
        report = report.and(&kept.report);
        segments.push((kept.segment, cx.part(part.round, part.index, SEGMENT)?));
    }
    let out = cx.scratch().join("output.avi");
    let frames = write_video(params, &segments, &out, cx)?;
    let told = told_of(params, facts, &report, frames, &out)?;
    tracing::info!("Encoding complete [{}]: {:?}", cx.task().job, told);
    Ok(Assembled::Done(JobResult {
        outputs: vec![Output::file("output.avi", "video/x-msvideo", out)],
        metadata: serde_json::to_value(&told).map_err(RunError::internal)?,
        gaps: Vec::new(),
    }))
}

fn write_video(
    params: &PackParams,
    segments: &[(SegmentInfo, PathBuf)],
    out: &std::path::Path,
    cx: &RunContext<'_>,
) -> Result<u64, RunError> {
    let geometry = plan::geometry(params);
    let fps = Rational { num: plan::fps(params), den: 1 };
    let spec = AviSpec { width: geometry.width, height: geometry.height, fps };
    let borrowed: Vec<_> = segments.iter().map(|(info, path)| (*info, path.as_path())).collect();
    let beat = cx.pulse();
    beat();
    let mut file = File::create(out).map_err(|error| cannot_write(&AviWriteError::WriteVideo(error)))?;
    let assembled = assemble_avi(&spec, &borrowed, &mut file).map_err(|error| cannot_write(&error))?;
    drop(file);
    beat();
    // Every segment was read back when it was written; here it is whether a reader finds all of them.
    let reader = AviReader::open(out).map_err(not_verified)?;
    let found = reader.frames().len() as u64;
    let expected: u64 = segments.iter().map(|(info, _)| u64::from(info.frame_count)).sum();
    if found != expected || reader.recovered() || u64::from(assembled.frame_count) != expected {
        return Err(not_verified(format!("a reader finds {found} pictures, not {expected}")));
    }
    Ok(expected)
}

/// What holds for a video of any profile.
pub(super) fn told_of(
    params: &PackParams,
    facts: &Facts,
    report: &ChunkReport,
    frames: u64,
    out: &std::path::Path,
) -> Result<Told, RunError> {
    let bytes = std::fs::metadata(out).map_err(RunError::internal)?.len();
    let coded = report.stored_bytes as f64 * (1.0 + report.redundancy_ratio());
    let mut decisions = Vec::new();
    if report.compressed_blocks > 0 {
        let (before, after) = (report.content_bytes as f64, report.stored_bytes as f64);
        decisions.push(format!("compressed to {:.0} % with zstd", 100.0 * after / before.max(1.0)));
    }
    decisions.extend(links_left_out(&params.entries));
    decisions
        .push("for disks and copies: a site that re-encodes it destroys it (use --profile share)".to_owned());
    Ok(Told {
        profile: "archive",
        name: facts.name.clone(),
        content_bytes: facts.size_bytes,
        content_sha256: facts.sha256.clone(),
        checksum: facts.sha256.chars().take(16).collect(),
        frames,
        duration_secs: frames as f64 / f64::from(plan::fps(params)),
        redundancy_ratio: round(report.redundancy_ratio()),
        throughput_mbps: round(report.content_bytes as f64 / 1e6 / report.write_secs.max(1e-6)),
        density: round(coded / bytes.max(1) as f64),
        compressed_blocks: report.compressed_blocks,
        encrypted: params.seal.is_some(),
        verify: match params.verify {
            Verify::Full => "full",
            Verify::Quick => "quick",
        },
        gpu_enabled: false,
        decisions,
        processing_time_seconds: round(report.write_secs + report.verify_secs),
    })
}

/// Said now, while the links are still there.
fn links_left_out(entries: &[Entry]) -> Option<String> {
    let links = links_that_lead_out(entries);
    let first = links.first()?;
    Some(match links.len() - 1 {
        0 => format!("unpack will not make the link {first}, since it leads out of the folder"),
        more => format!(
            "unpack will not make the link {first} and {more} more, since they lead out of the folder"
        ),
    })
}

/// To four places, which is more than anybody measures.
pub(super) fn round(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

pub(super) fn read_json<T: serde::de::DeserializeOwned>(path: &std::path::Path) -> Result<T, RunError> {
    let bytes = std::fs::read(path).map_err(RunError::internal)?;
    serde_json::from_slice(&bytes).map_err(RunError::internal)
}

fn cannot_write(error: &AviWriteError) -> RunError {
    let because = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
    RunError::failed(FailureKind::Storage, format!("{error}{because}"))
}
