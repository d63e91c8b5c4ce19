//! From ended chunks to a verified file, or to another round.

use std::path::PathBuf;

use reel_engine::{Assembled, JobResult, Output, Part, RunContext, RunError};
use reel_media::verify::{Expectation, Level, verify};
use reel_media::{Ffmpeg, frame_table};
use reel_types::{Failure, FailureKind};

use crate::chunk::{AudioChunk, Chunk, VIDEO_PART, VIDEO_REPORT, VideoChunk};
use crate::damage::{Damage, examine};
use crate::facts::Facts;
use crate::join::{self, VideoPart};
use crate::metadata::{DeviceTold, Metadata, VerifyTold, name_if, processing_secs};
use crate::params::{Params, VerifyDepth};
use crate::plan::{Decided, Round, decide, next_round};
use crate::report::{AttemptTold, VideoReport};
use crate::run::run_error;

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

/// What the rounds so far led to.
struct Standing<'a> {
    /// The film, in order; complete unless there is a next round.
    film: Vec<(&'a VideoChunk, VideoReport, PathBuf)>,
    sound: Option<(&'a AudioChunk, PathBuf)>,
    /// How the last round was made.
    made_as: Round,
    /// Another round is needed.
    next: Option<Round>,
    /// Tries on devices that led nowhere.
    failed: Vec<AttemptTold>,
    /// Why no GPU made the film, when one should have.
    gave_up: Option<String>,
    /// Why rounds were made again, for the report.
    said: Vec<String>,
}

impl<'a> Standing<'a> {
    fn of(parts: &'a [Part<Chunk>], cx: &RunContext<'_>) -> Result<Self, RunError> {
        let videos = || parts.iter().filter(|part| matches!(part.chunk, Chunk::Video(_)));
        let last_round = videos().map(|part| part.round).max().unwrap_or(0);
        let mut standing = Self {
            film: Vec::new(),
            sound: None,
            made_as: Round { gpu: true, cut: true },
            next: None,
            failed: Vec::new(),
            gave_up: None,
            said: Vec::new(),
        };
        let mut discarded: Option<AttemptTold> = None;
        for part in parts {
            let failure = part.result.as_ref().err();
            match &part.chunk {
                Chunk::Audio(chunk) => match failure {
                    None => {
                        standing.sound = Some((chunk, cx.part(part.round, part.index, &chunk.part_name())?))
                    }
                    Some(failure) => return Err(failure.clone().into()),
                },
                Chunk::Video(chunk) => {
                    let is_last = part.round == last_round;
                    match failure {
                        None => {
                            let thrown_away = standing.take(chunk, part, is_last, cx)?;
                            discarded = discarded.or(thrown_away);
                        }
                        Some(failure)
                            if failure.kind == FailureKind::Device && chunk.encode.encoder.is_gpu() =>
                        {
                            standing.device_failed(chunk, failure, is_last);
                        }
                        Some(failure) => return Err(failure.clone().into()),
                    }
                }
            }
        }
        // All chunks of a GPU were good, and yet there was another round: their result could not be used.
        let made_on_cpu = standing.film.iter().any(|(chunk, ..)| !chunk.encode.encoder.is_gpu());
        if let Some(attempt) = discarded.filter(|_| made_on_cpu && standing.gave_up.is_none()) {
            let why = attempt.reason.as_deref().unwrap_or("failed");
            standing.gave_up(&format!("{} on {}: {why}", attempt.encoder, attempt.device), false);
            standing.failed.push(attempt);
        }
        Ok(standing)
    }

    /// A chunk that ended well, if what it left fits the frame table. Answers with a GPU's work that another round
    /// replaced.
    fn take(
        &mut self,
        chunk: &'a VideoChunk,
        part: &Part<Chunk>,
        is_last: bool,
        cx: &RunContext<'_>,
    ) -> Result<Option<AttemptTold>, RunError> {
        let text =
            std::fs::read(cx.part(part.round, part.index, VIDEO_REPORT)?).map_err(RunError::internal)?;
        let report: VideoReport = serde_json::from_slice(&text).map_err(RunError::internal)?;
        let encoder = chunk.encode.encoder;
        if let Some(why) = &report.gave_up {
            for attempt in &report.attempts {
                if !self.failed.contains(attempt) {
                    self.failed.push(attempt.clone());
                }
            }
            self.gave_up(why, is_last);
            return Ok(None);
        }
        match &report.mismatch {
            Some(mismatch) => {
                self.tell(format!(
                    "not cut into chunks, because decoding shows other frames than the packets: {mismatch}"
                ));
                self.made_again(Round { cut: false, ..self.made_as }, is_last);
            }
            None if is_last => {
                let path = cx.part(part.round, part.index, VIDEO_PART)?;
                self.film.push((chunk, report, path));
            }
            None => {
                let unusable = "it made what did not pass verification";
                return Ok(report.gpu.map(|gpu| AttemptTold::failed(gpu.told(), encoder, unusable)));
            }
        }
        Ok(None)
    }

    fn device_failed(&mut self, chunk: &VideoChunk, failure: &Failure, is_last: bool) {
        let attempt = AttemptTold::failed("gpu", chunk.encode.encoder, failure.message.clone());
        if !self.failed.contains(&attempt) {
            self.failed.push(attempt);
        }
        self.gave_up(&failure.message, is_last);
    }

    fn gave_up(&mut self, why: &str, is_last: bool) {
        self.gave_up.get_or_insert_with(|| why.to_owned());
        self.tell(format!("made again as a whole on the CPU, because {why}"));
        self.made_again(Round { gpu: false, ..self.made_as }, is_last);
    }

    /// What failed in an earlier round shapes the later ones; what failed in the last asks for another.
    fn made_again(&mut self, round: Round, is_last: bool) {
        if is_last {
            let next = self.next.unwrap_or(round);
            self.next = Some(Round { gpu: next.gpu && round.gpu, cut: next.cut && round.cut });
        } else {
            self.made_as = Round { gpu: self.made_as.gpu && round.gpu, cut: self.made_as.cut && round.cut };
        }
    }

    fn tell(&mut self, sentence: String) {
        if self.said.is_empty() {
            self.said.push(sentence);
        }
    }

    fn frame_count(&self) -> u64 {
        self.film.iter().map(|(_, report, _)| report.frame_count).sum()
    }

    fn frame_count_expected(&self) -> u64 {
        self.film.iter().map(|(_, report, _)| report.frame_count_expected).sum()
    }
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
        return Err(Failure::new(FailureKind::Verification, message)
            .with_hint("try another copy of the source")
            .into());
    }
    if params.strict && !damage.gaps.is_empty() {
        let message = format!(
            "the source is damaged: {lost_secs:.2} s in {} places, and --strict allows none",
            damage.gaps.len()
        );
        return Err(Failure::new(FailureKind::Verification, message)
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
    let parts: Vec<VideoPart> = standing
        .film
        .iter()
        .map(|(chunk, _, path)| VideoPart { path: path.clone(), first_frame: chunk.first_frame })
        .collect();
    let film = join::film(ffmpeg, facts, &decided.clock, &parts, cx)?;
    join::file(ffmpeg, facts, decided.intent.container, &decided.clock, &film, standing.sound.clone(), cx)
}

/// Every packet walked, both ends and the seams decoded; the seams' time stamps compared with the table.
fn check(
    ffmpeg: &Ffmpeg,
    params: &Params,
    facts: &Facts,
    decided: &Decided,
    standing: &Standing<'_>,
    out: &std::path::Path,
    cx: &RunContext<'_>,
) -> Result<VerifyTold, RunError> {
    let ticks = decided.clock.output_ticks(&facts.timeline);
    let tick_secs = decided.clock.track_tick().as_f64();
    let last_secs = facts.timeline.secs(facts.timeline.last_duration_ticks).max(0.0);
    let complete = standing.frame_count() == u64::from(facts.timeline.frame_count);
    let length_secs = ticks.last().map_or(0.0, |last| *last as f64 * tick_secs) + last_secs;
    let seams =
        standing.film.iter().skip(1).filter_map(|(chunk, _, _)| ticks.get(chunk.first_frame as usize));
    let expectation = Expectation {
        frame_count: Some(standing.frame_count()),
        video_duration_secs: complete.then_some(length_secs),
        // Containers do not tell how long the last frame is shown.
        tolerance_secs: last_secs.max(0.05) + 0.05,
        frame_gap_max_secs: None,
        audio_count: standing.sound.as_ref().map_or(0, |(chunk, _)| chunk.tracks.len()),
        audio_duration_secs: Vec::new(),
        video_codec: Some(decided.intent.codec.as_str().to_owned()),
        size: Some((decided.picture.width, decided.picture.height)),
        seams_secs: seams.map(|ticks| *ticks as f64 * tick_secs).collect(),
    };
    let (level, depth) = match params.verify {
        VerifyDepth::Quick => (Level::Quick, "quick"),
        VerifyDepth::Full => (Level::Full, "full"),
    };
    let report = verify(ffmpeg, out, &expectation, level, cx.cancel()).map_err(run_error)?;
    let report = report.into_result().map_err(run_error)?;
    if standing.film.len() > 1 {
        compare_times(ffmpeg, decided, &ticks, out, cx)?;
    }
    Ok(VerifyTold { depth, frames_walked: report.frame_count, frames_decoded: report.decoded_count })
}

/// After joining chunks each frame must be where the source has it, within a tick of the container.
fn compare_times(
    ffmpeg: &Ffmpeg,
    decided: &Decided,
    expected: &[i64],
    out: &std::path::Path,
    cx: &RunContext<'_>,
) -> Result<(), RunError> {
    let table = frame_table(ffmpeg, out, 0, cx.cancel()).map_err(run_error)?;
    let first = table.frames.first().map_or(0, |frame| frame.pts);
    let tick_secs = decided.clock.track_tick().as_f64();
    let slack_secs = table.time_base.as_f64().max(tick_secs) * 1.001;
    for (index, (frame, ticks)) in table.frames.iter().zip(expected).enumerate() {
        let found = (frame.pts - first) as f64 * table.time_base.as_f64();
        let wanted = *ticks as f64 * tick_secs;
        if (found - wanted).abs() > slack_secs {
            let message =
                format!("frame {index} stands at {found:.6} s instead of {wanted:.6} s after joining");
            return Err(RunError::failed(FailureKind::Verification, message));
        }
    }
    Ok(())
}

fn metadata(facts: &Facts, decided: &Decided, standing: Standing<'_>, verify: VerifyTold) -> Metadata {
    let frames = standing.frame_count();
    let reports: Vec<VideoReport> = standing.film.into_iter().map(|(_, report, _)| report).collect();
    let failed = (standing.failed, standing.gave_up);
    let device = DeviceTold::of(&facts.gpu, decided.intent.gpu_wanted, failed, &reports);
    let encoder = reports.first().map_or(decided.encoder, |report| report.encoder);
    let gpu = reports.iter().find_map(|report| report.gpu.clone());
    let processing_time_seconds = processing_secs(&reports);
    let duration_secs = facts.timeline.duration_secs();
    let mut decisions = decided.said.clone();
    decisions.extend(standing.said);
    Metadata {
        gpu_enabled: encoder.is_gpu(),
        gpu_device: gpu.as_ref().map(|gpu| gpu.index),
        gpu_name: gpu.map(|gpu| gpu.name),
        gpu_codec: name_if(encoder, true),
        gpu_fallback: device.gpu_fallback,
        cpu_codec: name_if(encoder, false),
        fallback_reason: device.fallback_reason,
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
        audio_tracks: standing.sound.map_or(0, |(chunk, _)| chunk.tracks.len()),
        decisions,
        verify,
    }
}
