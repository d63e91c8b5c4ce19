//! A video for sites: cells of grey, through an encoder.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Instant;

use reel_engine::{Digest, Output, Part, RunContext, RunError};
use reel_kernels::Place;
use reel_media::raw::{ENCODER_STALL, FrameWriter, FrameWriterSpec};
use reel_media::{Ffmpeg, MediaError};
use reel_types::time::Rational;
use reel_types::{FailureKind, Stage};

use super::ahead::coded_ahead;
use super::assemble::read_json;
use super::cards::Cards;
use super::facts::Facts;
use super::plan::{self, Chunk, GROUP_BLOCKS};
use super::report::{ChunkReport, REPORT, Video, not_verified, output_name};
use crate::accelerator;
use crate::block::EncodedBlock;
use crate::collect::{Collector, Store};
use crate::frame::{FileId, FrameHeader, FrameKind, Metadata, Run, write_header, write_symbol};
use crate::jpeg::{Card, Chroma, Geometry};
use crate::params::{PackParams, Verify};
use crate::pixels;
use crate::share::{FrameTag, Layout, Modulator};

/// One part in so many says what the whole is; it is found in any stretch of some seconds.
const PARTS_PER_METADATA: usize = 64;
/// Near enough to lossless that a site's own encoder decides what is lost.
const ENCODER: [&str; 14] = [
    "-vf",
    "format=yuv420p",
    "-c:v",
    "libx264",
    "-preset",
    "veryfast",
    "-crf",
    "12",
    "-g",
    "60",
    "-color_range",
    "tv",
    "-x264-params",
    "sync-lookahead=0",
];

/// Parts of bodies that carry this many symbols, those that say what the whole is included.
pub(super) fn parts_of(symbols: u64) -> u64 {
    symbols + symbols / PARTS_PER_METADATA as u64 + 2
}

/// Writes the whole video.
pub(super) fn run(
    ffmpeg: &Ffmpeg,
    facts: &Facts,
    chunk: &Chunk,
    cx: &RunContext<'_>,
) -> Result<Vec<Output>, RunError> {
    let params = &facts.params;
    let video = video_name(params);
    let out = cx.scratch().join(video);
    let began = Instant::now();
    let layout = plan::layout(params);
    let place = accelerator::choose(params.device, cx);
    let modulator = Modulator::on(&place, layout);
    let modulator = modulator.ok_or_else(|| RunError::internal("a layout without a name"))?;
    let drawn_first = modulator.ran_on();
    accelerator::log(&drawn_first);
    let fps = plan::fps(params);
    let writer =
        FrameWriter::create(ffmpeg, &spec(&layout, fps, cx, &out), cx.cancel()).map_err(media_error)?;
    let metadata = facts.metadata_of(chunk.part)?;
    let metadata = metadata.as_bytes();
    let mut film = Film {
        writer,
        modulator,
        metadata,
        file_id: FileId::of(metadata),
        symbol_bytes: plan::symbol_bytes(params),
        parts: VecDeque::new(),
        parts_since_metadata: usize::MAX,
        body_number: 0,
        pts: 0,
        report: ChunkReport::default(),
    };
    let said = Metadata::parse(metadata).map_err(RunError::internal)?;
    let geometry = Geometry { width: layout.width, height: layout.height, chroma: Chroma::C420 };
    let cards = Cards::new(&said, geometry);
    if !params.no_metadata_frames {
        cards.for_a_second(fps).iter().try_for_each(|(_, card)| film.card(card, geometry))?;
    }
    let end = chunk.first_block + chunk.block_count;
    coded_ahead(params, facts.block_bytes, chunk.first_block..end, (1, cx), |ahead| {
        let mut first = chunk.first_block;
        while first < end {
            let next = (first + GROUP_BLOCKS).min(end);
            cx.stage(Stage::ErrorCorrection);
            let blocks =
                (first..next).map(|_| ahead.next(&mut film.report)).collect::<Result<Vec<_>, _>>()?;
            cx.stage(Stage::Converting);
            film.group(&blocks, cx)?;
            ahead.recycle(blocks);
            first = next;
            cx.progress((first - chunk.first_block).into(), u64::from(chunk.block_count) * 2);
        }
        Ok(())
    })?;
    film.end()?;
    if !params.no_metadata_frames {
        cards.for_a_second(fps).iter().try_for_each(|(_, card)| film.card(card, geometry))?;
    }
    let (mut report, film_id) = (film.report.clone(), film.file_id);
    let drawn_last = film.modulator.ran_on();
    if drawn_last != drawn_first {
        accelerator::log(&drawn_last);
    }
    report.device = Some(drawn_last.into());
    film.writer.finish().map_err(media_error)?;
    report.write_secs = began.elapsed().as_secs_f64();
    let began = Instant::now();
    if params.verify == Verify::Full {
        verify(ffmpeg, (&said, film_id), (params, place), chunk, &out, cx)?;
    }
    report.verify_secs = began.elapsed().as_secs_f64();
    let report = Output::json(REPORT, &report)?;
    Ok(vec![Output::file(video, mime(params), out).with_digest(Digest::None), report])
}

/// A chunk's video is a result as it is.
pub(super) fn video(
    params: &PackParams,
    parts: &[Part<Chunk>],
    cx: &RunContext<'_>,
) -> Result<Video, RunError> {
    let Some(part) = parts.first() else { return Err(RunError::internal("no chunk")) };
    let report: ChunkReport = read_json(&cx.part(part.round, part.index, REPORT)?)?;
    let out = cx.scratch().join(output_name(part.chunk.part, if params.matroska { "mkv" } else { "mp4" }));
    let video = cx.part(part.round, part.index, video_name(params))?;
    std::fs::hard_link(&video, &out).or_else(|_| std::fs::copy(&video, &out).map(drop)).map_err(|error| {
        RunError::failed(FailureKind::Storage, format!("cannot take the video over: {error}"))
    })?;
    let frames = report.data_frames + report.card_frames;
    Video::new(part.chunk.part, out, mime(params), frames, report)
}

/// What a person should know of such a video.
pub(super) fn decisions(params: &PackParams, facts: &Facts, duration_secs: f64) -> Vec<String> {
    let target = crate::share::Target::from(params.target.unwrap_or_default());
    let rate = facts.size_bytes as f64 / 1000.0 / duration_secs.max(1e-3);
    vec![
        format!("made to survive {}; {rate:.0} kB a second of video", target.name()),
        "a site's terms may forbid this".to_owned(),
    ]
}

/// The video, among the chunk's outputs.
fn video_name(params: &PackParams) -> &'static str {
    if params.matroska { "video.mkv" } else { "video.mp4" }
}

fn mime(params: &PackParams) -> &'static str {
    if params.matroska { "video/x-matroska" } else { "video/mp4" }
}

/// A video under way.
struct Film<'a> {
    writer: FrameWriter,
    modulator: Modulator,
    metadata: &'a [u8],
    file_id: FileId,
    symbol_bytes: u16,
    /// Parts that wait for a body.
    parts: VecDeque<Vec<u8>>,
    parts_since_metadata: usize,
    body_number: u32,
    pts: i64,
    report: ChunkReport,
}

impl Film<'_> {
    /// One symbol of each block in turn: a stretch that is lost costs every block a little.
    fn group(&mut self, blocks: &[EncodedBlock], cx: &RunContext<'_>) -> Result<(), RunError> {
        let longest = blocks.iter().map(EncodedBlock::symbol_count).max().unwrap_or(0);
        for esi in 0..longest {
            for block in blocks {
                let Some(symbol) = block.symbol(esi) else { continue };
                let run = Run { block: block.record(), first_esi: esi, count: 1 };
                let mut part = self.header(FrameKind::Data, &[], &[run])?;
                write_symbol(self.file_id, block.record().index, esi, symbol, &mut part);
                self.push(part)?;
            }
            if cx.cancel().is_cancelled() {
                return Err(RunError::Cancelled);
            }
        }
        Ok(())
    }

    fn push(&mut self, part: Vec<u8>) -> Result<(), RunError> {
        if self.parts_since_metadata >= PARTS_PER_METADATA {
            self.push_metadata()?;
        }
        self.parts_since_metadata += 1;
        self.parts.push_back(part);
        if self.parts.len() >= self.modulator.layout().part_count() { self.show() } else { Ok(()) }
    }

    fn push_metadata(&mut self) -> Result<(), RunError> {
        let part = self.header(FrameKind::Title, self.metadata, &[])?;
        if part.len() > self.modulator.layout().part_bytes() {
            let message = format!("the name is too long for this target ({} bytes in all)", part.len());
            return Err(RunError::failed(FailureKind::Usage, message));
        }
        self.parts_since_metadata = 0;
        self.parts.push_back(part);
        if self.parts.len() >= self.modulator.layout().part_count() { self.show() } else { Ok(()) }
    }

    /// What waits, and once more what the whole is.
    fn end(&mut self) -> Result<(), RunError> {
        self.push_metadata()?;
        if self.parts.is_empty() { Ok(()) } else { self.show() }
    }

    /// One body, each of its pictures as often as the layout says.
    fn show(&mut self) -> Result<(), RunError> {
        let layout = *self.modulator.layout();
        let mut body = Vec::with_capacity(layout.body_bytes());
        for mut part in self.parts.drain(..) {
            part.resize(layout.part_bytes(), 0);
            body.append(&mut part);
        }
        let file = u16::from_le_bytes([self.file_id.0[0], self.file_id.0[1]]);
        let pictures = self.modulator.pictures(FrameTag { file, number: self.body_number }, &body);
        let pictures = pictures.ok_or_else(|| {
            RunError::failed(
                FailureKind::Usage,
                "this is more than one video of this target can number; pack it in parts",
            )
        })?;
        self.body_number += 1;
        for luma in pictures {
            for _ in 0..layout.hold {
                self.picture(&luma)?;
                self.report.data_frames += 1;
            }
        }
        Ok(())
    }

    fn card(&mut self, card: &Card, geometry: Geometry) -> Result<(), RunError> {
        self.report.card_frames += 1;
        let luma = luma_of(card, geometry);
        self.picture(&luma)
    }

    fn picture(&mut self, luma: &[u8]) -> Result<(), RunError> {
        let mut picture = Vec::with_capacity(luma.len() * 3 / 2);
        picture.extend_from_slice(luma);
        picture.resize(luma.len() + luma.len() / 2, 128);
        self.writer.write_frame(self.pts, &picture).map_err(media_error)?;
        self.pts += 1;
        Ok(())
    }

    fn header(&self, kind: FrameKind, metadata: &[u8], runs: &[Run]) -> Result<Vec<u8>, RunError> {
        let (file_id, symbol_bytes) = (self.file_id, self.symbol_bytes);
        let header = FrameHeader { kind, file_id, frame_number: self.body_number, symbol_bytes };
        let mut part = Vec::new();
        write_header(&header, metadata, runs, &mut part).map_err(RunError::internal)?;
        Ok(part)
    }
}

/// A card's cells as luma of limited range; below it the picture is dark.
fn luma_of(card: &Card, geometry: Geometry) -> Vec<u8> {
    let limited = |value: u8| (16 + u32::from(value) * 219 / 255) as u8;
    let cell = |x: u32, y: u32| {
        let at = (y < card.height_cells && x < card.width_cells).then_some(y * card.width_cells + x);
        at.and_then(|at| card.luma.get(at as usize)).map_or(24, |value| limited(*value))
    };
    let pixels = (0..geometry.height).flat_map(|y| (0..geometry.width).map(move |x| (x / 8, y / 8)));
    pixels.map(|(x, y)| cell(x, y)).collect()
}

pub(super) fn spec(layout: &Layout, fps: u32, cx: &RunContext<'_>, out: &Path) -> FrameWriterSpec {
    let mut encoder_args: Vec<_> = ENCODER.iter().map(Into::into).collect();
    encoder_args.extend(["-threads".into(), cx.threads().max(1).to_string().into()]);
    if out.extension().is_some_and(|extension| extension == "mp4") {
        encoder_args.extend(["-movflags".into(), "+faststart".into()]);
    }
    FrameWriterSpec {
        width: layout.width,
        height: layout.height,
        pix_fmt: "yuv420p".to_owned(),
        time_base: Rational { num: 1, den: fps },
        sample_aspect: Rational { num: 1, den: 1 },
        more_inputs: Vec::new(),
        encoder_args,
        stall_timeout: ENCODER_STALL,
        out: out.to_owned(),
    }
}

/// The video must give every block back from its pictures.
fn verify(
    ffmpeg: &Ffmpeg,
    (metadata, file_id): (&Metadata, FileId),
    (params, place): (&PackParams, Place),
    chunk: &Chunk,
    path: &Path,
    cx: &RunContext<'_>,
) -> Result<(), RunError> {
    let blocks = chunk.first_block..chunk.first_block + chunk.block_count;
    let mut collector =
        Collector::new(metadata, (file_id, plan::symbol_bytes(params)), blocks, Store::Nowhere);
    pixels::read_on(place, ffmpeg, path, cx.site().cores, cx.cancel(), &cx.pulse(), |part| {
        collector.take_body(part)?;
        Ok(true)
    })?;
    match collector.finish()?.holes.first() {
        None => Ok(()),
        Some(hole) => Err(not_verified(format!("block {} cannot be read back", hole.first_block))),
    }
}

/// In the words of the old converter; what to do about it stays.
pub(super) fn media_error(error: MediaError) -> RunError {
    if error.is_cancelled() {
        return RunError::Cancelled;
    }
    let mut failure = error.failure();
    failure.message = format!("Failed to add frame to video encoder: {}", failure.message);
    RunError::Failed(failure)
}
