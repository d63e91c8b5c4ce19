//! One stretch of content becomes a segment of an archive's video, or the whole of it.

use std::error::Error;
use std::fs::File;
use std::path::Path;

use reel_engine::{RunContext, RunError};
use reel_types::{Failure, FailureKind, Stage};

use super::ahead::{Ahead, coded_ahead};
use super::cards::Cards;
use super::interleave::{Stretch, interleave};
use super::plan::{self, Chunk, GROUP_BLOCKS, SYMBOL_BYTES};
use super::report::{ChunkReport, Piece};
use crate::avi::{AviWriteError, SegmentInfo, SegmentWriter, write_whole};
use crate::block::EncodedBlock;
use crate::frame::{
    CRC_BYTES, FileId, FrameHeader, FrameKind, Metadata, Run, header_bytes, symbol_crc, write_header,
};
use crate::jpeg::{Card, FrameWriter, WriteError};
use crate::params::PackParams;

/// Bytes of a symbol on the wire.
const WIRE_BYTES: usize = SYMBOL_BYTES as usize + CRC_BYTES;

/// Writes what `chunk` is: the segment that others are put beside, or a whole video when there are no others.
pub(super) fn write(
    params: &PackParams,
    metadata: &str,
    chunk: &Chunk,
    cx: &RunContext<'_>,
    path: &Path,
) -> Result<(Piece, ChunkReport), RunError> {
    let mut file = File::options().read(true).write(true).create(true).truncate(true).open(path);
    let file = file.as_mut().map_err(|error| storage("make", path, error))?;
    let said = Metadata::parse(metadata.as_bytes()).map_err(RunError::internal)?;
    let scene = Scene { params, metadata, cards: Cards::new(&said, plan::geometry(params)), chunk, cx, path };
    let mut report = ChunkReport::default();
    let threads = (cx.threads(), cx);
    let piece = coded_ahead(params, said.block_bytes, chunk.blocks(), threads, |ahead| {
        if chunk.count > 1 {
            let info = scene.segment(chunk.index, ahead, SegmentWriter::new(file), &mut report)?;
            return Ok(Piece::Segment(info));
        }
        let spec = plan::avi_spec(params);
        let written = write_whole(&spec, chunk.segment_count(), file, |number, writer| {
            scene.segment(number, ahead, writer, &mut report).map_err(Stopped)
        });
        written.map(Piece::Whole).map_err(|Stopped(error)| error)
    })?;
    Ok((piece, report))
}

/// Why a whole video was not written.
struct Stopped(RunError);

impl From<AviWriteError> for Stopped {
    fn from(error: AviWriteError) -> Self {
        let because = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        Self(RunError::failed(FailureKind::Storage, format!("{error}{because}")))
    }
}

/// What all segments of a chunk have in common.
struct Scene<'a> {
    params: &'a PackParams,
    metadata: &'a str,
    cards: Cards,
    chunk: &'a Chunk,
    cx: &'a RunContext<'a>,
    path: &'a Path,
}

impl Scene<'_> {
    /// Writes segment `number` of the video, whose blocks come next.
    fn segment(
        &self,
        number: u32,
        ahead: &mut Ahead<'_>,
        writer: SegmentWriter<&mut File>,
        report: &mut ChunkReport,
    ) -> Result<SegmentInfo, RunError> {
        let Self { params, chunk, cards, cx, .. } = self;
        let mut segment = Segment::new(params, self.metadata, writer, self.path)?;
        let for_a_second = || cards.for_a_second(plan::fps(params));
        if !params.no_metadata_frames {
            let shown = if number == 0 { for_a_second() } else { cards.once() };
            shown.iter().try_for_each(|(kind, card)| segment.card(*kind, card))?;
        }
        let (blocks, is_last) = chunk.blocks_of_segment(number);
        let mut first = blocks.start;
        while first < blocks.end {
            if cx.cancel().is_cancelled() {
                return Err(RunError::Cancelled);
            }
            let next = (first + GROUP_BLOCKS).min(blocks.end);
            cx.stage(Stage::ErrorCorrection);
            let group = (first..next).map(|_| ahead.next(report)).collect::<Result<Vec<_>, _>>()?;
            cx.stage(Stage::Converting);
            segment.group(&group)?;
            ahead.recycle(group);
            first = next;
            cx.progress((first - chunk.first_block).into(), chunk.block_count.into());
        }
        if !params.no_metadata_frames && is_last {
            for_a_second().iter().try_for_each(|(kind, card)| segment.card(*kind, card))?;
        }
        let (info, frames) = segment.finish()?;
        *report = std::mem::take(report).and(&frames);
        Ok(info)
    }
}

/// A segment under way.
struct Segment<'a> {
    writer: SegmentWriter<&'a mut File>,
    pictures: FrameWriter,
    metadata: &'a str,
    file_id: FileId,
    frame_number: u32,
    jpeg: Vec<u8>,
    header: Vec<u8>,
    crcs: Vec<[u8; CRC_BYTES]>,
    report: ChunkReport,
    path: &'a Path,
}

impl<'a> Segment<'a> {
    fn new(
        params: &PackParams,
        metadata: &'a str,
        writer: SegmentWriter<&'a mut File>,
        path: &'a Path,
    ) -> Result<Self, RunError> {
        Ok(Self {
            writer,
            pictures: FrameWriter::new(plan::geometry(params)).map_err(RunError::internal)?,
            metadata,
            file_id: FileId::of(metadata.as_bytes()),
            frame_number: 0,
            jpeg: Vec::new(),
            header: Vec::new(),
            crcs: Vec::new(),
            report: ChunkReport::default(),
            path,
        })
    }

    /// All symbols of a group of blocks, spread over frames.
    fn group(&mut self, blocks: &[EncodedBlock]) -> Result<(), RunError> {
        let counts: Vec<u32> = blocks.iter().map(EncodedBlock::symbol_count).collect();
        let header = header_bytes(self.metadata.len(), blocks.len());
        let room = self.pictures.geometry().capacity_bytes().saturating_sub(header as u64);
        let per_frame = (room / WIRE_BYTES as u64) as u32;
        if per_frame == 0 {
            return Err(too_small());
        }
        interleave(&counts, per_frame).iter().try_for_each(|frame| self.data(blocks, frame))
    }

    /// One frame of symbols. Bytes that need more keys than usual make it two.
    fn data(&mut self, blocks: &[EncodedBlock], stretches: &[Stretch]) -> Result<(), RunError> {
        let runs: Vec<Run> = stretches
            .iter()
            .map(|stretch| Run {
                block: blocks[stretch.block].record(),
                first_esi: stretch.first_esi,
                count: stretch.count as u16,
            })
            .collect();
        self.write_header(FrameKind::Data, &runs)?;
        let symbols = || {
            stretches.iter().flat_map(|stretch| {
                (0..stretch.count).map(move |nth| (stretch.block, stretch.first_esi + nth))
            })
        };
        self.crcs.clear();
        for (block, esi) in symbols() {
            let bytes = blocks[block].symbol(esi).unwrap_or_default();
            let crc = symbol_crc(self.file_id, blocks[block].record().index, esi, bytes);
            self.crcs.push(crc.to_le_bytes());
        }
        let mut body: Vec<&[u8]> = Vec::with_capacity(1 + 2 * self.crcs.len());
        body.push(&self.header);
        for ((block, esi), crc) in symbols().zip(&self.crcs) {
            body.push(blocks[block].symbol(esi).unwrap_or_default());
            body.push(crc);
        }
        match self.pictures.write(None, &body, &self.header, &mut self.jpeg) {
            Ok(()) => self.push(FrameKind::Data),
            Err(WriteError::BodyTooLong { .. }) => match halves(stretches) {
                Some((one, other)) => self.data(blocks, &one).and_then(|()| self.data(blocks, &other)),
                None => Err(too_small()),
            },
            Err(error) => Err(RunError::internal(error)),
        }
    }

    fn card(&mut self, kind: FrameKind, card: &Card) -> Result<(), RunError> {
        self.write_header(kind, &[])?;
        self.pictures
            .write(Some(card), &[&self.header], &self.header, &mut self.jpeg)
            .map_err(|_| too_small())?;
        self.push(kind)
    }

    fn write_header(&mut self, kind: FrameKind, runs: &[Run]) -> Result<(), RunError> {
        let (file_id, frame_number) = (self.file_id, self.frame_number);
        let header = FrameHeader { kind, file_id, frame_number, symbol_bytes: SYMBOL_BYTES };
        self.header.clear();
        write_header(&header, self.metadata.as_bytes(), runs, &mut self.header).map_err(RunError::internal)
    }

    fn push(&mut self, kind: FrameKind) -> Result<(), RunError> {
        self.writer.push(&self.jpeg).map_err(|error| not_added(self.path, &error))?;
        self.frame_number += 1;
        match kind {
            FrameKind::Data => self.report.data_frames += 1,
            _ => self.report.card_frames += 1,
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(SegmentInfo, ChunkReport), RunError> {
        if self.writer.frame_count() == 0 {
            // Nothing to carry and no card wanted: what there is to say still needs a picture.
            self.data(&[], &[])?;
        }
        let (_, info) = self.writer.finish().map_err(|error| storage("write", self.path, &error))?;
        Ok((info, self.report))
    }
}

/// The same symbols for two frames; nothing when there is only one.
fn halves(stretches: &[Stretch]) -> Option<(Vec<Stretch>, Vec<Stretch>)> {
    let half = |stretch: &Stretch| stretch.count / 2;
    let one = stretches.iter().map(|stretch| Stretch { count: half(stretch), ..*stretch });
    let other = stretches.iter().map(|stretch| Stretch {
        first_esi: stretch.first_esi + half(stretch),
        count: stretch.count - half(stretch),
        ..*stretch
    });
    let there = |stretches: Vec<Stretch>| stretches.into_iter().filter(|s| s.count > 0).collect::<Vec<_>>();
    let (one, other) = (there(one.collect()), there(other.collect()));
    (!one.is_empty()).then_some((one, other))
}

/// What a person is told of a `--resolution` that is none.
pub(super) fn too_small() -> RunError {
    Failure::new(FailureKind::Usage, "pictures of this size do not hold one symbol")
        .with_hint("use a larger --resolution; 256x256 is enough")
        .into()
}

/// In the words that people know of the old converter.
fn not_added(path: &Path, error: &dyn std::error::Error) -> RunError {
    match storage("write", path, error) {
        RunError::Failed(mut failure) => {
            failure.message = format!("Failed to add frame to video encoder: {}", failure.message);
            RunError::Failed(failure)
        }
        other => other,
    }
}

fn storage(what: &str, path: &Path, error: &dyn std::error::Error) -> RunError {
    let because = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    RunError::failed(FailureKind::Storage, format!("cannot {what} {}: {error}{because}", path.display()))
}
