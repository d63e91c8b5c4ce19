//! Frames by the indexes, old and new.
//!
//! An index counts as true when its entries lie in the file one behind the other and the first and last of each stretch
//! point at a chunk of that size. Anything else, and the file is walked through.

use std::io::{self, Read, Seek};

use super::fields::{four, u32_at, u64_at};
use super::reader::{FRAME_COUNT_MAX, FrameSpan};
use super::segment::{INDEX_ENTRY_BYTES, INDEX_HEAD_BYTES, SEGMENT_BYTES_MAX};
use super::walk::{Opening, is_frame_chunk, next_chunk};
use super::window::Window;

/// Entries read at once.
const ENTRIES_AT_ONCE: u64 = 8192;

/// The size's highest bit says that a frame is no key frame.
const SIZE_MASK: u32 = 0x7FFF_FFFF;

/// All frames by the super index; nothing when there is none, or when it cannot be true.
pub(super) fn frames_by_super_index<R: Read + Seek>(
    window: &mut Window<R>,
    opening: &Opening,
) -> io::Result<Option<Vec<FrameSpan>>> {
    let Some((index_at, index_bytes)) = opening.super_index else { return Ok(None) };
    let head = window.bytes_at(index_at, 24)?.to_vec();
    let [words_low, words_high, sub_type, kind] = four(&head, 0);
    let entry_count = u64::from(u32_at(&head, 4));
    let is_super = [words_low, words_high, sub_type, kind] == [4, 0, 0, 0];
    if !is_super || entry_count == 0 || entry_count > index_bytes.saturating_sub(24) / 16 {
        return Ok(None);
    }
    let mut frames = Vec::new();
    let mut read_to = 0;
    for entry in 0..entry_count {
        let entry = window.bytes_at(index_at + 24 + entry * 16, 16)?;
        if entry.len() < 16 {
            return Ok(None);
        }
        let segment_index_at = u64_at(entry, 0);
        // Segments follow each other, and so do their indexes; one that is named again and again would be read as often.
        if segment_index_at < read_to {
            return Ok(None);
        }
        match append_segment(window, opening, segment_index_at, &mut frames)? {
            Some(end) => read_to = end,
            None => return Ok(None),
        }
    }
    Ok(Some(frames).filter(|frames| !frames.is_empty()))
}

/// Appends the frames of the segment index at `at` and gives its end; nothing when it cannot be true.
fn append_segment<R: Read + Seek>(
    window: &mut Window<R>,
    opening: &Opening,
    at: u64,
    frames: &mut Vec<FrameSpan>,
) -> io::Result<Option<u64>> {
    let head = window.bytes_at(at, INDEX_HEAD_BYTES as usize)?.to_vec();
    let [i, x, ..] = four(&head, 0);
    let entry_count = u64::from(u32_at(&head, 12));
    let content_bytes = u64::from(u32_at(&head, 4));
    let is_index = head.len() as u64 == INDEX_HEAD_BYTES
        && [i, x] == *b"ix"
        && four(&head, 8) == [2, 0, 0, 1]
        && is_frame_chunk(four(&head, 16), opening.stream)
        && entry_count <= content_bytes.saturating_sub(INDEX_HEAD_BYTES - 8) / INDEX_ENTRY_BYTES;
    if !is_index {
        return Ok(None);
    }
    let base = u64_at(&head, 20);
    let first = frames.len();
    let mut done = 0;
    while done < entry_count {
        let count = (entry_count - done).min(ENTRIES_AT_ONCE);
        let entries_at = at.saturating_add(INDEX_HEAD_BYTES + done * INDEX_ENTRY_BYTES);
        let entries = window.bytes_at(entries_at, (count * INDEX_ENTRY_BYTES) as usize)?;
        if (entries.len() as u64) < count * INDEX_ENTRY_BYTES {
            return Ok(None);
        }
        let entries = entries.to_vec();
        for entry in entries.chunks_exact(INDEX_ENTRY_BYTES as usize) {
            let offset = base.saturating_add(u64::from(u32_at(entry, 0)));
            let span = FrameSpan { offset, len: u32_at(entry, 4) & SIZE_MASK };
            if !append(span, window.file_bytes(), frames) {
                return Ok(None);
            }
        }
        done += count;
    }
    let end = at.saturating_add(INDEX_HEAD_BYTES + entry_count * INDEX_ENTRY_BYTES);
    Ok(ends_are_chunks(window, opening, frames.get(first..).unwrap_or_default())?.then_some(end))
}

/// All frames by the old index, when the file is a single RIFF.
pub(super) fn frames_by_idx1<R: Read + Seek>(
    window: &mut Window<R>,
    opening: &Opening,
) -> io::Result<Option<Vec<FrameSpan>>> {
    let Some((movi_at, movi_end)) = opening.movi else { return Ok(None) };
    let Some((entries_at, entries_bytes, end)) = find_idx1(window, movi_end)? else { return Ok(None) };
    // What follows a first RIFF is not in its index.
    if four(window.bytes_at(end, 4)?, 0) == *b"RIFF" {
        return Ok(None);
    }
    let mut frames = Vec::new();
    // Offsets count from `movi`, but some programs count from the start of the file.
    let mut base = movi_at;
    for entry in 0..entries_bytes / 16 {
        let entry_at = entries_at + entry * 16;
        let bytes = window.bytes_at(entry_at, 16)?;
        if bytes.len() < 16 {
            return Ok(None);
        }
        let (name, offset, len) = (four(bytes, 0), u64::from(u32_at(bytes, 8)), u32_at(bytes, 12));
        if !is_frame_chunk(name, opening.stream) {
            continue;
        }
        if frames.is_empty() && offset > movi_at {
            base = 0;
        }
        let span = FrameSpan { offset: base.saturating_add(offset).saturating_add(8), len };
        if !append(span, window.file_bytes(), &mut frames) {
            return Ok(None);
        }
    }
    let is_true = !frames.is_empty() && ends_are_chunks(window, opening, &frames)?;
    Ok(Some(frames).filter(|_| is_true))
}

/// Start and size of the old index's entries, and the end of its chunk.
fn find_idx1<R: Read + Seek>(window: &mut Window<R>, movi_end: u64) -> io::Result<Option<(u64, u64, u64)>> {
    let mut at = movi_end;
    // JUNK may stand between.
    for _ in 0..4 {
        let Some(chunk) = next_chunk(window, at)? else { return Ok(None) };
        if chunk.name == *b"idx1" {
            return Ok(Some((chunk.content_at, chunk.size, chunk.end())));
        }
        at = chunk.end();
    }
    Ok(None)
}

/// Appends a frame that lies in the file and behind the last one. Frames without bytes, which repeat the one before,
/// are left out.
fn append(span: FrameSpan, file_bytes: u64, frames: &mut Vec<FrameSpan>) -> bool {
    if span.len == 0 {
        return true;
    }
    let behind = frames.last().is_none_or(|last| last.end() <= span.offset);
    let is_short = u64::from(span.len) <= SEGMENT_BYTES_MAX;
    let fits = behind && is_short && span.end() <= file_bytes && frames.len() < FRAME_COUNT_MAX;
    if fits {
        frames.push(span);
    }
    fits
}

/// Whether the first and the last of these frames stand in chunks of their size.
fn ends_are_chunks<R: Read + Seek>(
    window: &mut Window<R>,
    opening: &Opening,
    frames: &[FrameSpan],
) -> io::Result<bool> {
    for span in [frames.first(), frames.last()].into_iter().flatten() {
        let header = window.bytes_at(span.offset.saturating_sub(8), 8)?;
        let is_chunk = is_frame_chunk(four(header, 0), opening.stream) && u32_at(header, 4) == span.len;
        if !is_chunk {
            return Ok(false);
        }
    }
    Ok(true)
}
