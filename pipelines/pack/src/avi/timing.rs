//! A real file beyond 4 GiB, and how long its steps take: `cargo test --release -p reel-pack avi::timing -- --ignored --nocapture`.

use std::fs::File;
use std::io::BufWriter;
use std::time::Instant;

use super::tests::SPEC;
use super::*;
use crate::jpeg::tools::run_silently;
use crate::jpeg::{Chroma, FrameWriter, Geometry};

#[test]
#[ignore = "writes 11 GB; prints figures"]
fn five_gigabytes_are_written_put_together_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let geometry = Geometry::new(1920, 1080, Chroma::C420).unwrap();
    let mut random = fastrand::Rng::with_seed(1);
    let body: Vec<u8> =
        std::iter::repeat_with(|| random.u8(..)).take(geometry.capacity_bytes_worst(0) as usize).collect();
    let mut frame = Vec::new();
    FrameWriter::new(geometry).unwrap().write(None, &[&body], &[], &mut frame).unwrap();

    let start = Instant::now();
    let mut segments = Vec::new();
    for number in 0..5 {
        let path = folder.path().join(format!("{number}.seg"));
        let mut writer = SegmentWriter::new(BufWriter::new(File::create(&path).unwrap()));
        while writer.has_room_for(frame.len()) {
            writer.push(&frame).unwrap();
        }
        segments.push((writer.finish().unwrap().1, path));
    }
    println!("segments: {:.1} s", start.elapsed().as_secs_f64());

    let start = Instant::now();
    let parts: Vec<_> = segments.iter().map(|(info, path)| (*info, path.as_path())).collect();
    let path = folder.path().join("out.avi");
    let assembled =
        assemble(&AviSpec { width: 1920, height: 1080, ..SPEC }, &parts, &mut File::create(&path).unwrap());
    let assembled = assembled.unwrap();
    assert!(assembled.bytes > 5_000_000_000);
    println!("assembled {} bytes: {:.1} s", assembled.bytes, start.elapsed().as_secs_f64());

    let start = Instant::now();
    let reader = AviReader::open(&path).unwrap();
    assert!(!reader.recovered());
    println!("opened: {:.4} s", start.elapsed().as_secs_f64());
    let mut back = Vec::new();
    for index in 0..reader.frame_count() {
        reader.read(index, &mut back).unwrap();
        assert_eq!(back, frame);
    }
    println!("read: {:.1} s", start.elapsed().as_secs_f64());

    let entries = "stream=nb_read_packets";
    let args = ["-v", "warning", "-count_packets", "-show_entries", entries, "-of", "csv=p=0", "out.avi"];
    if let Some(output) = run_silently("ffprobe", folder.path(), &args) {
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), assembled.frame_count.to_string());
    }
}
