//! Missing source symbols by RaptorQ, strip by strip as repair symbols are made.

use std::panic::{AssertUnwindSafe, catch_unwind};

use raptorq::{EncodingPacket, ObjectTransmissionInformation, PayloadId, SourceBlockDecoder};

use super::collect::Candidate;

/// Bytes of symbols that are decoded at a time. Each strip is solved anew, which takes a millisecond for a thousand
/// symbols; whole blocks of 8 MB cost more, in memory fetched from the system and given back.
const STRIP_BYTES: usize = 2 << 20;
const STRIP_WIDTH_MIN: usize = 512;
/// One solution in 256^3 needs more repair symbols than this beyond the missing ones.
const SPARE: usize = 2;
/// With this many RaptorQ nearly always (all but one in a thousand) does without its costly dense rows, of which there
/// are up to 16. With only a few more than those it tries, fails and tries again with them: twice the work.
const SPARE_WITHOUT_DENSE_ROWS: usize = 26;

/// Writes the missing source symbols to their places; `None`, and nothing written that counts, when the symbols do not
/// determine them.
pub(super) fn restore_missing(candidate: &mut Candidate) -> Option<()> {
    let size = candidate.symbol_bytes;
    let width_max = (STRIP_BYTES / candidate.source_count().max(1) / 64 * 64).max(STRIP_WIDTH_MIN);
    // Strips of one width: the last one is not a sliver that is solved for a few bytes.
    let width = size.div_ceil(size.div_ceil(width_max)).next_multiple_of(8);
    for from in (0..size).step_by(width) {
        let columns = from..size.min(from + width);
        let strip = catch_unwind(AssertUnwindSafe(|| solve_strip(candidate, columns.clone()))).ok()??;
        let places = candidate.source.chunks_exact_mut(size).zip(&candidate.present);
        for ((place, present), solved) in places.zip(strip.chunks_exact(columns.len())) {
            if !present {
                place[columns.clone()].copy_from_slice(solved);
            }
        }
    }
    Some(())
}

/// These columns of all source symbols. What goes in was checked: ids below 2^24, bytes of one length, no id twice.
fn solve_strip(candidate: &Candidate, columns: std::ops::Range<usize>) -> Option<Vec<u8>> {
    let width = u16::try_from(columns.len()).ok()?;
    let strip_bytes = candidate.source_count() * columns.len();
    let packet = |esi: u32, symbol: &[u8]| {
        EncodingPacket::new(PayloadId::new(0, esi), symbol[columns.clone()].to_vec())
    };
    let source = candidate.source.chunks_exact(candidate.symbol_bytes).zip(&candidate.present).enumerate();
    let source =
        source.filter(|(_, (_, present))| **present).map(|(esi, (symbol, _))| packet(esi as u32, symbol));
    let mut repair = candidate.repair.iter().map(|(esi, symbol)| packet(*esi, symbol));
    let missing_count = candidate.source_count() - candidate.present_count;
    let spare_count = candidate.repair.len().saturating_sub(missing_count);
    let spare = if spare_count < SPARE_WITHOUT_DENSE_ROWS { SPARE } else { SPARE_WITHOUT_DENSE_ROWS };

    let config = ObjectTransmissionInformation::new(strip_bytes as u64, width, 1, 1, 1);
    let mut decoder = SourceBlockDecoder::new(0, &config, strip_bytes as u64);
    let solved = decoder.decode(source.chain(repair.by_ref().take(missing_count + spare)));
    let solved = solved.or_else(|| if repair.len() > 0 { decoder.decode(repair) } else { None });
    solved.filter(|solved| solved.len() == strip_bytes)
}
