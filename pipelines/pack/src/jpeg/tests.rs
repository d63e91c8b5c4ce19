//! Any body comes back, whatever the picture.

use proptest::prelude::*;

use super::*;

#[test]
fn a_body_comes_back() {
    let geometry = Geometry::new(64, 48, Chroma::C420).unwrap();
    let body: Vec<u8> = (0..3000u32).map(|index| (index * 7) as u8).collect();
    let mut jpeg = Vec::new();
    FrameWriter::new(geometry).unwrap().write(None, &[&body], b"header", &mut jpeg).unwrap();
    let mut out = Vec::new();
    let info = read_frame(&jpeg, &mut out).unwrap();
    assert!(info.complete);
    assert_eq!(info.path, ReadPath::Copied);
    assert_eq!(out[..3000], body);
    assert_eq!(read_app9(&jpeg), Some(b"header".as_slice()));
}

proptest! {}
