//! From stored bytes to source and repair symbols.

use super::repair::repair_symbols;
use super::{
    BlockError, BlockRecord, Code, SOURCE_SYMBOLS_MAX, StoredFlags, is_symbol_size, reed_solomon,
    source_count,
};

/// Most repair symbols for each source symbol.
pub const REPAIR_RATIO_MAX: f64 = 4.0;
const MILLION: u64 = 1_000_000;

/// Turns blocks into symbols; cheap to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockEncoder {
    symbol_bytes: u16,
    repair_ratio_ppm: u64,
    code: Code,
}

impl BlockEncoder {
    /// For symbols of `symbol_bytes` bytes and `repair_ratio` repair symbols for each source symbol.
    ///
    /// # Errors
    /// When the size is not one of a symbol, or the ratio is not between 0 and [`REPAIR_RATIO_MAX`].
    pub fn new(symbol_bytes: u16, repair_ratio: f64) -> Result<Self, BlockError> {
        if !is_symbol_size(symbol_bytes) {
            return Err(BlockError::SymbolSize { symbol_bytes });
        }
        if !(0.0..=REPAIR_RATIO_MAX).contains(&repair_ratio) {
            return Err(BlockError::RepairRatio { ratio: repair_ratio });
        }
        // Whole millionths, so that 0.07 of 100 is 7 and not one more.
        let repair_ratio_ppm = (repair_ratio * MILLION as f64).round() as u64;
        Ok(Self { symbol_bytes, repair_ratio_ppm, code: Code::Raptor })
    }

    /// The same with Reed-Solomon in place of RaptorQ.
    pub fn with_reed_solomon(self) -> Self {
        Self { code: Code::ReedSolomon { ratio_ppm: self.repair_ratio_ppm }, ..self }
    }

    /// By what it makes repair symbols.
    pub fn code(&self) -> Code {
        self.code
    }

    /// Size of each symbol.
    pub fn symbol_bytes(&self) -> u16 {
        self.symbol_bytes
    }

    /// How many source symbols a block of `stored_bytes` has.
    pub fn source_count(&self, stored_bytes: u32) -> u32 {
        source_count(stored_bytes, self.symbol_bytes)
    }

    /// How many repair symbols a block of `stored_bytes` gets.
    pub fn repair_count(&self, stored_bytes: u32) -> u32 {
        repair_count(self.source_count(stored_bytes), self.repair_ratio_ppm)
    }

    /// The symbols of one block. Without repair symbols this only fills up the last one.
    ///
    /// # Errors
    /// When the block is empty or too large.
    pub fn encode(
        &self,
        index: u32,
        flags: StoredFlags,
        stored: Vec<u8>,
    ) -> Result<EncodedBlock, BlockError> {
        let bytes_max = u64::from(SOURCE_SYMBOLS_MAX) * u64::from(self.symbol_bytes);
        let record = BlockRecord::of(index, flags, &stored)
            .filter(|record| record.fits(self.symbol_bytes))
            .ok_or(BlockError::BlockSize { bytes: stored.len(), bytes_max })?;
        let source_count = record.source_count(self.symbol_bytes);
        let mut source = stored;
        source.resize(source_count as usize * usize::from(self.symbol_bytes), 0);
        let repair = match self.repair_count(record.stored_bytes) {
            0 => Vec::new(),
            count => {
                let made = match self.code {
                    Code::Raptor => {
                        let esis: Vec<u32> = (source_count..source_count + count).collect();
                        repair_symbols(&source, self.symbol_bytes, &esis)
                    }
                    Code::ReedSolomon { .. } => {
                        reed_solomon::repair_symbols(&source, self.symbol_bytes, count)
                    }
                };
                made.ok_or(BlockError::Coding { index })?
            }
        };
        Ok(EncodedBlock { record, symbol_bytes: self.symbol_bytes, source_count, source, repair })
    }
}

/// How many repair symbols go with so many source symbols.
pub(super) fn repair_count(source_count: u32, ratio_ppm: u64) -> u32 {
    u64::from(source_count).saturating_mul(ratio_ppm).div_ceil(MILLION) as u32
}

/// A block and its symbols.
#[derive(Clone, Debug)]
pub struct EncodedBlock {
    record: BlockRecord,
    symbol_bytes: u16,
    source_count: u32,
    source: Vec<u8>,
    repair: Vec<u8>,
}

impl EncodedBlock {
    /// What the frames say about the block.
    pub fn record(&self) -> BlockRecord {
        self.record
    }

    /// How many source symbols it has; they have the ESIs below this.
    pub fn source_count(&self) -> u32 {
        self.source_count
    }

    /// Source and repair symbols together; their ESIs are the numbers below this.
    pub fn symbol_count(&self) -> u32 {
        self.source_count + (self.repair.len() / usize::from(self.symbol_bytes)) as u32
    }

    /// The symbol of this ESI.
    pub fn symbol(&self, esi: u32) -> Option<&[u8]> {
        let size = usize::from(self.symbol_bytes);
        let (symbols, nth) = match esi.checked_sub(self.source_count) {
            None => (&self.source, esi),
            Some(nth) => (&self.repair, nth),
        };
        symbols.get(nth as usize * size..)?.get(..size)
    }

    /// The buffer of the stored bytes, to be filled again.
    pub fn into_buffer(self) -> Vec<u8> {
        self.source
    }
}
