//! From ended chunks to a verified file, or to another round.

use std::path::PathBuf;

use reel_engine::{Assembled, JobResult, Output, Part, RunContext, RunError};
use reel_media::Ffmpeg;
use reel_types::{Failure, FailureKind};

use crate::check::check;
use crate::chunk::{Chunk, VideoChunk};
use crate::damage::{Damage, examine};
use crate::facts::Facts;
use crate::join::{self, VideoPart};
use crate::metadata::{DeviceTold, Metadata, VerifyTold, name_if, processing_secs};
use crate::params::Params;
use crate::plan::{Decided, Round, apart, decide, next_round};
use crate::report::VideoReport;
use crate::run::run_error;
use crate::standing::Standing;

pub(crate) fn assemble(
    ffmpeg: &Ffmpeg,
    params: &Params,
    facts: &Facts,
    parts: &[Part<Chunk>],
    cx: &RunContext<'_>,
) -> Result<Assembled<Chunk>, RunError> {
    let standing = Standing::of(parts, cx)?;
    let decided = decide(params, facts, cx.site(), standing.made_as)?;
    if let Some(round) = standing.next {
        return Ok(Assembled::NextRound(next_round(params, facts, cx.site(), round)?));
    }
    if standing.apart {
        return Ok(Assembled::NextRound(apart(params, facts, cx.site(), standing.made_as)?));
    }
    let damage = damage(ffmpeg, params, facts, &standing, cx)?;
    let checked = put_together(ffmpeg, facts, &decided, &standing, cx).and_then(|out| {
        let verified = check(ffmpeg, params, facts, &decided, &standing, &out, cx)?;
        Ok((out, verified))
    });
    let (out, verified) = match checked {
        // What a GPU made and nobody can use is the GPU's failure, whatever it said.
        Err(RunError::Failed(failure))
            if decided.encoder.is_gpu() && failure.kind == FailureKind::Verification =>
        {
            tracing::warn!(%failure, "what the GPU made cannot be used; the CPU makes it again");
            let round = Round { gpu: false, ..standing.made_as };
            return Ok(Assembled::NextRound(next_round(params, facts, cx.site(), round)?));
        }
        // What one process wrote badly may still come out well from parts.
        Err(RunError::Failed(failure))
            if standing.whole_file().is_some() && failure.kind == FailureKind::Verification =>
        {
            tracing::warn!(%failure, "film and sound are made again, each by itself");
            return Ok(Assembled::NextRound(apart(params, facts, cx.site(), standing.made_as)?));
        }
        // What cannot be joined can still be made in one piece.
        Err(RunError::Failed(failure))
            if standing.film.len() > 1 && failure.kind == FailureKind::Verification =>
        {
            tracing::warn!(%failure, "the chunks cannot be joined; the film is made whole");
            let round = Round { cut: false, ..standing.made_as };
            return Ok(Assembled::NextRound(next_round(params, facts, cx.site(), round)?));
        }
        checked => checked?,
    };
    let metadata = metadata(facts, &decided, standing, verified);
    let container = decided.intent.container;
    let name = format!("output.{}", container.extension());
    Ok(Assembled::Done(JobResult {
        outputs: vec![Output::file(name, container.mime(), out)],
        metadata: serde_json::to_value(&metadata).map_err(RunError::internal)?,
        gaps: damage.gaps,
    }))
}

/// Looks closer at the source when frames are missing or its decoder complained.
fn damage(
    ffmpeg: &Ffmpeg,
    params: &Params,
    facts: &Facts,
    standing: &Standing<'_>,
    cx: &RunContext<'_>,
) -> Result<Damage, RunError> {
    // A decoder that was dropped into the middle complains until the first key frame; that is no damage.
    let dropped_in = |chunk: &VideoChunk| chunk.cut.is_some_and(|cut| cut.seek_micros.is_some());
    let complained =
        standing.film.iter().any(|(chunk, report, _)| !report.complaints.is_empty() && !dropped_in(chunk));
    if !complained && standing.frame_count() >= standing.frame_count_expected() {
        return Ok(Damage { decoded_part: 1.0, ..Damage::default() });
    }
    let damage = examine(ffmpeg, facts, &cx.source(0)?, cx.cancel()).map_err(run_error)?;
    let lost_secs: f64 = damage.gaps.iter().map(|gap| gap.end_secs - gap.start_secs).sum();
    if damage.decoded_part < 0.5 {
        let part = (damage.decoded_part * 100.0).round();
        let message = format!("only {part} % of the film decodes");
        return Err(Failure::new(FailureKind::Damaged, message)
            .with_hint("try another copy of the source")
            .into());
    }
    if params.strict && !damage.gaps.is_empty() {
        let message = format!(
            "the source is damaged: {lost_secs:.2} s in {} places, and --strict allows none",
            damage.gaps.len()
        );
        return Err(Failure::new(FailureKind::Damaged, message)
            .with_hint("leave out --strict to get what can be had")
            .into());
    }
    Ok(damage)
}

fn put_together(
    ffmpeg: &Ffmpeg,
    facts: &Facts,
    decided: &Decided,
    standing: &Standing<'_>,
    cx: &RunContext<'_>,
) -> Result<PathBuf, RunError> {
    if let Some((_, path)) = standing.whole_file() {
        return join::taken_as_it_is(path, decided.intent.container, cx);
    }
    let parts: Vec<VideoPart> = standing
        .film
        .iter()
        .map(|(chunk, _, path)| VideoPart { path: path.clone(), first_frame: chunk.first_frame })
        .collect();
    let film = join::film(ffmpeg, facts, &decided.clock, &parts, cx)?;
    join::file(ffmpeg, facts, decided.intent.container, &decided.clock, &film, standing.sound.clone(), cx)
}

fn metadata(facts: &Facts, decided: &Decided, standing: Standing<'_>, verify: VerifyTold) -> Metadata {
    let frames = standing.frame_count();
    let audio_tracks = standing.audio_count();
    let reports: Vec<VideoReport> = standing.film.into_iter().map(|(_, report, _)| report).collect();
    let failed = (standing.failed, standing.gave_up);
    let device = DeviceTold::of(&facts.gpu, decided.intent.gpu_wanted, failed, &reports);
    let encoder = reports.first().map_or(decided.encoder, |report| report.encoder);
    let gpu = reports.iter().find_map(|report| report.gpu.clone());
    let processing_time_seconds = processing_secs(&reports);
    let duration_secs = facts.timeline.duration_secs();
    let mut decisions = decided.said.clone();
    decisions.extend(standing.said);
    if standing.is_silent {
        decisions.push("no audio track in the result: those of the source hold no sound".to_owned());
    }
    Metadata {
        gpu_enabled: encoder.is_gpu(),
        gpu_device: gpu.as_ref().map(|gpu| gpu.index),
        gpu_name: gpu.map(|gpu| gpu.name),
        gpu_codec: name_if(encoder, true),
        gpu_fallback: device.gpu_fallback,
        cpu_codec: name_if(encoder, false),
        fallback_reason: device.fallback_reason,
        gpu_absent: device.gpu_absent,
        attempts: device.attempts,
        encoder: encoder.name(),
        processing_time_seconds,
        processing_speed: duration_secs / processing_time_seconds.max(1e-3),
        cpu_secs: reports.iter().map(|report| report.cpu_secs).sum(),
        duration_secs,
        frames,
        width: decided.picture.width,
        height: decided.picture.height,
        chunks: reports.len(),
        audio_tracks,
        decisions,
        verify,
    }
}
