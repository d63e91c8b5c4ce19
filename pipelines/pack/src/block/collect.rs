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
            Some(mut gathered) => gathered.decode(),
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
        for (esi, bytes) in source.chain(other.repair.iter().map(|(esi, bytes)| (*esi, &bytes[..]))) {
            self.push(&Symbol { block: other.record, esi, bytes }, spare);
        }
    }

    fn push(&mut self, symbol: &Symbol<'_>, spare: &mut Vec<Vec<u8>>) -> Pushed {
        let known = self.candidates.iter().position(|candidate| candidate.record == symbol.block);
        let at = match known {
            Some(at) => at,
            None if self.candidates.len() < CANDIDATES_MAX => {
                let buffer = spare.pop().unwrap_or_default();
                self.candidates.push(Candidate::new(symbol.block, symbol.bytes.len(), buffer));
                self.candidates.len() - 1
            }
            None => return Pushed::Needless,
        };
        self.candidates
            .get_mut(at)
            .map_or(Pushed::Needless, |candidate| candidate.push(symbol.esi, symbol.bytes))
    }
}

/// The symbols that go with one description of a block.
#[derive(Debug)]
pub(super) struct Candidate {
    pub record: BlockRecord,
    pub symbol_bytes: usize,
    /// All source symbols at their places, anything where one is missing.
    pub source: Vec<u8>,
    pub present: Vec<bool>,
    pub present_count: usize,
    pub repair: BTreeMap<u32, Vec<u8>>,
}

impl Candidate {
    fn new(record: BlockRecord, symbol_bytes: usize, buffer: Vec<u8>) -> Self {
        let source_count = (record.stored_bytes as usize).div_ceil(symbol_bytes);
        let mut source = buffer;
        source.resize(source_count * symbol_bytes, 0);
        Self {
            record,
            symbol_bytes,
            source,
            present: vec![false; source_count],
            present_count: 0,
            repair: BTreeMap::new(),
        }
    }

    pub fn source_count(&self) -> usize {
        self.present.len()
    }

    /// Different symbols held.
    pub fn have(&self) -> usize {
        self.present_count + self.repair.len()
    }

    fn held_bytes(&self) -> u64 {
        (self.have() * self.symbol_bytes) as u64
    }

    fn push(&mut self, esi: u32, bytes: &[u8]) -> Pushed {
        let repair_max = self.source_count() + REPAIR_SPARE;
        match self.present.get_mut(esi as usize) {
            Some(true) => return Pushed::Needless,
            Some(present) => {
                *present = true;
                self.present_count += 1;
                let from = esi as usize * self.symbol_bytes;
                if let Some(place) = self.source.get_mut(from..from + bytes.len()) {
                    place.copy_from_slice(bytes);
                }
            }
            None if self.repair.contains_key(&esi) => return Pushed::Needless,
            None if self.repair.len() >= repair_max => return Pushed::Needless,
            None => {
                self.repair.insert(esi, bytes.to_vec());
            }
        }
        if self.have() >= self.source_count() { Pushed::Ready } else { Pushed::Taken }
    }
}
