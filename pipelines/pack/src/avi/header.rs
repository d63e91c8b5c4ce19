//! Everything before the first frame.

use super::fields::{chunk_header, list_header};
use super::layout::{AviSpec, Layout, idx1_bytes};
use super::segment::{FRAME_CHUNK, SegmentInfo};

const MAIN_BYTES: u32 = 56;
const STREAM_BYTES: u32 = 56;
const FORMAT_BYTES: u32 = 40;
const EXTENDED_BYTES: u32 = 248;
const SUPER_HEAD_BYTES: u32 = 24;
const SUPER_ENTRY_BYTES: u32 = 16;

/// The file has an index; it says the truth about chunk types; it is interleaved.
const FLAGS: u32 = 0x10 | 0x100 | 0x800;

/// Bytes before the first segment, `LIST` … `movi` included.
pub(super) fn header_bytes(segment_count: usize) -> u64 {
    u64::from(12 + 8 + list_bytes(segment_count as u32) + 12)
}

/// The header of a file with these segments.
pub(super) fn header(spec: &AviSpec, segments: &[SegmentInfo], layout: &Layout) -> Vec<u8> {
    let segment_count = segments.len() as u32;
    let mut out = Vec::new();
    let Some(first) = segments.first() else { return out };
    let movi_bytes = 4 + first.bytes();
    // The sizes of one RIFF fit: a segment has at most 2^30 bytes.
    let riff_bytes = header_bytes(segments.len()) - 8 + first.bytes() + idx1_bytes(first);
    out.extend(list_header(*b"RIFF", riff_bytes as u32, *b"AVI "));
    out.extend(list_header(*b"LIST", list_bytes(segment_count), *b"hdrl"));
    let frame_bytes_max = segments.iter().map(|segment| segment.frame_bytes_max).max().unwrap_or(0);
    write_main(spec, first.frame_count, frame_bytes_max, &mut out);
    out.extend(list_header(*b"LIST", stream_list_bytes(segment_count), *b"strl"));
    write_stream(spec, layout.frame_count, frame_bytes_max, &mut out);
    write_format(spec, &mut out);
    write_super_index(segments, layout, &mut out);
    out.extend(list_header(*b"LIST", 4 + 8 + EXTENDED_BYTES, *b"odml"));
    out.extend(chunk_header(*b"dmlh", EXTENDED_BYTES));
    out.extend(layout.frame_count.to_le_bytes());
    out.extend([0; EXTENDED_BYTES as usize - 4]);
    out.extend(list_header(*b"LIST", movi_bytes as u32, *b"movi"));
    out
}

/// Size field of `hdrl`.
fn list_bytes(segment_count: u32) -> u32 {
    4 + 8 + MAIN_BYTES + 8 + stream_list_bytes(segment_count) + 8 + 4 + 8 + EXTENDED_BYTES
}

/// Size field of `strl`.
fn stream_list_bytes(segment_count: u32) -> u32 {
    4 + 8 + STREAM_BYTES + 8 + FORMAT_BYTES + 8 + SUPER_HEAD_BYTES + SUPER_ENTRY_BYTES * segment_count
}

fn write_main(spec: &AviSpec, frame_count_of_first: u32, frame_bytes_max: u32, out: &mut Vec<u8>) {
    let micros_per_frame = 1e6 / spec.fps.as_f64();
    let bytes_per_sec = f64::from(frame_bytes_max) * spec.fps.as_f64();
    out.extend(chunk_header(*b"avih", MAIN_BYTES));
    let fields = [
        micros_per_frame as u32, // `as` saturates
        bytes_per_sec as u32,
        0,
        FLAGS,
        frame_count_of_first,
        0,
        1,
        frame_bytes_max.saturating_add(8),
        spec.width,
        spec.height,
        0,
        0,
        0,
        0,
    ];
    fields.iter().for_each(|field| out.extend(field.to_le_bytes()));
}

fn write_stream(spec: &AviSpec, frame_count: u32, frame_bytes_max: u32, out: &mut Vec<u8>) {
    out.extend(chunk_header(*b"strh", STREAM_BYTES));
    out.extend(b"vidsMJPG");
    let buffer_bytes = frame_bytes_max.saturating_add(8);
    // Flags, priority, initial frames; scale, rate; start, length; buffer, quality (unknown), sample size.
    let fields = [0, 0, 0, spec.fps.den, spec.fps.num, 0, frame_count, buffer_bytes, u32::MAX, 0];
    fields.iter().for_each(|field: &u32| out.extend(field.to_le_bytes()));
    let side = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX).to_le_bytes();
    out.extend([0; 4]);
    out.extend(side(spec.width));
    out.extend(side(spec.height));
}

fn write_format(spec: &AviSpec, out: &mut Vec<u8>) {
    out.extend(chunk_header(*b"strf", FORMAT_BYTES));
    let image_bytes = spec.width.saturating_mul(spec.height).saturating_mul(3);
    out.extend(FORMAT_BYTES.to_le_bytes());
    out.extend(spec.width.to_le_bytes());
    out.extend(spec.height.to_le_bytes());
    // One plane, 24 bits a pixel.
    out.extend([1, 0, 24, 0]);
    out.extend(b"MJPG");
    out.extend(image_bytes.to_le_bytes());
    out.extend([0; 16]);
}

fn write_super_index(segments: &[SegmentInfo], layout: &Layout, out: &mut Vec<u8>) {
    let segment_count = segments.len() as u32;
    out.extend(chunk_header(*b"indx", SUPER_HEAD_BYTES + SUPER_ENTRY_BYTES * segment_count));
    // Four words an entry, no sub type, an index of indexes.
    out.extend([4, 0, 0, 0]);
    out.extend(segment_count.to_le_bytes());
    out.extend(FRAME_CHUNK);
    out.extend([0; 12]);
    for (segment, start) in segments.iter().zip(&layout.starts) {
        out.extend((start + segment.chunks_bytes).to_le_bytes());
        out.extend((segment.index_bytes as u32).to_le_bytes());
        out.extend(segment.frame_count.to_le_bytes());
    }
}
