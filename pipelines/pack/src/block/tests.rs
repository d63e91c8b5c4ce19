//! Blocks come back from any symbols that are enough, and from no others.

use proptest::prelude::*;
use raptorq::{ObjectTransmissionInformation, SourceBlockEncoder};

use super::*;
use crate::frame::Symbol;

const SYMBOL_BYTES: u16 = 64;
const STORED_BYTES_MAX: u32 = 1 << 20;

fn noise(seed: u64, bytes: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| random.u8(..)).take(bytes).collect()
}

fn encoded(ratio: f64, index: u32, stored: &[u8]) -> EncodedBlock {
    let encoder = BlockEncoder::new(SYMBOL_BYTES, ratio).unwrap();
    encoder.encode(index, StoredFlags { zstd: true, age: false }, stored.to_vec()).unwrap()
}

fn collector() -> BlockCollector {
    BlockCollector::new(SYMBOL_BYTES, STORED_BYTES_MAX)
}

fn push(collector: &mut BlockCollector, block: &EncodedBlock, esi: u32) -> Pushed {
    collector.push(&Symbol { block: block.record(), esi, bytes: block.symbol(esi).unwrap() })
}

fn push_all(collector: &mut BlockCollector, block: &EncodedBlock, esis: impl IntoIterator<Item = u32>) {
    for esi in esis {
        push(collector, block, esi);
    }
}

#[test]
fn a_block_of_any_size_comes_back_without_its_first_symbols() {
    for bytes in [1, 63, 64, 65, 640, 6400, 20_001] {
        let stored = noise(bytes as u64, bytes);
        let block = encoded(0.5, 7, &stored);
        let repair_count = block.symbol_count() - block.source_count();
        let lost_count = repair_count.saturating_sub(2).max(1);
        let mut collector = collector();
        push_all(&mut collector, &block, (lost_count..block.symbol_count()).rev());
        let decoded = collector.finish(7).unwrap_or_else(|hole| panic!("{bytes} bytes: {hole}"));
        assert_eq!(decoded.bytes, stored, "{bytes} bytes");
        assert_eq!(decoded.flags, block.record().flags);
        assert_eq!((decoded.repair_used, decoded.repair_left), (lost_count, repair_count - lost_count));
    }
}

#[test]
fn blocks_without_repair_are_their_own_symbols() {
    let stored = noise(1, 1000);
    let block = encoded(0.0, 3, &stored);
    assert_eq!((block.source_count(), block.symbol_count()), (16, 16));
    assert_eq!(block.symbol(1).unwrap(), &stored[64..128]);
    let last = [&stored[960..], &[0; 24]].concat();
    assert_eq!(block.symbol(15).unwrap(), last);
    assert_eq!(block.symbol(16), None);
    assert_eq!(block.record(), BlockRecord::of(3, StoredFlags { zstd: true, age: false }, &stored).unwrap());
}

#[test]
fn the_number_of_repair_symbols_is_the_ratio_rounded_up() {
    let count =
        |ratio, source_count: u32| BlockEncoder::new(64, ratio).unwrap().repair_count(source_count * 64);
    assert_eq!([count(0.05, 1000), count(0.05, 1001), count(0.05, 1)], [50, 51, 1]);
    assert_eq!([count(0.07, 100), count(0.0, 9), count(1.0, 9), count(4.0, 9)], [7, 0, 9, 36]);
    for ratio in [-0.1, 4.1, f64::NAN, f64::INFINITY] {
        assert!(BlockEncoder::new(64, ratio).is_err(), "{ratio}");
    }
    for symbol_bytes in [0, 56, 63, 65, 65_535] {
        assert!(BlockEncoder::new(symbol_bytes, 0.1).is_err(), "{symbol_bytes}");
    }
    let encode =
        |bytes| BlockEncoder::new(64, 0.0).unwrap().encode(0, StoredFlags::default(), vec![0; bytes]);
    assert!(encode(56_403 * 64).is_ok());
    let refused = encode(56_403 * 64 + 1).err();
    assert_eq!(refused, Some(BlockError::BlockSize { bytes: 3_609_793, bytes_max: 3_609_792 }));
    assert!(encode(0).is_err());
}

/// Cutting symbols into strips is ours; the code they are in must stay the standard's.
#[test]
fn repair_symbols_are_those_of_the_whole_block() {
    for (source_count, symbol_bytes) in [(1, 64), (10, 8192), (700, 1000), (1000, 1288), (3000, 520)] {
        let source = noise(9, source_count * usize::from(symbol_bytes));
        let config = ObjectTransmissionInformation::new(source.len() as u64, symbol_bytes, 1, 1, 1);
        let packets = SourceBlockEncoder::new(0, &config, &source).repair_packets(0, 20);
        let plain: Vec<u8> = packets.iter().flat_map(|packet| packet.data()).copied().collect();
        let esis: Vec<u32> = (source_count as u32..).take(20).collect();
        let ours = super::repair::repair_symbols(&source, symbol_bytes, &esis);
        assert!(ours == Some(plain.clone()), "{source_count} symbols of {symbol_bytes}");
        let some = [esis[1], esis[2], esis[7], esis[19]];
        let ours = super::repair::repair_symbols(&source, symbol_bytes, &some).unwrap();
        for (nth, esi) in some.iter().enumerate() {
            let size = usize::from(symbol_bytes);
            let plain = plain.chunks(size).nth(*esi as usize - source_count).unwrap();
            assert!(ours[nth * size..(nth + 1) * size] == *plain, "symbol {esi} of {source_count}");
        }
    }
}

#[test]
fn symbols_may_come_in_any_order_from_many_blocks_and_repeatedly() {
    let mut random = fastrand::Rng::with_seed(4);
    let blocks: Vec<EncodedBlock> =
        (0..5).map(|index| encoded(0.3, index, &noise(index.into(), 5000))).collect();
    let mut symbols: Vec<(usize, u32)> =
        (0..5).flat_map(|block| (20..103).map(move |esi| (block, esi))).collect();
    symbols.extend_from_within(..200);
    random.shuffle(&mut symbols);
    let mut collector = collector();
    for (block, esi) in symbols {
        push(&mut collector, &blocks[block], esi);
    }
    assert_eq!(collector.held_bytes(), 5 * 83 * 64);
    for (index, block) in blocks.iter().enumerate() {
        let decoded = collector.finish(index as u32).unwrap();
        assert_eq!((decoded.bytes, decoded.repair_used), (noise(index as u64, 5000), 20));
        assert_eq!(block.source_count(), 79);
    }
    assert_eq!((collector.held_bytes(), collector.open().count()), (0, 0));
}

#[test]
fn what_became_of_each_symbol_is_said() {
    let block = encoded(1.0, 0, &noise(0, 256));
    let mut collector = collector();
    assert_eq!(push(&mut collector, &block, 0), Pushed::Taken);
    assert_eq!(push(&mut collector, &block, 0), Pushed::Needless);
    assert_eq!(push(&mut collector, &block, 7), Pushed::Taken);
    assert_eq!(push(&mut collector, &block, 2), Pushed::Taken);
    assert_eq!(push(&mut collector, &block, 3), Pushed::Ready);
    let wrong = |block, esi, bytes: usize| Symbol { block, esi, bytes: &[0; 128][..bytes] };
    let record = block.record();
    let mut refused =
        |record, esi, bytes| assert_eq!(collector.push(&wrong(record, esi, bytes)), Pushed::Refused);
    refused(record, 1, 63);
    refused(record, 1 << 24, 64);
    refused(BlockRecord { stored_bytes: 0, ..record }, 1, 64);
    refused(BlockRecord { stored_bytes: STORED_BYTES_MAX + 1, ..record }, 1, 64);
}

#[test]
fn too_few_symbols_are_a_hole_that_more_symbols_fill() {
    let stored = noise(3, 6400);
    let block = encoded(0.2, 9, &stored);
    let mut collector = collector();
    assert_eq!(collector.finish(9), Err(Hole { index: 9, have: 0, need: 1 }));
    push_all(&mut collector, &block, 10..109);
    let mut gathered = collector.take(9).unwrap();
    assert_eq!(gathered.decode(), Err(Hole { index: 9, have: 99, need: 100 }));
    push_all(&mut collector, &block, 108..113);
    collector.put_back(gathered);
    push_all(&mut collector, &block, 113..115);
    let decoded = collector.finish(9).unwrap();
    assert_eq!((decoded.bytes, decoded.repair_used, decoded.repair_left), (stored, 10, 5));
}

#[test]
fn hostile_descriptions_of_a_block_do_not_hide_the_true_one() {
    let stored = noise(3, 640);
    let block = encoded(0.5, 0, &stored);
    let mut collector = collector();
    for lie in 0..3u8 {
        let record = BlockRecord { digest: BlockDigest([lie; 16]), ..block.record() };
        for esi in 0..15 {
            collector.push(&Symbol { block: record, esi, bytes: &[lie; 64] });
        }
    }
    push_all(&mut collector, &block, 3..15);
    assert_eq!(collector.finish(0).unwrap().bytes, stored);
}

#[test]
fn descriptions_beyond_four_take_no_memory() {
    let block = encoded(0.0, 0, &noise(3, 640));
    let mut collector = collector();
    for lie in 0..100u8 {
        let record = BlockRecord { digest: BlockDigest([lie; 16]), ..block.record() };
        collector.push(&Symbol { block: record, esi: 0, bytes: &[lie; 64] });
    }
    assert_eq!(collector.held_bytes(), 4 * 64);
    for esi in 0..1000 {
        let record = BlockRecord { digest: BlockDigest([0; 16]), ..block.record() };
        collector.push(&Symbol { block: record, esi, bytes: &[0; 64] });
    }
    assert!(collector.held_bytes() <= (3 + 10 + 10 + 16) * 64);
}

#[test]
fn a_wrong_symbol_never_makes_a_wrong_block() {
    let stored = noise(3, 6400);
    let block = encoded(0.2, 0, &stored);
    for wrong_esi in [0, 50, 105] {
        for lost_count in [0, 1, 10] {
            let mut collector = collector();
            collector.push(&Symbol { block: block.record(), esi: wrong_esi, bytes: &[1; 64] });
            push_all(&mut collector, &block, lost_count..110);
            // Where the wrong symbol was not needed, the block may come back.
            match collector.finish(0) {
                Ok(decoded) => assert_eq!(decoded.bytes, stored),
                Err(hole) => assert!(hole.have >= hole.need),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_block_comes_back_from_any_of_its_symbols(
        bytes in 1usize..20_000,
        ratio in 0.0f64..1.5,
        seed in any::<u64>(),
    ) {
        let stored = noise(seed, bytes);
        let block = encoded(ratio, 1, &stored);
        let mut random = fastrand::Rng::with_seed(seed);
        let mut esis: Vec<u32> = (0..block.symbol_count()).collect();
        random.shuffle(&mut esis);
        let spare = random.u32(..=block.symbol_count() - block.source_count());
        esis.truncate((block.source_count() + spare) as usize);
        let mut collector = collector();
        push_all(&mut collector, &block, esis);
        match collector.finish(1) {
            Ok(decoded) => prop_assert!(decoded.bytes == stored),
            // With h symbols to spare one decoding in 256^(h+1) fails.
            Err(hole) => prop_assert!(spare < 2, "{hole} with {spare} to spare"),
        }
    }
}
