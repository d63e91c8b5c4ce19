//! From symbols back to stored bytes, believed only when their digest holds.

use std::panic::{AssertUnwindSafe, catch_unwind};

use raptorq::{EncodingPacket, ObjectTransmissionInformation, PayloadId, SourceBlockDecoder};

use super::collect::Candidate;
use super::{BlockDigest, Hole, StoredFlags};

/// A block that came back, bit-exact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decoded {
    /// The stored bytes.
    pub bytes: Vec<u8>,
    /// What was done to them.
    pub flags: StoredFlags,
    /// Repair symbols that stood in for missing ones.
    pub repair_used: u32,
    /// Repair symbols that arrived and were not needed.
    pub repair_left: u32,
}

/// The stored bytes of a candidate; on success its source symbols are moved out.
pub(super) fn decode(candidate: &mut Candidate) -> Result<Decoded, Hole> {
    let missing_count = candidate.source_count() - candidate.present_count;
    let hole = Hole {
        index: candidate.record.index,
        have: candidate.have() as u32,
        need: candidate.source_count() as u32,
    };
    if candidate.repair.len() < missing_count {
        return Err(hole);
    }
    let mut bytes = match missing_count {
        0 => std::mem::take(&mut candidate.source),
        _ => with_raptorq(candidate).ok_or(Hole { need: hole.need.max(hole.have + 1), ..hole })?,
    };
    bytes.truncate(candidate.record.stored_bytes as usize);
    if BlockDigest::of(&bytes) != candidate.record.digest {
        if missing_count == 0 {
            bytes.resize(candidate.source_count() * candidate.symbol_bytes, 0);
            candidate.source = bytes;
        }
        return Err(hole);
    }
    Ok(Decoded {
        bytes,
        flags: candidate.record.flags,
        repair_used: missing_count as u32,
        repair_left: (candidate.repair.len() - missing_count) as u32,
    })
}

fn with_raptorq(candidate: &Candidate) -> Option<Vec<u8>> {
    let symbol_bytes = u16::try_from(candidate.symbol_bytes).ok()?;
    let length = candidate.source.len() as u64;
    let packet = |esi: u32, bytes: &[u8]| EncodingPacket::new(PayloadId::new(0, esi), bytes.to_vec());
    let source = candidate.source.chunks_exact(candidate.symbol_bytes).zip(&candidate.present).enumerate();
    let source =
        source.filter(|(_, (_, present))| **present).map(|(esi, (bytes, _))| packet(esi as u32, bytes));
    let repair = candidate.repair.iter().map(|(esi, bytes)| packet(*esi, bytes));
    let decoded = catch_unwind(AssertUnwindSafe(|| {
        let config = ObjectTransmissionInformation::new(length, symbol_bytes, 1, 1, 1);
        SourceBlockDecoder::new(0, &config, length).decode(source.chain(repair))
    }));
    decoded.ok().flatten().filter(|bytes| bytes.len() == candidate.source.len())
}
