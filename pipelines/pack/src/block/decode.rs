//! From symbols back to stored bytes, believed only when their digest holds.

use super::collect::Candidate;
use super::few::restore_few;
use super::restore::restore_missing;
use super::{BlockDigest, Code, Hole, StoredFlags, reed_solomon};

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
pub(super) fn decode(candidate: &mut Candidate, code: Code) -> Result<Decoded, Hole> {
    let missing_count = candidate.source_count() - candidate.present_count;
    let hole = Hole {
        index: candidate.record.index,
        have: candidate.have() as u32,
        need: candidate.source_count() as u32,
    };
    let spare_count = candidate.have().saturating_sub(candidate.source_count());
    if candidate.repair.len() < missing_count || spare_count < candidate.spare_wanted {
        return Err(hole);
    }
    candidate.lay_out(Vec::new());
    candidate.spare_wanted = (2 * spare_count).max(1);
    let restore = |candidate: &mut Candidate| match code {
        Code::Raptor => restore_few(candidate).or_else(|| restore_missing(candidate)),
        Code::ReedSolomon { ratio_ppm } => reed_solomon::restore(candidate, ratio_ppm),
    };
    if missing_count > 0 && restore(candidate).is_none() {
        return Err(Hole { need: hole.have + 1, ..hole });
    }
    let mut bytes = std::mem::take(&mut candidate.source);
    bytes.truncate(candidate.record.stored_bytes as usize);
    if BlockDigest::of(&bytes) != candidate.record.digest {
        bytes.resize(candidate.source_count() * candidate.symbol_bytes, 0);
        candidate.source = bytes;
        return Err(hole);
    }
    Ok(Decoded {
        bytes,
        flags: candidate.record.flags,
        repair_used: missing_count as u32,
        repair_left: (candidate.repair.len() - missing_count) as u32,
    })
}
