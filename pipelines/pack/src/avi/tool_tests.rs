//! What FFmpeg makes of our AVI, and we of what FFmpeg makes of it.

use std::path::Path;

use super::tests::{read_all, write_avi};
use crate::jpeg::tools::run_silently;
use crate::jpeg::{Chroma, FrameWriter, Geometry};

/// Real frames of 64×48 with different bodies.
fn frames(count: usize) -> Vec<Vec<u8>> {
    let writer = FrameWriter::new(Geometry::new(64, 48, Chroma::C420).unwrap()).unwrap();
    let mut random = fastrand::Rng::with_seed(9);
    (0..count)
        .map(|_| {
            let byte_count = random.usize(..4000);
            let body: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(byte_count).collect();
            let mut jpeg = Vec::new();
            writer.write(None, &[&body], &body[..body.len().min(90)], &mut jpeg).unwrap();
            jpeg
        })
        .collect()
}

fn avi(folder: &Path) -> Vec<Vec<u8>> {
    let all = frames(60);
    let segments: Vec<_> = all.chunks(25).map(<[_]>::to_vec).collect();
    write_avi(folder, &segments);
    all
}

#[test]
fn ffprobe_counts_the_frames_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    avi(folder.path());
    let args = [
        "-v",
        "warning",
        "-count_frames",
        "-show_entries",
        "stream=nb_read_frames,nb_frames,r_frame_rate,width",
        "-of",
        "csv=p=0",
        "out.avi",
    ];
    if let Some(output) = run_silently("ffprobe", folder.path(), &args) {
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "64,30/1,60,60");
    }
}

#[test]
fn ffmpeg_decodes_all_frames_and_seeks_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    let all = avi(folder.path());
    run_silently("ffmpeg", folder.path(), &["-v", "warning", "-xerror", "-i", "out.avi", "-f", "null", "-"]);
    // Frame 50 stands in the third RIFF.
    let args = [
        "-v",
        "warning",
        "-ss",
        "1.6666",
        "-i",
        "out.avi",
        "-frames:v",
        "1",
        "-c",
        "copy",
        "-f",
        "mjpeg",
        "one.jpg",
    ];
    if run_silently("ffmpeg", folder.path(), &args).is_some() {
        assert_eq!(std::fs::read(folder.path().join("one.jpg")).unwrap(), all[50]);
    }
}

#[test]
fn frames_are_the_same_after_a_copy_into_any_container_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let all = avi(folder.path());
    for container in ["avi", "mkv", "mp4", "mov", "nut"] {
        let there = format!("there.{container}");
        let back = format!("back-{container}.avi");
        let copied =
            run_silently("ffmpeg", folder.path(), &["-v", "error", "-i", "out.avi", "-c", "copy", &there]);
        if copied.is_some() {
            run_silently("ffmpeg", folder.path(), &["-v", "error", "-i", &there, "-c", "copy", &back]);
            assert_eq!(read_all(&folder.path().join(&back)), all, "{container}");
        }
    }
}

#[test]
fn ffmpegs_own_avi_is_read_by_its_index() {
    let folder = tempfile::tempdir().unwrap();
    let source = ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30000/1001:duration=2"];
    let sound = ["-f", "lavfi", "-i", "sine=duration=2"];
    let rest =
        ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-c:a", "pcm_s16le", "-map", "1", "-map", "0", "a.avi"];
    if run_silently("ffmpeg", folder.path(), &[&source[..], &sound, &rest].concat()).is_some() {
        let reader = super::AviReader::open(&folder.path().join("a.avi")).unwrap();
        assert!(!reader.recovered());
        assert_eq!(reader.frame_count(), 60);
        assert_eq!(reader.size(), Some((320, 180)));
        assert_eq!(reader.fps().map(|fps| (fps.num, fps.den)), Some((30000, 1001)));
    }
}

#[test]
fn a_video_of_another_coding_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let args = [
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=64x48:duration=1",
        "-c:v",
        "mpeg4",
        "-vtag",
        "XVID",
        "a.avi",
    ];
    if run_silently("ffmpeg", folder.path(), &args).is_some() {
        let reader = super::AviReader::open(&folder.path().join("a.avi"));
        // Its chunks are well indexed; what they hold is for the reader of frames to tell.
        assert_eq!(reader.unwrap().codec(), Some("XVID"));
    }
}
