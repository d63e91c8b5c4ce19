use super::*;
use crate::frame::Symbol;

const SYMBOL_BYTES: u16 = 64;

fn noise(seed: u64, bytes: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| random.u8(..)).take(bytes).collect()
}

fn encoded(ratio: f64, index: u32, stored: &[u8]) -> EncodedBlock {
    let encoder = BlockEncoder::new(SYMBOL_BYTES, ratio).unwrap();
    encoder.encode(index, StoredFlags::default(), stored.to_vec()).unwrap()
}

fn push_all(collector: &mut BlockCollector, block: &EncodedBlock, esis: impl IntoIterator<Item = u32>) {
    for esi in esis {
        let bytes = block.symbol(esi).unwrap();
        collector.push(&Symbol { block: block.record(), esi, bytes });
    }
}

#[test]
fn a_block_of_any_size_comes_back_without_its_first_symbols() {
    for bytes in [1, 63, 64, 65, 640, 6400, 20_001] {
        let stored = noise(bytes as u64, bytes);
        let block = encoded(0.5, 7, &stored);
        let lost = block.symbol_count() - block.source_count() - 2.min(block.source_count() / 2);
        let mut collector = BlockCollector::new(SYMBOL_BYTES, 1 << 20);
        push_all(
            &mut collector,
            &block,
            (0..block.symbol_count()).rev().take((block.symbol_count() - lost) as usize),
        );
        let decoded = collector.finish(7).unwrap_or_else(|hole| panic!("{bytes} bytes: {hole}"));
        assert_eq!(decoded.bytes, stored, "{bytes} bytes");
    }
}
