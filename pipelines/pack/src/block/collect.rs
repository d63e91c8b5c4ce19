//! Symbols that arrive in any order, put together by block.

use std::collections::{BTreeMap, HashMap};

use super::{BlockRecord, Code, Decoded, Hole, decode::decode};
use crate::frame::Symbol;

/// Most different descriptions of one block that are followed; a video holds one, hostile frames may add more.
const CANDIDATES_MAX: usize = 4;
/// Buffers of closed blocks that are kept for those to come.
const SPARE_MAX: usize = 16;
/// Repair symbols kept beyond the number of source symbols: more adds nothing.
const REPAIR_SPARE: usize = 16;

/// Below this part of its source symbols a block has no places for them.
const EARLY_PART: usize = 16;

/// What became of a symbol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pushed {
    /// Kept; the block needs more.
    Taken,
    /// The block has as many symbols as it should take: [`BlockCollector::take`] and [`Gathered::decode`] may work.
    Ready,
    /// Not needed: a repetition, or more than any block can use.
    Needless,
    /// Of another size than this file's symbols and blocks can have.
    Refused,
}

/// Gathers the symbols of many blocks of one file.
///
/// Memory is what the open blocks hold ([`Self::held_bytes`]); the caller closes them with [`Self::take`].
#[derive(Debug)]
pub struct BlockCollector {
    symbol_bytes: u16,
    stored_bytes_max: u32,
    code: Code,
    blocks: HashMap<u32, Gathered>,
    /// Megabytes fresh from the system cost more than filling them.
    spare: Vec<Vec<u8>>,
}

impl BlockCollector {
    /// For a file whose symbols have `symbol_bytes` bytes and whose blocks store at most `stored_bytes_max`.
    pub fn new(symbol_bytes: u16, stored_bytes_max: u32) -> Self {
        Self { symbol_bytes, stored_bytes_max, code: Code::Raptor, blocks: HashMap::new(), spare: Vec::new() }
    }

    /// The same for repair symbols of this code.
    pub fn with_code(self, code: Code) -> Self {
        Self { code, ..self }
    }

    /// Takes one symbol whose checksum held. The bytes are copied.
    pub fn push(&mut self, symbol: &Symbol<'_>) -> Pushed {
        let record = &symbol.block;
        let good_size = symbol.bytes.len() == usize::from(self.symbol_bytes);
        let good_block = record.fits(self.symbol_bytes) && record.stored_bytes <= self.stored_bytes_max;
        if !good_size || !good_block || symbol.esi >= super::ESI_END {
            return Pushed::Refused;
        }
        let gathered = self.blocks.entry(record.index);
        let code = self.code;
        gathered
            .or_insert_with(|| Gathered { index: record.index, code, candidates: Vec::new() })
            .push(symbol, &mut self.spare)
    }

    /// Takes back the bytes of a block that nobody needs any more; the next block is gathered in them.
    pub fn recycle(&mut self, bytes: Vec<u8>) {
        if self.spare.len() < SPARE_MAX {
            self.spare.push(bytes);
        }
    }

    /// Closes a block and hands over its symbols, to be decoded on any thread.
    pub fn take(&mut self, index: u32) -> Option<Gathered> {
        self.blocks.remove(&index)
    }

    /// Opens a block again whose symbols were not enough, with those that came meanwhile.
    pub fn put_back(&mut self, mut gathered: Gathered) {
        if let Some(newer) = self.blocks.remove(&gathered.index) {
            newer.candidates.iter().for_each(|candidate| gathered.absorb(candidate, &mut self.spare));
        }
        self.blocks.insert(gathered.index, gathered);
    }

    /// Closes a block and decodes it here.
    ///
    /// # Errors
    /// The hole, when the symbols that arrived do not give the block; they are gone then.
    pub fn finish(&mut self, index: u32) -> Result<Decoded, Hole> {
        match self.take(index) {
            Some(mut gathered) => {
                // The last chance, so what was tried before does not count.
                gathered.candidates.iter_mut().for_each(|candidate| candidate.spare_wanted = 0);
                gathered.decode()
            }
            None => Err(Hole { index, have: 0, need: 1 }),
        }
    }

    /// Numbers of the open blocks, in no order.
    pub fn open(&self) -> impl Iterator<Item = u32> {
        self.blocks.keys().copied()
    }

    /// Bytes of symbols held by the open blocks.
    pub fn held_bytes(&self) -> u64 {
        self.blocks.values().map(Gathered::held_bytes).sum()
    }
}

/// The symbols of one block.
#[derive(Debug)]
pub struct Gathered {
    index: u32,
    code: Code,
    candidates: Vec<Candidate>,
}

impl Gathered {
    /// Block number.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The stored bytes, if the symbols give them and their digest holds.
    ///
    /// # Errors
    /// The hole; more symbols may still fill it.
    pub fn decode(&mut self) -> Result<Decoded, Hole> {
        let mut best = Hole { index: self.index, have: 0, need: 1 };
        for candidate in &mut self.candidates {
            match decode(candidate, self.code) {
                Ok(decoded) => return Ok(decoded),
                Err(hole) if hole.have >= best.have => best = hole,
                Err(_) => {}
            }
        }
        Err(best)
    }

    /// Bytes of symbols held.
    pub fn held_bytes(&self) -> u64 {
        self.candidates.iter().map(Candidate::held_bytes).sum()
    }

    fn absorb(&mut self, other: &Candidate, spare: &mut Vec<Vec<u8>>) {
        let source = other.source.chunks_exact(other.symbol_bytes).zip(&other.present).enumerate();
        let source =
            source.filter(|(_, (_, present))| **present).map(|(esi, (bytes, _))| (esi as u32, bytes));
        let early = other.early.iter().chain(&other.repair);
        for (esi, bytes) in source.chain(early.map(|(esi, bytes)| (*esi, &bytes[..]))) {
            self.push(&Symbol { block: other.record, esi, bytes }, spare);
        }
    }

    fn push(&mut self, symbol: &Symbol<'_>, spare: &mut Vec<Vec<u8>>) -> Pushed {
        let known = self.candidates.iter().position(|candidate| candidate.record == symbol.block);
        let at = match known {
            Some(at) => at,
            None if self.candidates.len() < CANDIDATES_MAX => {
                self.candidates.push(Candidate::new(symbol.block, symbol.bytes.len()));
                self.candidates.len() - 1
            }
            None => return Pushed::Needless,
        };
        self.candidates
            .get_mut(at)
            .map_or(Pushed::Needless, |candidate| candidate.push(symbol.esi, symbol.bytes, spare))
    }
}

/// The symbols that go with one description of a block.
#[derive(Debug)]
pub(super) struct Candidate {
    pub record: BlockRecord,
    pub symbol_bytes: usize,
    source_count: usize,
    /// The first source symbols, as long as they are few: a forged description must not cost the memory of a whole block.
    early: BTreeMap<u32, Vec<u8>>,
    /// All source symbols at their places, anything where one is missing; nothing before [`Self::lay_out`].
    pub source: Vec<u8>,
    pub present: Vec<bool>,
    pub present_count: usize,
    pub repair: BTreeMap<u32, Vec<u8>>,
    /// Symbols beyond the count of source symbols before it is tried again: a forged digest must not cost a solution for each.
    pub spare_wanted: usize,
}

impl Candidate {
    fn new(record: BlockRecord, symbol_bytes: usize) -> Self {
        Self {
            record,
            symbol_bytes,
            source_count: (record.stored_bytes as usize).div_ceil(symbol_bytes),
            early: BTreeMap::new(),
            source: Vec::new(),
            present: Vec::new(),
            present_count: 0,
            repair: BTreeMap::new(),
            spare_wanted: 0,
        }
    }

    pub fn source_count(&self) -> usize {
        self.source_count
    }

    /// Different symbols held.
    pub fn have(&self) -> usize {
        self.present_count + self.repair.len()
    }

    fn held_bytes(&self) -> u64 {
        (self.have() * self.symbol_bytes) as u64
    }

    /// Gives each source symbol its place in a buffer, whatever it holds.
    pub fn lay_out(&mut self, buffer: Vec<u8>) {
        if !self.present.is_empty() {
            return;
        }
        self.source = buffer;
        self.source.resize(self.source_count * self.symbol_bytes, 0);
        self.present = vec![false; self.source_count];
        for (esi, bytes) in std::mem::take(&mut self.early) {
            self.place(esi, &bytes);
        }
    }

    fn place(&mut self, esi: u32, bytes: &[u8]) {
        let from = esi as usize * self.symbol_bytes;
        if let (Some(present), Some(place)) =
            (self.present.get_mut(esi as usize), self.source.get_mut(from..from + bytes.len()))
        {
            *present = true;
            place.copy_from_slice(bytes);
        }
    }

    fn push(&mut self, esi: u32, bytes: &[u8], spare: &mut Vec<Vec<u8>>) -> Pushed {
        let is_source = (esi as usize) < self.source_count;
        let is_known = match self.present.get(esi as usize) {
            Some(present) => *present,
            None => self.early.contains_key(&esi) || self.repair.contains_key(&esi),
        };
        if is_known || (!is_source && self.repair.len() >= self.source_count + REPAIR_SPARE) {
            return Pushed::Needless;
        }
        if !is_source {
            self.repair.insert(esi, bytes.to_vec());
        } else {
            self.present_count += 1;
            if self.present_count > self.source_count / EARLY_PART {
                if self.present.is_empty() {
                    self.lay_out(spare.pop().unwrap_or_default());
                }
                self.place(esi, bytes);
            } else {
                self.early.insert(esi, bytes.to_vec());
            }
        }
        if self.have() >= self.source_count() { Pushed::Ready } else { Pushed::Taken }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::{BlockDigest, BlockEncoder, StoredFlags};

    #[test]
    fn a_block_of_which_little_came_has_no_place_for_the_rest() {
        let record = BlockRecord {
            index: 0,
            stored_bytes: 3_600_000,
            flags: StoredFlags::default(),
            digest: BlockDigest([1; 16]),
        };
        let (mut candidate, mut spare) = (Candidate::new(record, 64), Vec::new());
        for esi in [56_249, 0, 131_071, 7] {
            assert_eq!(candidate.push(esi, &[5; 64], &mut spare), Pushed::Taken);
            assert_eq!(candidate.push(esi, &[5; 64], &mut spare), Pushed::Needless);
        }
        assert_eq!((candidate.source.capacity(), candidate.present.capacity()), (0, 0));
        // Once there is a sixteenth of it, all are where they belong.
        (8..4000).for_each(|esi| assert_eq!(candidate.push(esi, &[6; 64], &mut spare), Pushed::Taken));
        assert_eq!((candidate.source.len(), candidate.present_count), (3_600_000, 3995));
        assert_eq!((&candidate.source[7 * 64..8 * 64], candidate.source[8 * 64]), (&[5; 64][..], 6));
        assert_eq!(candidate.source[56_249 * 64..], [5; 64]);
    }

    #[test]
    fn a_digest_that_no_symbols_hold_is_tried_more_and_more_seldom() {
        let coder = BlockEncoder::new(64, 1.0).unwrap();
        let block = coder.encode(0, StoredFlags::default(), vec![9; 64 * 50]).unwrap();
        let record = BlockRecord { digest: BlockDigest([1; 16]), ..block.record() };
        let (mut candidate, mut spare) = (Candidate::new(record, 64), Vec::new());
        let mut tries = 0;
        for esi in 1..block.symbol_count() {
            if candidate.push(esi, block.symbol(esi).unwrap(), &mut spare) == Pushed::Ready {
                let wanted = candidate.spare_wanted;
                assert!(super::super::decode::decode(&mut candidate, Code::Raptor).is_err());
                tries += u32::from(candidate.spare_wanted != wanted);
            }
        }
        assert_eq!(tries, 7, "with 0, 1, 2, 4, 8, 16 and 32 symbols to spare of 49");
    }
}
