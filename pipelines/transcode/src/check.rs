//! Whether the joined file holds what it should, before anybody sees it.

use std::path::Path;

use reel_engine::{RunContext, RunError};
use reel_media::Ffmpeg;
use reel_media::verify::{Effort, Expectation, Level, VerifyReport, verify};
use reel_types::FailureKind;

use crate::facts::Facts;
use crate::metadata::VerifyTold;
use crate::params::{Params, VerifyDepth};
use crate::plan::Decided;
use crate::run::run_error;
use crate::standing::Standing;

/// Every packet walked, both ends and the seams decoded; the seams' time stamps compared with the table.
pub(crate) fn check(
    ffmpeg: &Ffmpeg,
    params: &Params,
    facts: &Facts,
    decided: &Decided,
    standing: &Standing<'_>,
    out: &Path,
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
        audio_count: standing.audio_count(),
        audio_duration_secs: Vec::new(),
        video_codec: Some(decided.intent.codec.as_str().to_owned()),
        size: Some((decided.picture.width, decided.picture.height)),
        times: standing.whole_file().map(|_| (ticks.clone(), decided.clock.track_tick())),
        seams_secs: seams.map(|ticks| *ticks as f64 * tick_secs).collect(),
    };
    let (level, depth) = match params.verify {
        VerifyDepth::Quick => (Level::Quick, "quick"),
        VerifyDepth::Full => (Level::Full, "full"),
    };
    let effort = Effort { level, cores: cx.site().cores };
    let report = verify(ffmpeg, out, &expectation, effort, cx.cancel()).map_err(run_error)?;
    let report = report.into_result().map_err(run_error)?;
    if standing.whole_file().is_some() && report.audio_packet_counts.contains(&0) {
        return Err(RunError::failed(FailureKind::Verification, "a track of sound is empty"));
    }
    if standing.film.len() > 1 {
        compare_times(decided, &ticks, &report)?;
    }
    Ok(VerifyTold { depth, frames_walked: report.frame_count, frames_decoded: report.decoded_count })
}

/// After joining chunks each frame must be where the source has it, within a tick of the container.
fn compare_times(decided: &Decided, expected: &[i64], report: &VerifyReport) -> Result<(), RunError> {
    let time_base_secs = report.time_base.map_or(0.0, |base| base.as_f64());
    let first = report.times.first().copied().unwrap_or(0);
    let tick_secs = decided.clock.track_tick().as_f64();
    let slack_secs = time_base_secs.max(tick_secs) * 1.001;
    for (index, (pts, ticks)) in report.times.iter().zip(expected).enumerate() {
        let found = (pts - first) as f64 * time_base_secs;
        let wanted = *ticks as f64 * tick_secs;
        if (found - wanted).abs() > slack_secs {
            let message =
                format!("frame {index} stands at {found:.6} s instead of {wanted:.6} s after joining");
            return Err(RunError::failed(FailureKind::Verification, message));
        }
    }
    Ok(())
}
