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

/// The repair symbols with these ESIs, one after the other, of whole source symbols; `None` if RaptorQ panicked.
///
/// `esis` rise and are at least the number of source symbols.
pub(super) fn repair_symbols(source: &[u8], symbol_bytes: u16, esis: &[u32]) -> Option<Vec<u8>> {
    let size = usize::from(symbol_bytes);
    let source_count = u16::try_from(source.len() / size).ok()?;
    let mut repair = vec![0; esis.len() * size];
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
            let mut places = repair.chunks_exact_mut(size);
            for run in esis.chunk_by(|esi, next| esi + 1 == *next) {
                let first = run.first().map_or(0, |esi| esi.saturating_sub(source_count.into()));
                let packets = encoder.repair_packets(first, run.len() as u32);
                // The packets first: the iterator asked first is asked once too often, and a place would be lost.
                for (packet, place) in packets.iter().zip(places.by_ref()) {
                    place[columns.clone()].copy_from_slice(packet.data());
                }
            }
        }
    }));
    coded.ok().map(|()| repair)
}

fn strip_width(source_count: usize) -> usize {
    (STRIP_BYTES / source_count.max(1) / 64 * 64).max(STRIP_WIDTH_MIN)
}
