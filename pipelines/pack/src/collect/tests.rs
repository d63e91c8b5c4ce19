//! Frames that do not belong, and blocks that were forged.

use std::fs::File;
use std::io::Read;

use super::*;
use crate::block::{BlockEncoder, StoredFlags};
use crate::frame::{ContentKind, FrameHeader, Profile, Run, write_header, write_symbol};

const SYMBOL_BYTES: u16 = 64;
const BLOCK_BYTES: u32 = 640;

pub(super) fn metadata(size: u64) -> Metadata {
    Metadata {
        version: 1,
        profile: Profile::Archive,
        name: Some("x".to_owned()),
        size: Some(size),
        sha256: Some("0".repeat(64)),
        kind: ContentKind::File,
        block_bytes: BLOCK_BYTES,
        block_count: size.div_ceil(BLOCK_BYTES.into()) as u32,
        repair_ratio: 0.0,
        error_correction: None,
        color_count: None,
        part: None,
        part_count: None,
        sealed: None,
        key: None,
    }
}

/// A frame with all symbols of one block.
fn frame(file_id: FileId, index: u32, stored: &[u8]) -> Vec<u8> {
    let coder = BlockEncoder::new(SYMBOL_BYTES, 0.0).unwrap();
    let block = coder.encode(index, StoredFlags::default(), stored.to_vec()).unwrap();
    let run = Run { block: block.record(), first_esi: 0, count: block.symbol_count() as u16 };
    let header = FrameHeader { kind: FrameKind::Data, file_id, frame_number: 0, symbol_bytes: SYMBOL_BYTES };
    let mut body = Vec::new();
    write_header(&header, &[], &[run], &mut body).unwrap();
    for esi in 0..block.symbol_count() {
        write_symbol(file_id, index, esi, block.symbol(esi).unwrap(), &mut body);
    }
    body
}

fn collected(frames: &[Vec<u8>], size: u64) -> (Outcome, Vec<u8>) {
    let (metadata, path) = (metadata(size), tempfile::NamedTempFile::new().unwrap());
    let file = File::options().write(true).open(path.path()).unwrap();
    let range = 0..metadata.block_count;
    let mut collector = Collector::new(&metadata, (FileId([7; 8]), SYMBOL_BYTES), range, Store::File(file));
    frames.iter().for_each(|frame| collector.take_body(frame).unwrap());
    let outcome = collector.finish().unwrap();
    let mut bytes = Vec::new();
    File::open(path.path()).unwrap().read_to_end(&mut bytes).unwrap();
    (outcome, bytes)
}

#[test]
fn a_forged_block_that_is_too_long_writes_nothing() {
    let (ours, size) = (FileId([7; 8]), u64::from(BLOCK_BYTES) + 10);
    let good = frame(ours, 1, &[1; 10]);
    let (outcome, bytes) = collected(&[good.clone(), frame(ours, 0, &[2; 650])], size);
    assert_eq!(outcome.holes.len(), 1);
    assert_eq!(bytes, [vec![0; 640], vec![1; 10]].concat());
    let (outcome, bytes) = collected(&[good, frame(ours, 0, &[2; 640])], size);
    assert_eq!(outcome.holes, []);
    assert_eq!(bytes, [vec![2; 640], vec![1; 10]].concat());
}

#[test]
fn frames_of_another_file_are_passed_over() {
    let (outcome, bytes) = collected(&[frame(FileId([8; 8]), 0, &[2; 640])], BLOCK_BYTES.into());
    assert_eq!((outcome.holes.len(), outcome.bad_frames, bytes.len()), (1, 1, 0));
}
