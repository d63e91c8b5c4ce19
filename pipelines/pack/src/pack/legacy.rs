//! One stretch of content becomes one segment of a video of coloured cells.

use std::fs::File;
use std::path::Path;

use reel_device::DeviceWish;
use reel_engine::{RunContext, RunError};
use reel_kernels::{Place, RanOn};
use reel_types::{Failure, FailureKind, Stage};

use super::ahead::coded_ahead;
use super::cards::Cards;
use super::interleave::{Stretch, interleave};
use super::plan::{self, Chunk, GROUP_BLOCKS};
use super::report::{ChunkReport, Piece};
use crate::accelerator;
use crate::avi::{SegmentInfo, SegmentWriter};
use crate::block::EncodedBlock;
use crate::frame::{
    CRC_BYTES, FileId, FrameHeader, FrameKind, Metadata, Run, header_bytes, write_header, write_symbol,
};
use crate::jpeg::Card;
use crate::legacy::PictureWriter;
use crate::params::PackParams;

/// Writes the segment of `chunk` to `out`.
pub(super) fn write(
    params: &PackParams,
    (metadata, place): (&str, &Place),
    chunk: &Chunk,
    cx: &RunContext<'_>,
    out: &Path,
) -> Result<(Piece, ChunkReport), RunError> {
    let file = File::create(out).map_err(|error| storage("make", out, &error))?;
    let said = Metadata::parse(metadata.as_bytes()).map_err(RunError::internal)?;
    let pictures = writer(params, place);
    let drawn_first = drew(&pictures, params);
    if chunk.index == 0 {
        accelerator::log(&drawn_first);
    }
    let mut segment = Segment {
        writer: SegmentWriter::new(file),
        pictures,
        metadata,
        file_id: FileId::of(metadata.as_bytes()),
        symbol_bytes: plan::symbol_bytes(params),
        per_picture: symbols_a_picture(params, metadata.len()) as u32,
        frame_number: 0,
        body: Vec::new(),
        jpeg: Vec::new(),
        report: ChunkReport::default(),
        path: out,
    };
    if segment.per_picture == 0 {
        return Err(too_small(params, metadata.len()));
    }
    let cards = Cards::new(&said, plan::geometry(params));
    if !params.no_metadata_frames {
        let shown = if chunk.index == 0 { cards.for_a_second(plan::fps(params)) } else { cards.once() };
        shown.iter().try_for_each(|(kind, card)| segment.card(*kind, card))?;
    }
    coded_ahead(params, said.block_bytes, chunk.blocks(), (cx.threads(), cx), |ahead| {
        let std::ops::Range { start: mut first, end } = chunk.blocks();
        while first < end {
            let next = (first + GROUP_BLOCKS).min(end);
            cx.stage(Stage::ErrorCorrection);
            let blocks =
                (first..next).map(|_| ahead.next(&mut segment.report)).collect::<Result<Vec<_>, _>>()?;
            cx.stage(Stage::Converting);
            segment.group(&blocks, cx)?;
            ahead.recycle(blocks);
            first = next;
            cx.progress((first - chunk.first_block).into(), chunk.block_count.into());
        }
        Ok(())
    })?;
    if !params.no_metadata_frames && chunk.index + 1 == chunk.count {
        let shown = cards.for_a_second(plan::fps(params));
        shown.iter().try_for_each(|(kind, card)| segment.card(*kind, card))?;
    }
    segment.say_something()?;
    let drawn_last = drew(&segment.pictures, params);
    if drawn_last != drawn_first {
        accelerator::log(&drawn_last);
    }
    segment.report.device = Some(drawn_last.into());
    let (info, report) = segment.finish()?;
    Ok((Piece::Segment(info), report))
}

/// Pixels are drawn where a person wants a GPU to do it.
fn writer(params: &PackParams, place: &Place) -> PictureWriter {
    match params.device {
        DeviceWish::Cpu | DeviceWish::Auto => PictureWriter::new(plan::grid(params)),
        DeviceWish::Gpu | DeviceWish::GpuIndex(_) => PictureWriter::on(place, plan::grid(params)),
    }
}

/// What drew, and why it was the CPU where that was not wished.
fn drew(pictures: &PictureWriter, params: &PackParams) -> RanOn {
    let reason = "the CPU makes these pictures without drawing them, which is faster".to_owned();
    let reason = (params.device == DeviceWish::Auto).then_some(reason);
    let ran_on = pictures.ran_on();
    RanOn { reason: ran_on.reason.or(reason), ..ran_on }
}

/// Symbols that a picture holds beside so many bytes of metadata; none when it is too small.
pub(super) fn symbols_a_picture(params: &PackParams, metadata_bytes: usize) -> u64 {
    let header = header_bytes(metadata_bytes, GROUP_BLOCKS as usize);
    let wire_bytes = usize::from(plan::symbol_bytes(params)) + CRC_BYTES;
    let room = plan::grid(params).capacity_bytes(0).saturating_sub(header);
    (room / wire_bytes) as u64
}

/// Bytes of a picture of random cells: what compressed or sealed content makes.
pub(super) fn picture_bytes(params: &PackParams) -> f64 {
    let grid = plan::grid(params);
    let mut state = 1_u64;
    let random = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let body: Vec<u8> = (0..grid.capacity_bytes(0)).map(random).collect();
    let mut jpeg = Vec::new();
    match PictureWriter::new(grid).write(None, &body, &[], &mut jpeg) {
        Ok(()) => jpeg.len() as f64,
        Err(_) => f64::INFINITY,
    }
}

/// What a person should know of such a video.
pub(super) fn decisions(params: &PackParams) -> Vec<String> {
    let grid = plan::grid(params);
    let (count, cell) = (grid.colours.count(), if grid.nine_to_one { "3x3 pixels" } else { "one pixel" });
    vec![
        format!("{count} colours, a cell is {cell}"),
        "for the old converter's parameters; archive is a tenth of the size, share survives sites".to_owned(),
    ]
}

/// A segment under way.
struct Segment<'a> {
    writer: SegmentWriter<File>,
    pictures: PictureWriter,
    metadata: &'a str,
    file_id: FileId,
    symbol_bytes: u16,
    per_picture: u32,
    frame_number: u32,
    body: Vec<u8>,
    jpeg: Vec<u8>,
    report: ChunkReport,
    path: &'a Path,
}

impl Segment<'_> {
    /// All symbols of a group of blocks, spread over pictures.
    fn group(&mut self, blocks: &[EncodedBlock], cx: &RunContext<'_>) -> Result<(), RunError> {
        let counts: Vec<u32> = blocks.iter().map(EncodedBlock::symbol_count).collect();
        for picture in interleave(&counts, self.per_picture) {
            if cx.cancel().is_cancelled() {
                return Err(RunError::Cancelled);
            }
            self.data(blocks, &picture)?;
        }
        Ok(())
    }

    fn data(&mut self, blocks: &[EncodedBlock], stretches: &[Stretch]) -> Result<(), RunError> {
        let run = |stretch: &Stretch| {
            let block = blocks.get(stretch.block)?.record();
            Some(Run { block, first_esi: stretch.first_esi, count: stretch.count as u16 })
        };
        let runs: Vec<Run> = stretches.iter().filter_map(run).collect();
        let header_bytes = self.header(FrameKind::Data, self.metadata, &runs)?;
        for stretch in stretches {
            let Some(block) = blocks.get(stretch.block) else { continue };
            for esi in stretch.first_esi..stretch.first_esi + stretch.count {
                let bytes = block.symbol(esi).unwrap_or_default();
                write_symbol(self.file_id, block.record().index, esi, bytes, &mut self.body);
            }
        }
        self.push(FrameKind::Data, None, header_bytes)
    }

    /// What a person sees; below it the header, with its metadata where there is room.
    fn card(&mut self, kind: FrameKind, card: &Card) -> Result<(), RunError> {
        let grid = self.pictures.grid();
        let room = grid.capacity_bytes(grid.row_below_card());
        let metadata = if header_bytes(self.metadata.len(), 0) <= room { self.metadata } else { "" };
        let header_bytes = self.header(kind, metadata, &[])?;
        self.body.truncate(room);
        self.push(kind, Some(card), header_bytes)
    }

    /// Begins the body; answers with the bytes of the header.
    fn header(&mut self, kind: FrameKind, metadata: &str, runs: &[Run]) -> Result<usize, RunError> {
        let (file_id, frame_number, symbol_bytes) = (self.file_id, self.frame_number, self.symbol_bytes);
        let header = FrameHeader { kind, file_id, frame_number, symbol_bytes };
        self.body.clear();
        write_header(&header, metadata.as_bytes(), runs, &mut self.body).map_err(RunError::internal)?;
        Ok(self.body.len())
    }

    fn push(&mut self, kind: FrameKind, card: Option<&Card>, header_bytes: usize) -> Result<(), RunError> {
        let header = self.body.get(..header_bytes).unwrap_or(&self.body);
        self.pictures.write(card, &self.body, header, &mut self.jpeg).map_err(|error| {
            RunError::failed(FailureKind::Internal, format!("Failed to add frame to video encoder: {error}"))
        })?;
        self.writer.push(&self.jpeg).map_err(|error| storage("write", self.path, &error))?;
        self.frame_number += 1;
        match kind {
            FrameKind::Data => self.report.data_frames += 1,
            _ => self.report.card_frames += 1,
        }
        Ok(())
    }

    /// A card may have no room for what unpack must know.
    fn say_something(&mut self) -> Result<(), RunError> {
        if self.report.data_frames == 0 { self.data(&[], &[]) } else { Ok(()) }
    }

    fn finish(self) -> Result<(SegmentInfo, ChunkReport), RunError> {
        let (_, info) = self.writer.finish().map_err(|error| storage("write", self.path, &error))?;
        Ok((info, self.report))
    }
}

fn too_small(params: &PackParams, metadata_bytes: usize) -> RunError {
    let wanted = header_bytes(metadata_bytes, GROUP_BLOCKS as usize)
        + usize::from(plan::symbol_bytes(params))
        + CRC_BYTES;
    let holds = plan::grid(params).capacity_bytes(0);
    let message = format!("pictures of this size hold {holds} bytes, and {wanted} is the least");
    Failure::new(FailureKind::Usage, message)
        .with_hint("use a larger --resolution or a larger --color-count, or --nine-to-one=off")
        .into()
}

fn storage(what: &str, path: &Path, error: &dyn std::error::Error) -> RunError {
    let because = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    RunError::failed(FailureKind::Storage, format!("cannot {what} {}: {error}{because}", path.display()))
}
