//! A segment read back from the disk before anybody sees it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use reel_engine::{RunContext, RunError};
use reel_kernels::Place;

use super::plan::Chunk;
use super::report::{Piece, not_verified};
use crate::collect::{Collector, Store};
use crate::frame::{FileId, Metadata};
use crate::picture::BodyReader;

/// Every block must be there with its digest, and every symbol with its checksum.
pub(super) fn verify(
    (metadata, symbol_bytes, place): (&str, u16, Place),
    chunk: &Chunk,
    piece: &Piece,
    path: &Path,
    cx: &RunContext<'_>,
) -> Result<(), RunError> {
    let file_id = FileId::of(metadata.as_bytes());
    let metadata = Metadata::parse(metadata.as_bytes()).map_err(RunError::internal)?;
    let mut collector = Collector::new(&metadata, (file_id, symbol_bytes), chunk.blocks(), Store::Nowhere);
    let mut file = File::open(path).map_err(not_verified)?;
    let (mut jpeg, mut body, mut reader) = (Vec::new(), Vec::new(), BodyReader::on(place));
    for (start, segment) in &piece.segments() {
        file.seek(SeekFrom::Start(*start)).map_err(not_verified)?;
        for _ in 0..segment.frame_count {
            if cx.cancel().is_cancelled() {
                return Err(RunError::Cancelled);
            }
            next_chunk(&mut file, segment.frame_bytes_max, &mut jpeg).map_err(not_verified)?;
            reader.read(&jpeg, &mut body).map_err(not_verified)?;
            collector.take_body(&body)?;
        }
    }
    let outcome = collector.finish()?;
    if outcome.bad_frames + outcome.bad_symbols > 0 {
        let (frames, symbols) = (outcome.bad_frames, outcome.bad_symbols);
        return Err(not_verified(format!("{frames} pictures and {symbols} symbols do not hold")));
    }
    match outcome.holes.first() {
        None => Ok(()),
        Some(hole) => Err(not_verified(format!("block {} cannot be read back", hole.first_block))),
    }
}

fn next_chunk(file: &mut File, bytes_max: u32, out: &mut Vec<u8>) -> io::Result<()> {
    let mut head = [0; 8];
    file.read_exact(&mut head)?;
    let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
    if size > bytes_max {
        return Err(io::Error::other(format!("a picture of {size} bytes")));
    }
    out.resize(size as usize, 0);
    file.read_exact(out)?;
    if size % 2 == 1 {
        file.read_exact(&mut head[..1])?;
    }
    Ok(())
}
