//! Files far larger than the disk: only what a reader looks at is there, the rest is holes.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use super::assemble::{before_further_segment, patch_bases};
use super::fields::chunk_header;
use super::header::header;
use super::layout::{Layout, layout};
use super::tests::SPEC;
use super::*;
use crate::jpeg::tools::run_silently;
use crate::jpeg::{Chroma, FrameWriter, Geometry, read_frame};

const FRAME_BYTES: u32 = 100 << 20;
const FRAMES_PER_SEGMENT: u32 = 10;
const SEGMENT_COUNT: usize = 300;

/// A real frame that says its number; what follows it in its chunk are zeros.
fn jpeg(number: u32) -> Vec<u8> {
    let writer = FrameWriter::new(Geometry::new(64, 48, Chroma::C420).unwrap()).unwrap();
    let mut out = Vec::new();
    writer.write(None, &[&number.to_le_bytes()], &[], &mut out).unwrap();
    out
}

fn write_sparse(path: &Path) -> Layout {
    let chunk_bytes = u64::from(FRAME_BYTES) + 8;
    let info = SegmentInfo {
        frame_count: FRAMES_PER_SEGMENT,
        chunks_bytes: u64::from(FRAMES_PER_SEGMENT) * chunk_bytes,
        index_bytes: 32 + 8 * u64::from(FRAMES_PER_SEGMENT),
        frame_bytes_max: FRAME_BYTES,
    };
    let infos = vec![info; SEGMENT_COUNT];
    let layout = layout(&infos).unwrap();
    let mut out = File::create(path).unwrap();
    out.write_all(&header(&SPEC, &infos, &layout)).unwrap();
    for (position, start) in (0u32..).zip(&layout.starts) {
        if position > 0 {
            out.seek(SeekFrom::Start(start - 24)).unwrap();
            out.write_all(&before_further_segment(&info)).unwrap();
        }
        let mut index = chunk_header(*b"ix00", info.index_bytes as u32 - 8).to_vec();
        index.extend([2, 0, 0, 1]);
        index.extend(FRAMES_PER_SEGMENT.to_le_bytes());
        index.extend(b"00dc");
        index.extend([0; 12]);
        for number in 0..FRAMES_PER_SEGMENT {
            let chunk_at = u64::from(number) * chunk_bytes;
            out.seek(SeekFrom::Start(start + chunk_at)).unwrap();
            out.write_all(&chunk_header(*b"00dc", FRAME_BYTES)).unwrap();
            out.write_all(&jpeg(position * FRAMES_PER_SEGMENT + number)).unwrap();
            index.extend((chunk_at as u32 + 8).to_le_bytes());
            index.extend(FRAME_BYTES.to_le_bytes());
        }
        out.seek(SeekFrom::Start(start + info.chunks_bytes)).unwrap();
        out.write_all(&index).unwrap();
    }
    out.set_len(layout.bytes).unwrap();
    patch_bases(&infos, &layout, &mut out).unwrap();
    layout
}

#[test]
fn more_than_256_segments_and_300_gigabytes_are_found_by_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sparse.avi");
    let layout = write_sparse(&path);
    assert!(layout.bytes > 300_000_000_000);

    let reader = AviReader::open(&path).unwrap();
    assert!(!reader.recovered());
    assert_eq!(reader.frame_count(), 3000);
    assert!(reader.frames().iter().all(|span| span.len == FRAME_BYTES));
    let (mut frame, mut body) = (Vec::new(), Vec::new());
    for number in [0u32, 41, 2999] {
        reader.read(number as usize, &mut frame).unwrap();
        read_frame(&frame, &mut body).unwrap();
        assert_eq!(body[..4], number.to_le_bytes());
    }

    let entries = "stream=nb_frames,duration";
    let args = ["-v", "warning", "-show_entries", entries, "-of", "csv=p=0", "sparse.avi"];
    if let Some(output) = run_silently("ffprobe", folder.path(), &args) {
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "100.000000,3000");
    }
    // Frame 2990 stands in the last RIFF.
    let args = [
        "-v",
        "warning",
        "-ss",
        "99.6666",
        "-i",
        "sparse.avi",
        "-frames:v",
        "1",
        "-c",
        "copy",
        "-f",
        "mjpeg",
    ];
    if run_silently("ffmpeg", folder.path(), &[&args[..], &["one.jpg"]].concat()).is_some() {
        read_frame(&std::fs::read(folder.path().join("one.jpg")).unwrap(), &mut body).unwrap();
        assert_eq!(body[..4], 2990u32.to_le_bytes());
    }
}
