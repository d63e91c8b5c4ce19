//! What a frame says about the block that its symbols belong to.

use std::fmt;

/// Most source symbols of one block (RFC 6330, section 5.1.2).
pub const SOURCE_SYMBOLS_MAX: u32 = 56_403;
/// Encoding symbol ids are 24 bits wide.
pub const ESI_END: u32 = 1 << 24;
/// Fewest bytes of a symbol.
pub const SYMBOL_BYTES_MIN: u16 = 64;
/// Most bytes of a symbol.
pub const SYMBOL_BYTES_MAX: u16 = 65_528;

/// Whether symbols may have this size: 64 to 65 528 bytes, a multiple of 8.
pub fn is_symbol_size(symbol_bytes: u16) -> bool {
    (SYMBOL_BYTES_MIN..=SYMBOL_BYTES_MAX).contains(&symbol_bytes) && symbol_bytes.is_multiple_of(8)
}

/// How many source symbols `stored_bytes` make; 0 for no bytes or a symbol size of 0.
pub fn source_count(stored_bytes: u32, symbol_bytes: u16) -> u32 {
    match symbol_bytes {
        0 => 0,
        size => stored_bytes.div_ceil(u32::from(size)),
    }
}

/// The first 16 bytes of BLAKE3 over the stored bytes of a block.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockDigest(pub [u8; 16]);

impl BlockDigest {
    /// Of these stored bytes.
    pub fn of(stored: &[u8]) -> Self {
        let mut first = [0; 16];
        first.copy_from_slice(&blake3::hash(stored).as_bytes()[..16]);
        Self(first)
    }
}

impl fmt::Debug for BlockDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What was done to a block's content before it was stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub struct StoredFlags {
    /// Compressed with zstd.
    pub zstd: bool,
    /// Then sealed with age.
    pub age: bool,
}

impl StoredFlags {
    /// As written in a run.
    pub fn to_byte(self) -> u8 {
        u8::from(self.zstd) | u8::from(self.age) << 1
    }

    /// `None` when a bit is set that this version does not know.
    pub fn from_byte(byte: u8) -> Option<Self> {
        (byte < 4).then_some(Self { zstd: byte & 1 != 0, age: byte & 2 != 0 })
    }
}

/// One block as each frame with a symbol of it describes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct BlockRecord {
    /// Block number, from 0.
    pub index: u32,
    /// Length of the stored bytes, at least 1.
    pub stored_bytes: u32,
    /// What the stored bytes are.
    pub flags: StoredFlags,
    /// Of the stored bytes.
    pub digest: BlockDigest,
}

impl BlockRecord {
    /// Of a block with these stored bytes; `None` when they are none or more than 32 bits can count.
    pub fn of(index: u32, flags: StoredFlags, stored: &[u8]) -> Option<Self> {
        let stored_bytes = u32::try_from(stored.len()).ok().filter(|&bytes| bytes > 0)?;
        Some(Self { index, stored_bytes, flags, digest: BlockDigest::of(stored) })
    }

    /// How many source symbols of `symbol_bytes` bytes the block has.
    pub fn source_count(&self, symbol_bytes: u16) -> u32 {
        source_count(self.stored_bytes, symbol_bytes)
    }

    /// Whether symbols of `symbol_bytes` bytes can carry it.
    pub fn fits(&self, symbol_bytes: u16) -> bool {
        is_symbol_size(symbol_bytes) && (1..=SOURCE_SYMBOLS_MAX).contains(&self.source_count(symbol_bytes))
    }
}
