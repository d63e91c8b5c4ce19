//! Any bytes as frames whose symbols go into blocks: no block comes out that its digest does not hold.
#![no_main]

use libfuzzer_sys::fuzz_target;
use reel_pack::block::{BlockCollector, BlockDigest, Pushed};
use reel_pack::frame::parse_frame;

fuzz_target!(|bytes: &[u8]| {
    let mut blocks: Option<BlockCollector> = None;
    for body in bytes.split_inclusive(|byte| *byte == b'\n') {
        let Ok(frame) = parse_frame(body) else { continue };
        let blocks =
            blocks.get_or_insert_with(|| BlockCollector::new(frame.header.symbol_bytes, 1 << 20));
        for symbol in frame.symbols() {
            if blocks.push(&symbol) != Pushed::Ready {
                continue;
            }
            if let Ok(decoded) = blocks.finish(symbol.block.index) {
                assert_eq!(BlockDigest::of(&decoded.bytes), symbol.block.digest);
            }
        }
    }
});
