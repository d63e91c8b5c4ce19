//! One stretch of blocks, from the pictures that have symbols of them.

use std::fs::File;
use std::path::Path;

use reel_device::DeviceWish;
use reel_engine::{Digest, Output, RunContext, RunError};
use reel_media::{OnDemand, ProbeLimits, probe};
use reel_types::{FailureKind, Stage};

use super::facts::{Facts, Video};
use super::plan::Chunk;
use super::remux::pictures;
use super::verify;
use crate::accelerator::{self, DeviceTold};
use crate::avi::AviReader;
use crate::cells;
use crate::collect::{Collector, Outcome, Store};
use crate::frame::FileId;
use crate::picture::BodyReader;
use crate::pixels::{self, media_error};
use crate::stream::seal::FileKey;

/// The recovered bytes, among a chunk's outputs.
pub(super) const PIECE: &str = "piece.bin";
/// What became of its blocks.
pub(super) const OUTCOME: &str = "outcome.json";

pub(super) fn run(
    ffmpeg: &OnDemand,
    key: Option<&FileKey>,
    chunk: &Chunk,
    cx: &RunContext<'_>,
) -> Result<Vec<Output>, RunError> {
    let facts = cx.facts::<Facts>()?.opened(key)?;
    if facts.params.verify {
        return verify::run(ffmpeg, key, &facts, cx);
    }
    let out = cx.scratch().join(PIECE);
    let outcome = Output::json(OUTCOME, &recover(ffmpeg, key, &facts, chunk, cx, &out)?)?;
    // Every block in it has passed its digest, and the whole is digested when it is put together.
    Ok(vec![Output::file(PIECE, "application/octet-stream", out).with_digest(Digest::None), outcome])
}

/// Writes a stretch of blocks to `out`, zeros where one is missing.
pub(super) fn recover(
    ffmpeg: &OnDemand,
    key: Option<&FileKey>,
    facts: &Facts,
    chunk: &Chunk,
    cx: &RunContext<'_>,
    out: &Path,
) -> Result<Outcome, RunError> {
    let file = File::create(out).map_err(storage)?;
    file.set_len(piece_bytes(facts, chunk)).map_err(storage)?;
    cx.stage(Stage::Processing);
    let range = chunk.first_block..chunk.first_block + chunk.block_count;
    let whose = (FileId([0; 8]), facts.symbol_bytes);
    let mut collector =
        Collector::new(&facts.metadata, whose, range.clone(), Store::File(file)).with_key(key);
    let mut device: Option<DeviceTold> = None;
    for (index, source) in facts.sources.iter().enumerate() {
        if chunk.part.is_some() && source.part != chunk.part {
            continue;
        }
        let path = cx.source(index)?;
        collector.turn_to(FileId(source.file_id));
        // Only cells of colour are averaged; an archive's bytes need no device.
        let wish = facts.metadata.color_count.map_or(DeviceWish::Cpu, |_| facts.params.device);
        let mut bodies = BodyReader::on(accelerator::choose_for_cells(wish, cx));
        let (mut body, mut ran_on) = (Vec::new(), None);
        match &source.video {
            Video::Avi(list) => {
                let reader = AviReader::open(&path)
                    .map_err(|error| RunError::failed(FailureKind::Input, error.to_string()))?;
                let mut jpeg = Vec::new();
                for (number, picture) in list.iter().enumerate() {
                    // One whose header could not be read may hold anything.
                    let wanted =
                        picture.blocks.is_none_or(|(first, last)| first < range.end && last >= range.start);
                    if !wanted {
                        continue;
                    }
                    if cx.cancel().is_cancelled() {
                        return Err(RunError::Cancelled);
                    }
                    if reader.read(number, &mut jpeg).is_ok() && bodies.read(&jpeg, &mut body).is_ok() {
                        collector.take_body(&body)?;
                    }
                    cx.progress(number as u64, list.len() as u64);
                }
            }
            Video::Remuxed => {
                let ffmpeg = ffmpeg.get().map_err(media_error)?;
                let media =
                    probe(ffmpeg, &path, &ProbeLimits::default(), cx.cancel()).map_err(media_error)?;
                let stream = media.main_video().map_or(0, |video| video.index);
                let beat = cx.pulse();
                pictures(ffmpeg, &path, stream, cx.cancel(), |jpeg| {
                    beat();
                    if bodies.read(jpeg, &mut body).is_ok() {
                        collector.take_body(&body)?;
                    }
                    Ok(true)
                })?;
            }
            Video::Cells => {
                let ffmpeg = ffmpeg.get().map_err(media_error)?;
                let place = accelerator::choose(facts.params.device, cx);
                let (cores, cancel, beat) = (cx.site().cores, cx.cancel(), cx.pulse());
                ran_on = cells::read_on(place, ffmpeg, &path, cores, cancel, &beat, |body| {
                    body.map_or(Ok(()), |body| collector.take_body(body))?;
                    Ok(true)
                })?;
            }
            Video::Pixels => {
                let ffmpeg = ffmpeg.get().map_err(media_error)?;
                let place = accelerator::choose(facts.params.device, cx);
                let (cores, cancel, beat) = (cx.site().cores, cx.cancel(), cx.pulse());
                ran_on = pixels::read_on(place, ffmpeg, &path, cores, cancel, &beat, |part| {
                    collector.take_body(part)?;
                    Ok(true)
                })?;
            }
        }
        let ran_on = ran_on.or_else(|| bodies.ran_on().cloned());
        device = match (device, ran_on.map(DeviceTold::from)) {
            (Some(one), Some(two)) => Some(one.and(&two)),
            (one, two) => one.or(two),
        };
    }
    cx.stage(Stage::ErrorCorrection);
    Ok(Outcome { device, ..collector.finish()? })
}

fn piece_bytes(facts: &Facts, chunk: &Chunk) -> u64 {
    let block_bytes = u64::from(facts.metadata.block_bytes);
    let begin = u64::from(chunk.first_block) * block_bytes;
    let size = facts.metadata.size.unwrap_or(0);
    (u64::from(chunk.block_count) * block_bytes).min(size.saturating_sub(begin))
}

fn storage(error: std::io::Error) -> RunError {
    RunError::failed(FailureKind::Storage, format!("cannot make the recovered piece: {error}"))
}
