//! Why a block cannot be coded, or cannot be had back.

/// Why a block cannot be turned into symbols.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BlockError {
    /// Symbols cannot have this size.
    #[error("symbols of {symbol_bytes} bytes (64 to 65528, a multiple of 8)")]
    SymbolSize {
        /// As asked for.
        symbol_bytes: u16,
    },
    /// Not a share of repair symbols that can be made.
    #[error("a repair ratio of {ratio} (0 to 4)")]
    RepairRatio {
        /// As asked for.
        ratio: f64,
    },
    /// No bytes, or more than a block can hold.
    #[error("a block of {bytes} bytes (1 to {bytes_max})")]
    BlockSize {
        /// As given.
        bytes: usize,
        /// Most that symbols of this size can carry.
        bytes_max: u64,
    },
    /// The error correction itself failed, which its checked input should never let it.
    #[error("error correction failed on block {index}")]
    Coding {
        /// Block number.
        index: u32,
    },
}

/// A block that is not to be had from the symbols that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("block {index} has {have} of {need} symbols")]
pub struct Hole {
    /// Block number.
    pub index: u32,
    /// Different symbols that arrived.
    pub have: u32,
    /// How many it takes at least; not more than `have` when what arrived contradicts itself.
    pub need: u32,
}
