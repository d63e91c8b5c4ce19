//! Repair symbols by RaptorQ, made strip by strip.
//!
//! The code works on each byte column by itself, so a block can be cut into strips of columns and each be coded as a
//! block of smaller symbols. The bytes are the same; what is worked on stays in the cache, and no allocation is so
//! large that its pages are fetched from and given back to the system for each block.

use std::panic::{AssertUnwindSafe, catch_unwind};

use raptorq::{ObjectTransmissionInformation, SourceBlockEncoder};

use super::plans::plan;

/// Bytes of source symbols that are coded at a time; more only where symbols are many and small already.
const STRIP_BYTES: usize = 2 << 20;
/// Narrower strips would spend their time on bookkeeping.
const STRIP_WIDTH_MIN: usize = 256;

/// `count` repair symbols, one after the other, of whole source symbols; `None` if RaptorQ panicked.
pub(super) fn repair_symbols(source: &[u8], symbol_bytes: u16, count: u32) -> Option<Vec<u8>> {
    let size = usize::from(symbol_bytes);
    let source_count = u16::try_from(source.len() / size).ok()?;
    let mut repair = vec![0; count as usize * size];
    let coded = catch_unwind(AssertUnwindSafe(|| {
        let plan = plan(source_count);
        let width = strip_width(usize::from(source_count)).min(size);
        let mut strip = Vec::with_capacity(usize::from(source_count) * width);
        for from in (0..size).step_by(width) {
            let columns = from..size.min(from + width);
            strip.clear();
            source.chunks_exact(size).for_each(|symbol| strip.extend_from_slice(&symbol[columns.clone()]));
            let config =
                ObjectTransmissionInformation::new(strip.len() as u64, columns.len() as u16, 1, 1, 1);
            let encoder = SourceBlockEncoder::with_encoding_plan(0, &config, &strip, &plan);
            for (symbol, coded) in repair.chunks_exact_mut(size).zip(encoder.repair_packets(0, count)) {
                symbol[columns.clone()].copy_from_slice(coded.data());
            }
        }
    }));
    coded.ok().map(|()| repair)
}

fn strip_width(source_count: usize) -> usize {
    (STRIP_BYTES / source_count.max(1) / 64 * 64).max(STRIP_WIDTH_MIN)
}
