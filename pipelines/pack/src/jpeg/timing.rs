//! How fast frames are written and read, on one core: `cargo test --release -p reel-pack jpeg::timing -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use super::tests::noise;
use super::*;

#[test]
#[ignore = "prints figures; they mean something in a release build only"]
fn frames_are_written_and_read() {
    let geometry = Geometry::new(1920, 1080, Chroma::C420).unwrap();
    let body = noise(1, geometry.capacity_bytes_worst(0) as usize);
    let symbols: Vec<&[u8]> = body
        .chunks(8192)
        .flat_map(|symbol| [&symbol[..symbol.len() - 4], &symbol[symbol.len() - 4..]])
        .collect();
    let writer = FrameWriter::new(geometry).unwrap();
    let (mut jpeg, mut out) = (Vec::new(), Vec::new());
    report("write, one slice", body.len(), || writer.write(None, &[&body], b"", &mut jpeg).unwrap());
    report("write, symbols and their CRCs", body.len(), || {
        writer.write(None, &symbols, b"", &mut jpeg).unwrap()
    });
    report("read", body.len(), || {
        read_frame(&jpeg, &mut out).unwrap();
    });
    let mut copy = out.clone();
    report("copy, for comparison", body.len(), || copy.copy_from_slice(std::hint::black_box(&out)));
    let other = with_restart_interval(&jpeg);
    report("read through the decoder", body.len(), || {
        read_frame(&other, &mut out).unwrap();
    });
    assert_eq!(out[..body.len()], body);
}

fn report(what: &str, byte_count: usize, mut work: impl FnMut()) {
    let fastest = (0..50)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .min()
        .unwrap_or(Duration::MAX);
    println!("{what}: {:.2} GB/s", byte_count as f64 / fastest.as_secs_f64() / 1e9);
}

/// The same frame with a restart interval longer than itself, so that it is not read by copy.
fn with_restart_interval(jpeg: &[u8]) -> Vec<u8> {
    let (head, rest) = jpeg.split_at(2);
    [head, &[0xFF, 0xDD, 0, 4, 0xFF, 0xFF], rest].concat()
}
