//! A hundred thousand damaged frames: whatever comes out of them has the digest that was asked for.

use std::collections::HashSet;

use super::*;
use crate::frame::{
    FileId, FrameHeader, FrameKind, Run, parse_frame, symbol_crc, write_header, write_symbol,
};

const SYMBOL_BYTES: u16 = 64;
const METADATA: &[u8] = br#"{"version":1}"#;
const RUN_COUNT: usize = 4;
const HEADER_BYTES: usize = crate::frame::header_bytes(METADATA.len(), RUN_COUNT);

/// Two blocks, one of noise and one of a single symbol, in four runs that leave out some source symbols.
struct Original {
    body: Vec<u8>,
    blocks: Vec<(BlockDigest, Vec<u8>)>,
}

fn original() -> Original {
    let encoder = BlockEncoder::new(SYMBOL_BYTES, 0.5).unwrap();
    let mut random = fastrand::Rng::with_seed(2);
    let mut encode = |index, bytes| {
        let stored: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(bytes).collect();
        encoder.encode(index, StoredFlags::default(), stored).unwrap()
    };
    let (large, small) = (encode(0, 1250), encode(1, 9));
    let run = |block: &EncodedBlock, first_esi, count| Run { block: block.record(), first_esi, count };
    let runs = [run(&large, 3, 12), run(&small, 0, 1), run(&large, 16, 13), run(&small, 1, 1)];
    let file_id = FileId::of(METADATA);
    let header = FrameHeader { kind: FrameKind::Data, file_id, frame_number: 5, symbol_bytes: SYMBOL_BYTES };
    let mut body = Vec::new();
    write_header(&header, METADATA, &runs, &mut body).unwrap();
    for (run, block) in runs.iter().zip([&large, &small, &large, &small]) {
        for esi in (run.first_esi..).take(run.count.into()) {
            write_symbol(file_id, run.block.index, esi, block.symbol(esi).unwrap(), &mut body);
        }
    }
    let blocks = [large, small].map(|block| {
        let record = block.record();
        let mut stored = block.into_buffer();
        stored.truncate(record.stored_bytes as usize);
        (record.digest, stored)
    });
    Original { body, blocks: blocks.into() }
}

/// Damages at random; `knowing` makes the checksums hold again, as somebody who knows the format would.
fn damage(body: &mut Vec<u8>, random: &mut fastrand::Rng, knowing: bool) {
    for _ in 0..random.usize(1..5) {
        let at = if random.bool() { random.usize(..HEADER_BYTES) } else { random.usize(..body.len()) };
        match random.u8(..5) {
            0 => body[at] ^= 1 << random.u8(..8),
            1 => body[at] = random.u8(..),
            2 => body[at] = *random.choice(&[0, 1, 0x7f, 0xff]).unwrap_or(&0),
            3 => {
                let from = random.usize(..body.len() - 16);
                let at = at.min(body.len() - 16);
                body.copy_within(from..from + 16, at);
            }
            _ => body.truncate(body.len().saturating_sub(random.usize(..100)).max(HEADER_BYTES)),
        }
    }
    if knowing {
        reseal(body);
    }
}

fn reseal(body: &mut [u8]) {
    body[..5].copy_from_slice(b"RLPK\x01");
    // Lengths as they were, so that the runs stay where they are; each run stays plausible half of the time.
    body[18..24].copy_from_slice(&[SYMBOL_BYTES as u8, 0, RUN_COUNT as u8, 0, METADATA.len() as u8, 0]);
    let file_id = FileId::of(&body[24..24 + METADATA.len()]);
    body[6..14].copy_from_slice(&file_id.0);
    let end = HEADER_BYTES - 4;
    let crc = crc_fast::crc32_iscsi(&body[..end]);
    body[end..HEADER_BYTES].copy_from_slice(&crc.to_le_bytes());
    let Ok(frame) = parse_frame(body) else { return };
    let mut at = HEADER_BYTES;
    for run in frame.runs.clone() {
        for esi in (run.first_esi..).take(run.count.into()) {
            let Some(wire) = body.get_mut(at..at + 68) else { return };
            let crc = symbol_crc(file_id, run.block.index, esi, &wire[..64]);
            wire[64..].copy_from_slice(&crc.to_le_bytes());
            at += 68;
        }
    }
}

#[test]
fn a_hundred_thousand_damaged_frames_give_no_wrong_block() {
    let original = original();
    let mut random = fastrand::Rng::with_seed(20);
    let (mut parsed, mut finished, mut holes) = ([0, 0], 0, 0);
    for turn in 0..100_000 {
        let mut body = original.body.clone();
        damage(&mut body, &mut random, turn % 2 == 0);
        let Ok(frame) = parse_frame(&body) else { continue };
        parsed[turn % 2] += 1;
        let mut collector = BlockCollector::new(SYMBOL_BYTES, 1 << 20);
        let mut asked = HashSet::new();
        for symbol in frame.symbols() {
            asked.insert((symbol.block.index, symbol.block.digest));
            collector.push(&symbol);
        }
        for index in collector.open().collect::<Vec<_>>() {
            match collector.finish(index) {
                Ok(decoded) => {
                    let digest = BlockDigest::of(&decoded.bytes);
                    assert!(
                        asked.contains(&(index, digest)),
                        "turn {turn}: block {index} is not what was asked for"
                    );
                    let known = original.blocks.iter().find(|(known, _)| *known == digest);
                    assert!(known.is_some_and(|(_, stored)| *stored == decoded.bytes), "turn {turn}");
                    finished += 1;
                }
                Err(hole) => {
                    assert_eq!(hole.index, index);
                    holes += 1;
                }
            }
        }
    }
    println!("{parsed:?} headers held, {finished} blocks finished, {holes} holes");
    assert!(
        parsed[0] > 20_000 && parsed[1] > 10_000 && finished > 10_000 && holes > 10_000,
        "the damage is too dull"
    );
}
