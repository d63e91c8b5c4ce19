//! What is written is found again.

use std::fs::File;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use reel_types::time::Rational;

use super::reader::list_frames;
use super::*;

pub(super) const SPEC: AviSpec = AviSpec { width: 64, height: 48, fps: Rational { num: 30, den: 1 } };

/// Bytes that begin as a JPEG does.
pub(super) fn frame(size: usize, seed: u8) -> Vec<u8> {
    let mut out = vec![0xFF, 0xD8, 0xFF];
    out.extend((3..size.max(5)).map(|index| (index as u8).wrapping_mul(31).wrapping_add(seed) & 0x7F));
    out
}

pub(super) fn write_segment(folder: &Path, name: &str, frames: &[Vec<u8>]) -> (SegmentInfo, PathBuf) {
    let path = folder.join(name);
    let mut writer = SegmentWriter::new(File::create(&path).unwrap());
    frames.iter().for_each(|frame| writer.push(frame).unwrap());
    let (_, info) = writer.finish().unwrap();
    (info, path)
}

pub(super) fn write_avi(folder: &Path, segments: &[Vec<Vec<u8>>]) -> PathBuf {
    let written: Vec<_> = segments
        .iter()
        .enumerate()
        .map(|(index, frames)| write_segment(folder, &format!("{index}.seg"), frames))
        .collect();
    let parts: Vec<_> = written.iter().map(|(info, path)| (*info, path.as_path())).collect();
    let path = folder.join("out.avi");
    let mut out = File::create(&path).unwrap();
    let assembled = assemble(&SPEC, &parts, &mut out).unwrap();
    assert_eq!(assembled.bytes, std::fs::metadata(&path).unwrap().len());
    path
}

pub(super) fn read_all(path: &Path) -> Vec<Vec<u8>> {
    let reader = AviReader::open(path).unwrap();
    let mut frame = Vec::new();
    (0..reader.frame_count())
        .map(|index| {
            reader.read(index, &mut frame).unwrap();
            frame.clone()
        })
        .collect()
}

#[test]
fn segments_come_back_as_one_list_of_frames() {
    let folder = tempfile::tempdir().unwrap();
    let segments = vec![vec![frame(100, 1), frame(101, 2)], vec![frame(7, 3)], vec![frame(5000, 4)]];
    let path = write_avi(folder.path(), &segments);
    let reader = AviReader::open(&path).unwrap();
    assert!(!reader.recovered());
    assert_eq!(reader.fps(), Some(SPEC.fps));
    assert_eq!(reader.size(), Some((64, 48)));
    assert_eq!(read_all(&path), segments.concat());
}

#[test]
fn a_video_written_as_a_whole_is_the_same_as_one_put_together() {
    let folder = tempfile::tempdir().unwrap();
    for count in 1..4_u8 {
        let segments: Vec<_> = (0..count)
            .map(|seed| vec![frame(101 + usize::from(seed), seed); 3 + usize::from(seed)])
            .collect();
        let path = folder.path().join("whole.avi");
        let mut out = File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
        let written = write_whole::<AviWriteError>(&SPEC, count.into(), &mut out, |number, mut writer| {
            segments[number as usize].iter().try_for_each(|frame| writer.push(frame))?;
            Ok(writer.finish()?.1)
        });
        let starts: Vec<u64> = written.unwrap().iter().map(|(start, _)| *start).collect();
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes, std::fs::read(write_avi(folder.path(), &segments)).unwrap());
        assert!(starts.iter().all(|start| bytes[*start as usize..].starts_with(b"00dc")), "{starts:?}");
    }
}

#[test]
fn a_segment_refuses_the_frame_that_would_pass_its_bounds_and_stays_whole() {
    let mut writer = SegmentWriter::new(std::io::sink());
    let frame = vec![0; 300 << 20];
    (0..3).for_each(|_| writer.push(&frame).unwrap());
    assert!(matches!(writer.push(&frame), Err(AviWriteError::SegmentFull { .. })));
    let (_, info) = writer.finish().unwrap();
    assert_eq!(info.frame_count, 3);
    assert!(info.bytes() <= SEGMENT_BYTES_MAX);
}

#[test]
fn a_segment_that_changed_since_it_was_written_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let (info, path) = write_segment(folder.path(), "a.seg", &[frame(100, 1)]);
    File::options().write(true).open(&path).unwrap().set_len(info.bytes() - 1).unwrap();
    let mut out = File::create(folder.path().join("out.avi")).unwrap();
    let error = assemble(&SPEC, &[(info, &path)], &mut out).unwrap_err();
    assert!(error.to_string().contains("a.seg"), "{error}");
    assert!(matches!(assemble(&SPEC, &[], &mut out), Err(AviWriteError::NoFrames)));
}

#[test]
fn an_info_survives_its_way_through_json() {
    let folder = tempfile::tempdir().unwrap();
    let (info, _) = write_segment(folder.path(), "a.seg", &[frame(100, 1)]);
    let text = serde_json::to_string(&info).unwrap();
    assert_eq!(serde_json::from_str::<SegmentInfo>(&text).unwrap(), info);
}

#[test]
fn the_size_is_known_before_anything_is_copied() {
    let folder = tempfile::tempdir().unwrap();
    let segments: Vec<_> = (0..5).map(|seed| vec![frame(100 + seed, 1); 3]).collect();
    let path = write_avi(folder.path(), &segments);
    let infos: Vec<_> = segments
        .iter()
        .map(|frames| {
            let mut writer = SegmentWriter::new(std::io::sink());
            frames.iter().for_each(|frame| writer.push(frame).unwrap());
            writer.finish().unwrap().1
        })
        .collect();
    assert_eq!(assembled_bytes(&infos).unwrap(), std::fs::metadata(path).unwrap().len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn frames_of_any_sizes_come_back(sizes in prop::collection::vec(prop::collection::vec(5usize..3000, 1..12), 1..6)) {
        let folder = tempfile::tempdir().unwrap();
        let segments: Vec<Vec<Vec<u8>>> = sizes
            .iter()
            .enumerate()
            .map(|(index, sizes)| sizes.iter().map(|&size| frame(size, index as u8)).collect())
            .collect();
        let path = write_avi(folder.path(), &segments);
        prop_assert_eq!(read_all(&path), segments.concat());

        // The same without any index, by walking.
        let mut bytes = std::fs::read(&path).unwrap();
        for name in [b"indx", b"ix00", b"idx1"] {
            while let Some(at) = bytes.windows(4).position(|window| window == name) {
                bytes[at..at + 4].copy_from_slice(b"JUNK");
            }
        }
        let list = list_frames(Cursor::new(&bytes)).unwrap();
        prop_assert!(list.recovered);
        let found: Vec<_> = list
            .frames
            .iter()
            .map(|span| bytes[span.offset as usize..span.end() as usize].to_vec())
            .collect();
        prop_assert_eq!(found, segments.concat());
    }
}
