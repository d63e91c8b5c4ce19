//! Reed-Solomon in place of RaptorQ: any symbols that are as many as the source symbols give the block.

use reed_solomon_simd::{ReedSolomonDecoder, ReedSolomonEncoder};

use super::collect::Candidate;
use super::encode::repair_count;
use super::source_count;

/// By what repair symbols are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Code {
    /// RaptorQ, RFC 6330.
    #[default]
    Raptor,
    /// Reed-Solomon over 16 bits, with so many millionths of a repair symbol for each source symbol, which its reader has
    /// to know.
    ReedSolomon {
        /// Repair symbols for a million source symbols.
        ratio_ppm: u64,
    },
}

/// `count` repair symbols of whole source symbols; `None` when there are too many of either.
pub(super) fn repair_symbols(source: &[u8], symbol_bytes: u16, count: u32) -> Option<Vec<u8>> {
    let size = usize::from(symbol_bytes);
    let mut encoder = ReedSolomonEncoder::new(source.len() / size.max(1), count as usize, size).ok()?;
    source.chunks_exact(size).try_for_each(|symbol| encoder.add_original_shard(symbol)).ok()?;
    let made = encoder.encode().ok()?;
    let mut repair = Vec::with_capacity(count as usize * size);
    made.recovery_iter().for_each(|symbol| repair.extend_from_slice(symbol));
    Some(repair)
}

/// Writes the missing source symbols to their places; `None` when too few are there.
pub(super) fn restore(candidate: &mut Candidate, ratio_ppm: u64) -> Option<()> {
    let size = candidate.symbol_bytes;
    let symbol_bytes = u16::try_from(size).ok()?;
    let sources = source_count(candidate.record.stored_bytes, symbol_bytes);
    let repairs = repair_count(sources, ratio_ppm);
    let mut decoder = ReedSolomonDecoder::new(sources as usize, repairs as usize, size).ok()?;
    let symbols = candidate.source.chunks_exact(size).zip(&candidate.present).enumerate();
    for (index, (symbol, _)) in symbols.filter(|(_, (_, present))| **present) {
        decoder.add_original_shard(index, symbol).ok()?;
    }
    for (esi, symbol) in &candidate.repair {
        // A number beyond the last one is none that a writer gives.
        let Some(index) = esi.checked_sub(sources).filter(|index| *index < repairs) else { continue };
        decoder.add_recovery_shard(index as usize, symbol).ok()?;
    }
    let restored = decoder.decode().ok()?;
    for (index, symbol) in restored.restored_original_iter() {
        candidate.source.get_mut(index * size..(index + 1) * size)?.copy_from_slice(symbol);
    }
    Some(())
}
