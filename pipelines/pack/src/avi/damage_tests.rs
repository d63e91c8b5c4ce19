//! Files that lost a part, or lie.

use std::io::Cursor;

use proptest::prelude::*;

use super::reader::{FrameList, list_frames};
use super::tests::{frame, write_avi};
use super::*;

fn sample() -> (Vec<u8>, Vec<Vec<u8>>) {
    let folder = tempfile::tempdir().unwrap();
    let segments: Vec<Vec<_>> = (0..3)
        .map(|segment| (0..4).map(|index| frame(60 + index * 17, segment * 4 + index as u8)).collect())
        .collect();
    let bytes = std::fs::read(write_avi(folder.path(), &segments)).unwrap();
    (bytes, segments.concat())
}

fn list(bytes: &[u8]) -> Result<FrameList, AviError> {
    list_frames(Cursor::new(bytes))
}

fn frames_of(bytes: &[u8]) -> Vec<Vec<u8>> {
    let spans = list(bytes).map(|list| list.frames).unwrap_or_default();
    spans.iter().map(|span| bytes[span.offset as usize..span.end() as usize].to_vec()).collect()
}

/// What must hold of any list: spans within the file, one behind the other.
fn check_spans(bytes: &[u8]) {
    if let Ok(list) = list(bytes) {
        let mut end = 0;
        for span in &list.frames {
            assert!(span.offset >= end && span.len > 0, "{span:?}");
            end = span.end();
        }
        assert!(end <= bytes.len() as u64);
    }
}

fn position_of(bytes: &[u8], name: &[u8]) -> usize {
    bytes.windows(name.len()).position(|window| window == name).unwrap()
}

#[test]
fn a_file_cut_off_anywhere_gives_every_frame_before_the_cut() {
    let (bytes, frames) = sample();
    let ends: Vec<usize> = list(&bytes).unwrap().frames.iter().map(|span| span.end() as usize).collect();
    for cut in 0..bytes.len() {
        let whole = ends.iter().filter(|&&end| end <= cut).count();
        let found = frames_of(&bytes[..cut]);
        assert!(found.len() == whole || found.len() == whole + 1, "{cut}: {} of {whole}", found.len());
        assert_eq!(found[..whole], frames[..whole], "{cut}");
        // A last frame that is cut off is listed as far as it is there.
        assert!(found.get(whole).is_none_or(|part| frames[whole].starts_with(part)), "{cut}");
    }
}

#[test]
fn a_file_without_its_beginning_gives_every_frame_behind_the_cut() {
    let (bytes, frames) = sample();
    let starts: Vec<usize> =
        list(&bytes).unwrap().frames.iter().map(|span| span.offset as usize - 8).collect();
    for cut in 1..bytes.len() {
        let gone = starts.iter().filter(|&&start| start < cut).count();
        assert_eq!(frames_of(&bytes[cut..]), frames[gone..], "{cut}");
    }
}

#[test]
fn a_damaged_length_loses_no_other_frame() {
    let (bytes, frames) = sample();
    let spans = list(&bytes).unwrap().frames;
    let blind = without_indexes(&bytes);
    for (index, span) in spans.iter().enumerate() {
        for length in [0u32, 5, span.len - 1, span.len + 1, 4000, u32::MAX] {
            let mut damaged = blind.clone();
            let at = span.offset as usize - 4;
            damaged[at..at + 4].copy_from_slice(&length.to_le_bytes());
            let found = frames_of(&damaged);
            for (other, frame) in frames.iter().enumerate().filter(|(other, _)| *other != index) {
                assert!(found.contains(frame), "frame {other} is lost when {index} has length {length}");
            }
        }
    }
}

fn without_indexes(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for name in [b"indx", b"ix00", b"idx1"] {
        while let Some(at) = bytes.windows(4).position(|window| window == name) {
            bytes[at..at + 4].copy_from_slice(b"JUNK");
        }
    }
    bytes
}

#[test]
fn an_index_that_lies_is_not_believed() {
    let (bytes, frames) = sample();
    let super_at = position_of(&bytes, b"indx") + 8;
    let segment_at = position_of(&bytes, b"ix00") + 8;
    let lies: [(usize, &[u8]); 9] = [
        (super_at, &[4, 0, 0, 1]),
        (super_at + 4, &[0xFF; 4]),
        (super_at + 24, &[0xFF; 8]),
        (super_at + 24, &[0; 8]),
        (segment_at, &[3, 0]),
        (segment_at + 4, &[0xFF; 4]),
        (segment_at + 12, &[0xFF; 8]),
        (segment_at + 24, &[9, 0, 0, 0]),
        (segment_at + 28, &[1, 0, 0, 0]),
    ];
    for (at, lie) in lies {
        let mut bytes = bytes.clone();
        bytes[at..at + lie.len()].copy_from_slice(lie);
        let list = list(&bytes).unwrap();
        assert!(list.recovered, "{at} {lie:?}");
        assert_eq!(frames_of(&bytes), frames, "{at} {lie:?}");
    }
}

#[test]
fn the_old_index_serves_a_file_of_one_riff() {
    let folder = tempfile::tempdir().unwrap();
    let frames: Vec<_> = (0..5).map(|index| frame(50 + index, 1)).collect();
    let mut bytes = std::fs::read(write_avi(folder.path(), std::slice::from_ref(&frames))).unwrap();
    let at = position_of(&bytes, b"indx");
    bytes[at..at + 4].copy_from_slice(b"JUNK");
    assert!(!list(&bytes).unwrap().recovered);
    assert_eq!(frames_of(&bytes), frames);
    // Positions counted from the start of the file, as some programs write them.
    let movi_at = position_of(&bytes, b"movi") as u32;
    let idx1_at = position_of(&bytes, b"idx1") + 8;
    for entry in bytes[idx1_at..].chunks_exact_mut(16) {
        let offset = u32::from_le_bytes(entry[8..12].try_into().unwrap()) + movi_at;
        entry[8..12].copy_from_slice(&offset.to_le_bytes());
    }
    assert!(!list(&bytes).unwrap().recovered);
    assert_eq!(frames_of(&bytes), frames);
}

#[test]
fn lists_within_lists_end() {
    let mut bytes = b"RIFF\xFF\xFF\xFF\xFFAVI ".to_vec();
    (0..200_000).for_each(|_| bytes.extend(b"LIST\xFF\xFF\xFF\xFFstrl"));
    assert!(matches!(list(&bytes), Err(AviError::NoFrames { .. })));
}

#[test]
fn what_is_no_avi_is_refused_by_name() {
    for bytes in [&b""[..], b"RIFF", b"RIFF\0\0\0\0WAVE", &[0; 5000], b"\x1A\x45\xDF\xA3 matroska"] {
        assert!(matches!(list(bytes), Err(AviError::NotAvi)), "{bytes:?}");
    }
    let (bytes, _) = sample();
    let movi_at = position_of(&bytes, b"movi");
    assert!(matches!(list(&bytes[..movi_at]), Err(AviError::NoFrames { codec }) if codec == "MJPG"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn damage_never_ends_in_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<[u8; 4]>(), 0usize..=4, 0u8..3), 1..6),
    ) {
        static SAMPLE: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| sample().0);
        let mut bytes = SAMPLE.clone();
        for (at, value, size, kind) in changes {
            let at = at.index(bytes.len());
            let end = (at + size).min(bytes.len());
            match kind {
                0 => bytes[at..end].copy_from_slice(&value[..end - at]),
                1 => drop(bytes.drain(at..end)),
                _ => drop(bytes.splice(at..at, value)),
            }
        }
        check_spans(&bytes);
        check_spans(&without_indexes(&bytes));
    }
}
