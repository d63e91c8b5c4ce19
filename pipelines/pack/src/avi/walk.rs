//! The way through an AVI from chunk to chunk.

use std::io::{self, Read, Seek};

use reel_types::time::Rational;

use super::error::AviError;
use super::fields::{four, padded, u32_at};
use super::reader::{FRAME_COUNT_MAX, FrameSpan};
use super::segment::SEGMENT_BYTES_MAX;
use super::window::Window;

/// Chunks and lists before the frames, at most. A header of ours has seven.
const OPENING_CHUNK_COUNT_MAX: u32 = 4096;

/// How far into a file without an AVI's header the first frame is searched.
const SEARCH_BYTES_MAX: u64 = 64 << 20;

/// What stands before the frames. Everything is missing from a file that lost its beginning.
#[derive(Debug, Default)]
pub(super) struct Opening {
    pub is_avi: bool,
    pub size: Option<(u32, u32)>,
    pub fps: Option<Rational>,
    /// Four characters that name the coding of the pictures.
    pub codec: Option<String>,
    /// Number of the stream of pictures; any, when the header does not say.
    pub stream: Option<u8>,
    /// Content of `indx`: start and bytes.
    pub super_index: Option<(u64, u64)>,
    /// Where the name `movi` stands, and the end of its list.
    pub movi: Option<(u64, u64)>,
}

/// A chunk whose header was read; it may reach beyond the end of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub name: [u8; 4],
    pub content_at: u64,
    pub size: u64,
    /// Of a list.
    pub kind: [u8; 4],
}

impl Chunk {
    /// Where the next chunk begins.
    pub fn end(&self) -> u64 {
        self.content_at.saturating_add(padded(self.size))
    }

    fn is_list(&self) -> bool {
        self.name == *b"LIST" || self.name == *b"RIFF"
    }
}

/// The chunk at `at`; nothing behind the end or when no name stands there.
pub(super) fn next_chunk<R: Read + Seek>(window: &mut Window<R>, at: u64) -> io::Result<Option<Chunk>> {
    let bytes = window.bytes_at(at, 12)?;
    let name = four(bytes, 0);
    if bytes.len() < 8 || !name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b' ') {
        return Ok(None);
    }
    let (size, kind) = (u64::from(u32_at(bytes, 4)), four(bytes, 8));
    Ok(Some(Chunk { name, content_at: at + 8, size, kind }))
}

/// Whether a chunk of this name holds a picture of the stream.
pub(super) fn is_frame_chunk(name: [u8; 4], stream: Option<u8>) -> bool {
    let [tens, ones, d, kind] = name;
    let number = (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'));
    d == b'd' && (kind == b'c' || kind == b'b') && number.is_some_and(|n| stream.is_none_or(|s| s == n))
}

/// Reads what stands before the frames, as far as it can be understood.
pub(super) fn read_opening<R: Read + Seek>(window: &mut Window<R>) -> io::Result<Opening> {
    let mut opening = Opening::default();
    match next_chunk(window, 0)? {
        Some(chunk) if chunk.name == *b"RIFF" && chunk.kind == *b"AVI " => opening.is_avi = true,
        _ => return Ok(opening),
    }
    let (mut at, mut stream_count, mut in_video_stream) = (12, 0u8, false);
    for _ in 0..OPENING_CHUNK_COUNT_MAX {
        let Some(chunk) = next_chunk(window, at)? else { break };
        let content = window.bytes_at(chunk.content_at, 56)?;
        match &chunk.name {
            b"LIST" if chunk.kind == *b"movi" => {
                opening.movi = Some((chunk.content_at, chunk.end()));
                break;
            }
            b"strh" => {
                in_video_stream = opening.stream.is_none() && four(content, 0) == *b"vids";
                if in_video_stream {
                    opening.stream = Some(stream_count);
                    opening.fps = Rational::new(u32_at(content, 24), u32_at(content, 20));
                    let codec = four(content, 4).escape_ascii().to_string();
                    opening.codec = Some(codec);
                }
                stream_count = stream_count.saturating_add(1);
            }
            b"strf" if in_video_stream && chunk.size >= 40 => {
                // A negative height means rows from top to bottom.
                let height = u32_at(content, 8).cast_signed().unsigned_abs();
                opening.size = Some((u32_at(content, 4), height));
            }
            b"indx" if in_video_stream => opening.super_index = Some((chunk.content_at, chunk.size)),
            _ => {}
        }
        // Lists are walked into, so nothing recurses.
        at = if chunk.is_list() { chunk.content_at + 4 } else { chunk.end() };
    }
    Ok(opening)
}

/// Finds frames by walking from chunk to chunk, and by searching for the next one where that leads nowhere. Each byte
/// is looked at once.
pub(super) fn walk_frames<R: Read + Seek>(
    window: &mut Window<R>,
    opening: &Opening,
) -> Result<Vec<FrameSpan>, AviError> {
    let file_bytes = window.file_bytes();
    let mut frames: Vec<FrameSpan> = Vec::new();
    let mut at = match opening.movi {
        Some((movi_at, _)) => movi_at + 4,
        None => 0,
    };
    while at < file_bytes {
        let chunk = next_chunk(window, at)?;
        at = match chunk {
            Some(chunk) if is_picture(window, opening, chunk)? => {
                let (end, next_at) = picture_end(window, opening, chunk)?;
                let len = u32::try_from(end - chunk.content_at).unwrap_or(u32::MAX);
                if frames.len() == FRAME_COUNT_MAX {
                    return Err(AviError::TooManyFrames);
                }
                frames.push(FrameSpan { offset: chunk.content_at, len });
                next_at
            }
            Some(chunk) if chunk.is_list() => chunk.content_at + 4,
            Some(chunk) if leads_on(window, chunk)? => chunk.end(),
            _ => {
                let has_header = opening.is_avi || !frames.is_empty();
                let end = if has_header { file_bytes } else { file_bytes.min(SEARCH_BYTES_MAX) };
                match search_picture(window, opening, at + 1, end)? {
                    Some(found) => found,
                    None => break,
                }
            }
        };
    }
    Ok(frames)
}

/// Whether the chunk is one of ours with a JPEG in it.
fn is_picture<R: Read + Seek>(window: &mut Window<R>, opening: &Opening, chunk: Chunk) -> io::Result<bool> {
    let begins = four(window.bytes_at(chunk.content_at, 4)?, 0);
    Ok(is_frame_chunk(chunk.name, opening.stream)
        && chunk.size > 4
        && begins.starts_with(&[0xFF, 0xD8, 0xFF]))
}

/// Where a picture's bytes end and where to go on: as its chunk says when another chunk or the end of the file follows
/// there, else before the next picture.
fn picture_end<R: Read + Seek>(
    window: &mut Window<R>,
    opening: &Opening,
    chunk: Chunk,
) -> io::Result<(u64, u64)> {
    let file_bytes = window.file_bytes();
    if chunk.size <= SEGMENT_BYTES_MAX && leads_on(window, chunk)? {
        return Ok((chunk.content_at + chunk.size, chunk.end()));
    }
    let next = search_picture(window, opening, chunk.content_at + 3, file_bytes)?.unwrap_or(file_bytes);
    let longest = chunk.content_at.saturating_add(SEGMENT_BYTES_MAX);
    Ok((next.min(longest), next))
}

/// Whether a known chunk, or the end of the file, follows the chunk.
fn leads_on<R: Read + Seek>(window: &mut Window<R>, chunk: Chunk) -> io::Result<bool> {
    let end = chunk.end();
    // The padding of the last chunk may be missing; of a next one less than a header may be left.
    let file_bytes = window.file_bytes();
    let is_last = chunk.content_at + chunk.size <= file_bytes && end.saturating_add(8) > file_bytes;
    if is_last {
        return Ok(true);
    }
    let [a, b, c, d] = match next_chunk(window, end)? {
        Some(next) => next.name,
        None => return Ok(false),
    };
    let of_stream =
        a.is_ascii_digit() && b.is_ascii_digit() && [b"dc", b"db", b"wb", b"tx", b"pc"].contains(&&[c, d]);
    let index = [a, b] == *b"ix" && c.is_ascii_digit() && d.is_ascii_digit();
    let known = [b"LIST", b"RIFF", b"JUNK", b"idx1", b"indx", b"rec "].contains(&&[a, b, c, d]);
    Ok(of_stream || index || known)
}

fn search_picture<R: Read + Seek>(
    window: &mut Window<R>,
    opening: &Opening,
    at: u64,
    end: u64,
) -> io::Result<Option<u64>> {
    window.search(at, end, 11, |bytes| {
        // The rarest byte first: this runs over every byte of a damaged file.
        bytes.get(8..11) == Some(&[0xFF, 0xD8, 0xFF]) && is_frame_chunk(four(bytes, 0), opening.stream)
    })
}
