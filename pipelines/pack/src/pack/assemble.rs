//! From segments to one video, and to what is told of it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use reel_engine::{Assembled, JobResult, Part, RunContext, RunError};
use reel_types::{Failure, FailureKind, Stage};

use super::facts::Facts;
use super::plan::{self, Chunk};
use super::report::{ChunkReport, Kept, Piece, REPORT, SEGMENT, Told, Video, not_verified, output_name};
use super::{legacy, share};
use crate::avi::{AviReader, AviWriteError, SegmentInfo, assemble as assemble_avi};
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
    cx.stage(Stage::Finalizing);
    tracing::info!("All frames processed [{}], finalizing…", cx.task().job);
    let mut videos = Vec::new();
    for part in by_video(parts) {
        if cx.cancel().is_cancelled() {
            return Err(RunError::Cancelled);
        }
        videos.push(match params.profile {
            Profile::Archive | Profile::Legacy => archive_video(params, part, cx)?,
            Profile::Share => share::video(params, part, cx)?,
        });
        within_bounds(params, videos.last())?;
    }
    let told = told_of(params, facts, &videos);
    tracing::info!("Encoding complete [{}]: {:?}", cx.task().job, told);
    Ok(Assembled::Done(JobResult {
        outputs: videos.iter().map(Video::output).collect(),
        metadata: serde_json::to_value(&told).map_err(RunError::internal)?,
        gaps: Vec::new(),
    }))
}

/// The chunks of each video, in order.
fn by_video(parts: &[Part<Chunk>]) -> Vec<&[Part<Chunk>]> {
    parts.chunk_by(|one, other| one.chunk.part == other.chunk.part).collect()
}

fn archive_video(params: &PackParams, parts: &[Part<Chunk>], cx: &RunContext<'_>) -> Result<Video, RunError> {
    let (mut segments, mut whole) = (Vec::new(), None);
    let mut report = ChunkReport::default();
    for part in parts {
        let kept: Kept = read_json(&cx.part(part.round, part.index, REPORT)?)?;
        report = report.and(&kept.report);
        let path = cx.part(part.round, part.index, SEGMENT)?;
        match kept.piece {
            Piece::Segment(info) => segments.push((info, path)),
            Piece::Whole(_) => whole = Some((kept.piece.frames(), path)),
        }
    }
    let part = parts.first().map_or(0, |part| part.chunk.part);
    let path = cx.scratch().join(output_name(part, "avi"));
    let frames = match whole {
        Some((frames, whole)) => take_whole(&whole, &path).map(|()| frames)?,
        None => write_video(params, &segments, &path, cx)?,
    };
    look_through(&path, frames)?;
    Video::new(part, path, "video/x-msvideo", frames, report)
}

/// What was promised of each of several videos; the plan counts with the worst that real bytes can do, almost.
fn within_bounds(params: &PackParams, video: Option<&Video>) -> Result<(), RunError> {
    let Some(video) = video else { return Ok(()) };
    let secs = video.frames as f64 / f64::from(plan::fps(params));
    let too_large = params.split_size.is_some_and(|most| video.bytes > most.bytes());
    let too_long = params.split_duration.is_some_and(|most| secs > most.secs() as f64);
    if too_large || too_long {
        let (part, bytes) = (video.part, video.bytes);
        let message =
            format!("Output verification failed: video {part} came out with {bytes} bytes, {secs:.0} s");
        return Err(Failure::new(FailureKind::Verification, message)
            .with_hint("choose a --split-size or --split-duration that is a tenth smaller")
            .into());
    }
    Ok(())
}

fn write_video(
    params: &PackParams,
    segments: &[(SegmentInfo, PathBuf)],
    out: &Path,
    cx: &RunContext<'_>,
) -> Result<u64, RunError> {
    let spec = plan::avi_spec(params);
    let borrowed: Vec<_> = segments.iter().map(|(info, path)| (*info, path.as_path())).collect();
    let beat = cx.pulse();
    beat();
    let mut file = File::create(out).map_err(|error| cannot_write(&AviWriteError::WriteVideo(error)))?;
    let assembled = assemble_avi(&spec, &borrowed, &mut file).map_err(|error| cannot_write(&error))?;
    beat();
    Ok(assembled.frame_count.into())
}

/// A whole video is linked; where that cannot be, copied.
fn take_whole(whole: &Path, out: &Path) -> Result<(), RunError> {
    let linked = fs::hard_link(whole, out).or_else(|_| fs::copy(whole, out).map(drop));
    linked.map_err(|error| cannot_write(&AviWriteError::WriteVideo(error)))
}

/// Every segment was read back when it was written; here it is whether a reader finds all of them.
fn look_through(video: &Path, expected: u64) -> Result<(), RunError> {
    let reader = AviReader::open(video).map_err(not_verified)?;
    let found = reader.frames().len() as u64;
    if found != expected || reader.recovered() {
        return Err(not_verified(format!("a reader finds {found} pictures, not {expected}")));
    }
    Ok(())
}

/// What a person is told of the whole.
fn told_of(params: &PackParams, facts: &Facts, videos: &[Video]) -> Told {
    let report = videos.iter().fold(ChunkReport::default(), |sum, video| sum.and(&video.report));
    let frames = videos.iter().map(|video| video.frames).sum();
    let bytes: u64 = videos.iter().map(|video| video.bytes).sum();
    let duration_secs = frames as f64 / f64::from(plan::fps(params));
    let coded = report.stored_bytes as f64 * (1.0 + report.redundancy_ratio());
    let mut decisions = Vec::new();
    if let Some(split) = facts.split.filter(|split| split.part_count > 1) {
        decisions.push(format!("in {} videos; unpack wants all of them, in any order", split.part_count));
    }
    if report.compressed_blocks > 0 {
        let (before, after) = (report.content_bytes as f64, report.stored_bytes as f64);
        decisions.push(format!("compressed to {:.0} % with zstd", 100.0 * after / before.max(1.0)));
    }
    decisions.extend(links_left_out(&params.entries));
    decisions.extend(match params.profile {
        Profile::Archive => vec![
            "for disks and copies: a site that re-encodes it destroys it (use --profile share)".to_owned(),
        ],
        Profile::Share => share::decisions(params, facts, duration_secs),
        Profile::Legacy => legacy::decisions(params),
    });
    Told {
        profile: match params.profile {
            Profile::Archive => "archive",
            Profile::Share => "share",
            Profile::Legacy => "legacy",
        },
        name: facts.name.clone(),
        content_bytes: facts.size_bytes,
        content_sha256: facts.sha256.clone(),
        sha256: facts.sha256.clone(),
        checksum: facts.sha256.as_ref().map(|sha256| sha256.chars().take(16).collect()),
        frames,
        duration_secs: round(duration_secs),
        redundancy_ratio: round(report.redundancy_ratio()),
        throughput_mbps: round(report.content_bytes as f64 / 1e6 / report.write_secs.max(1e-6)),
        density: round(coded / bytes.max(1) as f64),
        compressed_blocks: report.compressed_blocks,
        encrypted: params.seal.is_some(),
        verify: match params.verify {
            Verify::Full => "full",
            Verify::Quick => "quick",
        },
        device: report.device.clone().unwrap_or_default(),
        decisions,
        processing_time_seconds: round(report.write_secs + report.verify_secs),
        stage: "completed",
        part_count: facts.split.map(|split| split.part_count),
    }
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
