//! What the rounds so far led to: the film so far, or which round must follow.

use std::path::{Path, PathBuf};

use reel_engine::{Part, RunContext, RunError};
use reel_types::{Failure, FailureKind};

use crate::chunk::{AudioChunk, Chunk, VIDEO_REPORT, VideoChunk};
use crate::plan::Round;
use crate::report::{AttemptTold, VideoReport};
use crate::whole::WholeFile;

/// What the rounds so far led to.
pub(crate) struct Standing<'a> {
    /// The film, in order; complete unless there is a next round.
    pub(crate) film: Vec<(&'a VideoChunk, VideoReport, PathBuf)>,
    pub(crate) sound: Option<(&'a AudioChunk, PathBuf)>,
    /// The source has tracks of sound with nothing in them.
    pub(crate) is_silent: bool,
    /// How the last round was made.
    pub(crate) made_as: Round,
    /// Another round is needed.
    pub(crate) next: Option<Round>,
    /// Another round is needed, with film and sound each by itself.
    pub(crate) apart: bool,
    /// Tries on devices that led nowhere.
    pub(crate) failed: Vec<AttemptTold>,
    /// Why no GPU made the film, when one should have.
    pub(crate) gave_up: Option<String>,
    /// Why rounds were made again, for the report.
    pub(crate) said: Vec<String>,
}

impl<'a> Standing<'a> {
    pub(crate) fn of(parts: &'a [Part<Chunk>], cx: &RunContext<'_>) -> Result<Self, RunError> {
        let videos = || parts.iter().filter(|part| matches!(part.chunk, Chunk::Video(_)));
        let last_round = videos().map(|part| part.round).max().unwrap_or(0);
        let mut standing = Self {
            film: Vec::new(),
            sound: None,
            is_silent: false,
            made_as: Round { gpu: true, cut: true },
            next: None,
            apart: false,
            failed: Vec::new(),
            gave_up: None,
            said: Vec::new(),
        };
        let mut discarded: Option<AttemptTold> = None;
        for part in parts {
            let failure = part.result.as_ref().err();
            match &part.chunk {
                Chunk::Audio(chunk) => match &part.result {
                    Ok(written) if written.is_empty() => {
                        standing.is_silent = true;
                    }
                    Ok(_) => {
                        standing.sound = Some((chunk, cx.part(part.round, part.index, &chunk.part_name())?))
                    }
                    Err(failure) => return Err(failure.clone().into()),
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
                        // It may be the sound, or the two together, that FFmpeg ended on.
                        Some(failure) if failure.kind == FailureKind::Transient && has_sound(chunk) => {
                            standing.apart = is_last;
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
        let was_cut = parts.iter().any(|part| {
            matches!(&part.chunk, Chunk::Video(chunk) if chunk.cut.is_some() && part.round < last_round)
        });
        let is_whole = standing.film.iter().any(|(chunk, ..)| chunk.cut.is_none());
        if was_cut && is_whole && standing.said.is_empty() {
            standing.tell("made again as a whole, because its chunks could not be joined".to_owned());
        }
        let was_together = parts.iter().any(|part| {
            matches!(&part.chunk, Chunk::Video(chunk) if chunk.file.is_some() && part.round < last_round)
        });
        if was_together {
            standing.tell(
                "made again from parts, because film and sound written at once did not pass".to_owned(),
            );
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
                let path = cx.part(part.round, part.index, &chunk.part_name())?;
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

    /// The file, when one process has made it all.
    pub(crate) fn whole_file(&self) -> Option<(&'a WholeFile, &Path)> {
        let [(chunk, _, path)] = self.film.as_slice() else { return None };
        Some((chunk.file.as_ref()?, path))
    }

    /// How many tracks of sound the result should have.
    pub(crate) fn audio_count(&self) -> usize {
        let beside = self.sound.as_ref().map(|(chunk, _)| *chunk);
        let within = self.whole_file().and_then(|(file, _)| file.sound.as_ref());
        beside.or(within).map_or(0, |chunk| chunk.tracks.len())
    }

    pub(crate) fn frame_count(&self) -> u64 {
        self.film.iter().map(|(_, report, _)| report.frame_count).sum()
    }

    pub(crate) fn frame_count_expected(&self) -> u64 {
        self.film.iter().map(|(_, report, _)| report.frame_count_expected).sum()
    }
}

/// Whether its process makes sound too.
fn has_sound(chunk: &VideoChunk) -> bool {
    chunk.file.as_ref().is_some_and(|file| file.sound.is_some())
}
