//! Segments put together, copied and not rewritten.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::error::AviWriteError;
use super::fields::{chunk_header, list_header, u32_at};
use super::header::header;
use super::layout::{AviSpec, BEFORE_SEGMENT_BYTES, Layout, idx1_bytes, layout};
use super::segment::{FRAME_CHUNK, INDEX_BASE_AT, INDEX_ENTRY_BYTES, INDEX_HEAD_BYTES, SegmentInfo};

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssembledAvi {
    /// Bytes of the file.
    pub bytes: u64,
    /// Frames in it.
    pub frame_count: u32,
}

/// Writes an AVI of these segments, in this order, from the start of `out`, which should be empty. Frames are copied by
/// the kernel where it can (`copy_file_range`).
///
/// # Errors
/// [`AviWriteError`]; `out` then holds a part of a file.
pub fn assemble(
    spec: &AviSpec,
    segments: &[(SegmentInfo, &Path)],
    out: &mut File,
) -> Result<AssembledAvi, AviWriteError> {
    let infos: Vec<SegmentInfo> = segments.iter().map(|(info, _)| *info).collect();
    let layout = layout(&infos)?;
    out.seek(SeekFrom::Start(0)).map_err(AviWriteError::WriteVideo)?;
    for (position, (info, path)) in segments.iter().enumerate() {
        let mut segment = open(info, path)?;
        let before = match position {
            0 => header(spec, &infos, &layout),
            _ => before_further_segment(info),
        };
        out.write_all(&before).map_err(AviWriteError::WriteVideo)?;
        copy_segment(&mut segment, info, path, out)?;
        if position == 0 {
            let idx1 = idx1_of(&mut segment, info).map_err(|source| read_error(path, source))?;
            out.write_all(&idx1).map_err(AviWriteError::WriteVideo)?;
        }
    }
    patch_bases(&infos, &layout, out).map_err(AviWriteError::WriteVideo)?;
    Ok(AssembledAvi { bytes: layout.bytes, frame_count: layout.frame_count })
}

fn open(info: &SegmentInfo, path: &Path) -> Result<File, AviWriteError> {
    let file = File::open(path).map_err(|source| read_error(path, source))?;
    let found_bytes = file.metadata().map_err(|source| read_error(path, source))?.len();
    if info.frame_count == 0 {
        return Err(AviWriteError::EmptySegment { path: path.to_owned() });
    }
    if found_bytes != info.bytes() {
        return Err(segment_bytes(info, path, found_bytes));
    }
    Ok(file)
}

/// `RIFF` … `AVIX` and `LIST` … `movi` of a segment that is not the first.
pub(super) fn before_further_segment(info: &SegmentInfo) -> Vec<u8> {
    // A segment has at most 2^30 bytes.
    let movi_bytes = 4 + info.bytes() as u32;
    let mut out = Vec::with_capacity(BEFORE_SEGMENT_BYTES as usize);
    out.extend(list_header(*b"RIFF", 4 + 8 + movi_bytes, *b"AVIX"));
    out.extend(list_header(*b"LIST", movi_bytes, *b"movi"));
    out
}

fn copy_segment(
    from: &mut File,
    info: &SegmentInfo,
    path: &Path,
    out: &mut File,
) -> Result<(), AviWriteError> {
    let found_bytes = io::copy(&mut from.take(info.bytes()), out).map_err(AviWriteError::WriteVideo)?;
    if found_bytes != info.bytes() {
        return Err(segment_bytes(info, path, found_bytes));
    }
    Ok(())
}

/// The old index of the first segment, made from the one it carries.
fn idx1_of(segment: &mut File, info: &SegmentInfo) -> io::Result<Vec<u8>> {
    segment.seek(SeekFrom::Start(info.chunks_bytes + INDEX_HEAD_BYTES))?;
    let mut entries = vec![0; info.frame_count as usize * INDEX_ENTRY_BYTES as usize];
    segment.read_exact(&mut entries)?;
    Ok(idx1_from_entries(info, &entries))
}

/// The same from the entries alone.
pub(super) fn idx1_from_entries(info: &SegmentInfo, entries: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(idx1_bytes(info) as usize);
    out.extend(chunk_header(*b"idx1", idx1_bytes(info) as u32 - 8));
    for entry in entries.chunks_exact(INDEX_ENTRY_BYTES as usize) {
        out.extend(FRAME_CHUNK);
        // A key frame.
        out.extend(0x10u32.to_le_bytes());
        // Here a chunk's header is meant, counted from `movi`; there its content, counted from the segment's start.
        out.extend(u32_at(entry, 0).saturating_sub(4).to_le_bytes());
        out.extend(u32_at(entry, 4).to_le_bytes());
    }
    out
}

/// Tells each index where its segment has come to stand.
pub(super) fn patch_bases(infos: &[SegmentInfo], layout: &Layout, out: &mut File) -> io::Result<()> {
    for (info, start) in infos.iter().zip(&layout.starts) {
        out.seek(SeekFrom::Start(start + info.chunks_bytes + INDEX_BASE_AT))?;
        out.write_all(&start.to_le_bytes())?;
    }
    out.seek(SeekFrom::Start(layout.bytes))?;
    Ok(())
}

fn read_error(path: &Path, source: io::Error) -> AviWriteError {
    AviWriteError::ReadSegment { path: path.to_owned(), source }
}

fn segment_bytes(info: &SegmentInfo, path: &Path, found_bytes: u64) -> AviWriteError {
    AviWriteError::SegmentBytes { path: path.to_owned(), found_bytes, expected_bytes: info.bytes() }
}
