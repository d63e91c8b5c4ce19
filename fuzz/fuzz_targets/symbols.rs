//! Frames whose symbols go into blocks, their checksums right again after each change: no block comes out that its digest does
//! not hold.
#![no_main]

use std::collections::HashSet;

use fastrand::Rng;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use reel_fuzz::bodies::{believe, forge_run, join, reseal, split};
use reel_pack::block::{BlockCollector, BlockDigest, BlockEncoder, Pushed};
use reel_pack::frame::parse_frame;

const STORED_BYTES_MAX: u32 = 1 << 20;

fuzz_target!(|bytes: &[u8]| {
    let Some((&code, bytes)) = bytes.split_first() else { return };
    let mut blocks: Option<BlockCollector> = None;
    let mut asked = HashSet::new();
    for body in split(bytes) {
        let Ok(frame) = parse_frame(body) else { continue };
        let blocks = blocks.get_or_insert_with(|| collector(frame.header.symbol_bytes, code));
        for symbol in frame.symbols() {
            asked.insert((symbol.block.index, symbol.block.digest));
            if blocks.push(&symbol) == Pushed::Ready {
                finish(blocks, symbol.block.index, &asked);
            }
        }
    }
    if let Some(blocks) = &mut blocks {
        for index in blocks.open().collect::<Vec<_>>() {
            finish(blocks, index, &asked);
        }
    }
});

fn collector(symbol_bytes: u16, code: u8) -> BlockCollector {
    let blocks = BlockCollector::new(symbol_bytes, STORED_BYTES_MAX);
    let ratio = [0.5, 0.5, 0.05][usize::from(code) % 3];
    match BlockEncoder::new(symbol_bytes, ratio) {
        Ok(encoder) if code % 3 > 0 => blocks.with_code(encoder.with_reed_solomon().code()),
        _ => blocks,
    }
}

/// As a reader does: one that fails is opened again until nothing more comes.
fn finish(blocks: &mut BlockCollector, index: u32, asked: &HashSet<(u32, BlockDigest)>) {
    let Some(mut gathered) = blocks.take(index) else { return };
    match gathered.decode() {
        Ok(decoded) => assert!(asked.contains(&(index, BlockDigest::of(&decoded.bytes)))),
        Err(hole) => {
            assert_eq!(hole.index, index);
            blocks.put_back(gathered);
        }
    }
}

fuzz_mutator!(|bytes: &mut [u8], size: usize, size_max: usize, seed: u32| {
    let mut random = Rng::with_seed(seed.into());
    if size < 8 || random.u8(..16) == 0 {
        return fuzzer_mutate(bytes, size, size_max);
    }
    let code = if random.u8(..8) == 0 { random.u8(..3) } else { bytes[0] };
    let mut bodies: Vec<Vec<u8>> = split(&bytes[1..size]).into_iter().map(<[u8]>::to_vec).collect();
    let which = random.usize(..bodies.len().max(1));
    if which >= bodies.len() {
        return fuzzer_mutate(bytes, size, size_max);
    }
    match random.u8(..12) {
        0 => drop(bodies.remove(which)),
        1 => bodies.push(bodies[which].clone()),
        2 => bodies.swap(0, which),
        3 => believe(&mut bodies[which]),
        4..8 => forge_run(&mut bodies[which], &mut random),
        _ => mutate(&mut bodies[which], size_max - size),
    }
    if random.u8(..16) > 0 {
        bodies.iter_mut().for_each(|body| reseal(body));
    }
    let input = [&[code], &join(&bodies)[..]].concat();
    if input.len() > size_max {
        return size;
    }
    bytes[..input.len()].copy_from_slice(&input);
    input.len()
});

fn mutate(body: &mut Vec<u8>, room: usize) {
    let size = body.len();
    body.resize(size + room.min(256), 0);
    let size_max = body.len();
    let size = fuzzer_mutate(body, size, size_max);
    body.truncate(size);
}
