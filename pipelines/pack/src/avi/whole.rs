//! Writing a whole AVI at once, where nobody else writes a part of it.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;

use super::assemble::{before_further_segment, idx1_from_entries, patch_bases};
use super::error::AviWriteError;
use super::header::{header, header_bytes};
use super::layout::{AviSpec, BEFORE_SEGMENT_BYTES, layout};
use super::segment::{INDEX_ENTRY_BYTES, INDEX_HEAD_BYTES, SegmentInfo, SegmentWriter};

/// Writes an AVI of `segment_count` segments to `out`, which should be empty and readable: `write` is given the number of
/// each, from 0, and fills it. The same bytes as [`super::assemble`] makes of these segments, without copying them. Gives
/// where each segment begins.
///
/// # Errors
/// What `write` says, and [`AviWriteError`] turned into that; `out` then holds a part of a file.
pub fn write_whole<E: From<AviWriteError>>(
    spec: &AviSpec,
    segment_count: u32,
    out: &mut File,
    mut write: impl FnMut(u32, SegmentWriter<&mut File>) -> Result<SegmentInfo, E>,
) -> Result<Vec<(u64, SegmentInfo)>, E> {
    let failed = |error: io::Error| E::from(AviWriteError::WriteVideo(error));
    let mut infos: Vec<SegmentInfo> = Vec::new();
    let mut start = header_bytes(segment_count as usize);
    for number in 0..segment_count {
        out.seek(SeekFrom::Start(start)).map_err(failed)?;
        let info = write(number, SegmentWriter::new(&mut *out))?;
        let mut end = start + info.bytes();
        if number == 0 {
            let idx1 = idx1_at(out, start, &info).map_err(failed)?;
            out.write_all_at(&idx1, end).map_err(failed)?;
            end += idx1.len() as u64;
        } else {
            let before = before_further_segment(&info);
            out.write_all_at(&before, start - BEFORE_SEGMENT_BYTES).map_err(failed)?;
        }
        infos.push(info);
        start = end + BEFORE_SEGMENT_BYTES;
    }
    let layout = layout(&infos)?;
    out.write_all_at(&header(spec, &infos, &layout), 0).map_err(failed)?;
    patch_bases(&infos, &layout, out).map_err(failed)?;
    out.flush().map_err(failed)?;
    Ok(layout.starts.into_iter().zip(infos).collect())
}

/// The old index of the segment that begins at `start`.
fn idx1_at(out: &File, start: u64, info: &SegmentInfo) -> io::Result<Vec<u8>> {
    let mut entries = vec![0; info.frame_count as usize * INDEX_ENTRY_BYTES as usize];
    out.read_exact_at(&mut entries, start + info.chunks_bytes + INDEX_HEAD_BYTES)?;
    Ok(idx1_from_entries(info, &entries))
}
