//! Speed of coding, printed: `cargo test --release -p reel-pack -- --ignored --nocapture timing`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::*;
use crate::frame::Symbol;

const SYMBOL_BYTES: u16 = 8192;
const SOURCE_COUNT: usize = 1000;
const BLOCKS: u32 = 12;

#[test]
#[ignore = "prints timings"]
fn timing_of_blocks() {
    let mut random = fastrand::Rng::with_seed(1);
    let mut stored = vec![0; SOURCE_COUNT * usize::from(SYMBOL_BYTES)];
    random.fill(&mut stored);
    let encoder = BlockEncoder::new(SYMBOL_BYTES, 0.05).unwrap();
    let row = |what: &str, mut work: Box<dyn FnMut() -> Duration + '_>| {
        work();
        let best = (0..BLOCKS).map(|_| work()).min().unwrap_or_default();
        println!("{what}: {:.0} MB/s", stored.len() as f64 / best.as_secs_f64() / 1e6);
    };
    row("digest", Box::new(|| timed(|| BlockDigest::of(&stored)).0));
    row(
        "encode at r = 0.05",
        Box::new(|| {
            let own = stored.clone();
            timed(|| encoder.encode(0, StoredFlags::default(), own)).0
        }),
    );
    let block = encoder.encode(0, StoredFlags::default(), stored.clone()).unwrap();
    for (lost_count, spare) in [(0, 50), (1, 49), (10, 40), (50, 0), (48, 2), (35, 15), (20, 30)] {
        let mut esis: Vec<u32> = (0..block.source_count()).collect();
        random.shuffle(&mut esis);
        let mut esis = esis.split_off(lost_count);
        esis.sort_unstable();
        esis.extend((block.source_count()..block.symbol_count()).take(lost_count + spare));
        row(
            &format!(
                "finish with {lost_count} of {SOURCE_COUNT} lost, {spare} to spare (gathering included)"
            ),
            Box::new(|| {
                timed(|| {
                    let mut collector = BlockCollector::new(SYMBOL_BYTES, u32::MAX);
                    for &esi in &esis {
                        let bytes = block.symbol(esi).unwrap();
                        collector.push(&Symbol { block: block.record(), esi, bytes });
                    }
                    collector.finish(0).unwrap()
                })
                .0
            }),
        );
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begin = Instant::now();
    let result = black_box(work());
    (begin.elapsed(), result)
}

#[test]
#[ignore = "prints timings"]
fn timing_of_repair_by_symbol_size() {
    let esis: Vec<u32> = (SOURCE_COUNT as u32..).take(50).collect();
    for symbol_bytes in [256, 512, 1024, 2048, 4096, 8192] {
        let mut source = vec![0; SOURCE_COUNT * usize::from(symbol_bytes)];
        fastrand::fill(&mut source);
        let work = || timed(|| super::repair::repair_symbols(&source, symbol_bytes, &esis)).0;
        work();
        let best = (0..40).map(|_| work()).min().unwrap_or_default();
        println!("T {symbol_bytes}: {:.0} MB/s", source.len() as f64 / best.as_secs_f64() / 1e6);
    }
}

#[test]
#[ignore = "prints timings"]
fn timing_of_decoding_by_symbol_size() {
    for symbol_bytes in [64, 512, 1024, 2048, 4096, 8192] {
        let mut source = vec![0; SOURCE_COUNT * usize::from(symbol_bytes)];
        fastrand::fill(&mut source);
        let encoder = BlockEncoder::new(symbol_bytes, 0.07).unwrap();
        let block = encoder.encode(0, StoredFlags::default(), source.clone()).unwrap();
        for (lost, got) in [(50, 50), (50, 52), (50, 62), (50, 70)] {
            let work = || {
                let mut collector = BlockCollector::new(symbol_bytes, u32::MAX);
                for esi in (0..block.symbol_count())
                    .filter(|esi| !(*esi < 1000 && esi % 20 == 7))
                    .take(1000 - lost + got)
                {
                    let bytes = block.symbol(esi).unwrap();
                    collector.push(&Symbol { block: block.record(), esi, bytes });
                }
                timed(|| collector.finish(0).unwrap()).0
            };
            work();
            let best = (0..15).map(|_| work()).min().unwrap_or_default();
            println!(
                "T {symbol_bytes} lost {lost} got {got}: {:.0} MB/s {best:?}",
                source.len() as f64 / best.as_secs_f64() / 1e6
            );
        }
    }
}
