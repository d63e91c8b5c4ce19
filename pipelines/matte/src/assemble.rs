//! From ended chunks to a verified file.

use std::path::PathBuf;

use reel_engine::{Assembled, JobResult, Output, Part, RunContext, RunError};
use reel_media::Ffmpeg;
use reel_types::FailureKind;

use crate::chunk::{Chunk, FILM_REPORT, FilmChunk, PREVIEW};
use crate::facts::Facts;
use crate::failure::storage;
use crate::join;
use crate::metadata::metadata;
use crate::params::{Format, Params};
use crate::plan::decide;
use crate::report::FilmReport;
use crate::sound::SoundChunk;

/// What the chunks left.
pub(crate) struct Made<'a> {
    pub(crate) film: Vec<MadeFilm<'a>>,
    pub(crate) sound: Option<(&'a SoundChunk, PathBuf)>,
}

/// What one chunk of film left.
pub(crate) struct MadeFilm<'a> {
    pub(crate) chunk: &'a FilmChunk,
    pub(crate) report: FilmReport,
    round: u32,
    index: u32,
}

impl MadeFilm<'_> {
    /// One of the files it left.
    pub(crate) fn file(&self, name: &str, cx: &RunContext<'_>) -> Result<PathBuf, RunError> {
        cx.part(self.round, self.index, name)
    }
}

pub(crate) fn assemble(
    ffmpeg: &Ffmpeg,
    params: &Params,
    facts: &Facts,
    parts: &[Part<Chunk>],
    cx: &RunContext<'_>,
) -> Result<Assembled<Chunk>, RunError> {
    if params.preview {
        return preview(params, facts, parts, cx);
    }
    let made = gather(parts, cx)?;
    let decided = decide(params, facts, cx.site())?;
    refuse_ruins(facts, &made)?;
    let joined = join::join(ffmpeg, facts, &decided, &made, cx)?;
    let format = decided.look.format;
    // Many pictures travel as one stream, which becomes a folder where it arrives.
    let is_many = format == Format::Png && !facts.still && !params.one_picture;
    let (extension, mime) =
        if is_many { ("tar", "application/x-tar") } else { (format.extension(), format.mime()) };
    let name = format!("output.{extension}");
    let metadata = metadata(facts, decided, &made, &joined);
    Ok(Assembled::Done(JobResult {
        outputs: vec![Output::file(name, mime, joined.path)],
        metadata: serde_json::to_value(&metadata).map_err(RunError::internal)?,
        gaps: Vec::new(),
    }))
}

/// The sheet as it is; there is nothing to be joined.
fn preview(
    params: &Params,
    facts: &Facts,
    parts: &[Part<Chunk>],
    cx: &RunContext<'_>,
) -> Result<Assembled<Chunk>, RunError> {
    let part = parts.first().ok_or_else(|| RunError::internal("there is no preview"))?;
    part.result.as_ref().map_err(|failure| RunError::Failed(failure.clone()))?;
    let path = cx.part(part.round, part.index, PREVIEW)?;
    let out = cx.scratch().join("output.png");
    std::fs::copy(&path, &out).map_err(|error| storage("copy the preview", &error))?;
    let decided = decide(params, facts, cx.site())?;
    let Chunk::Preview(chunk) = &part.chunk else { return Err(RunError::internal("that is no preview")) };
    let secs: Vec<f64> =
        chunk.ticks.iter().map(|ticks| facts.timeline.secs(ticks - facts.timeline.first_ticks)).collect();
    let metadata = serde_json::json!({ "model": decided.look.model, "preview": true, "frames_at_secs": secs, "decisions": decided.said });
    Ok(Assembled::Done(JobResult {
        outputs: vec![Output::file("output.png", "image/png", out)],
        metadata,
        gaps: Vec::new(),
    }))
}

fn gather<'a>(parts: &'a [Part<Chunk>], cx: &RunContext<'_>) -> Result<Made<'a>, RunError> {
    let mut made = Made { film: Vec::new(), sound: None };
    for part in parts {
        let written = part.result.as_ref().map_err(|failure| RunError::Failed(failure.clone()))?;
        match &part.chunk {
            Chunk::Sound(chunk) if !written.is_empty() => {
                made.sound = Some((chunk, cx.part(part.round, part.index, chunk.part_name())?));
            }
            Chunk::Sound(_) | Chunk::Preview(_) => {}
            Chunk::Film(chunk) => {
                let text = std::fs::read(cx.part(part.round, part.index, FILM_REPORT)?)
                    .map_err(RunError::internal)?;
                let report = serde_json::from_slice(&text).map_err(RunError::internal)?;
                made.film.push(MadeFilm { chunk, report, round: part.round, index: part.index });
            }
        }
    }
    Ok(made)
}

/// Less than half of a film is nobody's film.
fn refuse_ruins(facts: &Facts, made: &Made<'_>) -> Result<(), RunError> {
    let frames: u64 = made.film.iter().map(|film| u64::from(film.report.times.frame_count)).sum();
    if frames * 2 >= u64::from(facts.timeline.frame_count) {
        return Ok(());
    }
    let message = format!("only {frames} of {} frames decode", facts.timeline.frame_count);
    Err(reel_types::Failure::new(FailureKind::Damaged, message)
        .with_hint("try another copy of the source")
        .into())
}
