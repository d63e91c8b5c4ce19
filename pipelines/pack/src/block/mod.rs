//! Source blocks: what is stored, its digest, its symbols by RaptorQ or Reed-Solomon.

mod collect;
mod decode;
mod encode;
mod error;
mod few;
mod gf256;
#[cfg(test)]
mod hostile;
mod plans;
mod record;
mod reed_solomon;
mod repair;
mod restore;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod timing;

pub use collect::{BlockCollector, Gathered, Pushed};
pub use decode::Decoded;
pub use encode::{BlockEncoder, EncodedBlock, REPAIR_RATIO_MAX};
pub use error::{BlockError, Hole};
pub use record::{
    BlockDigest, BlockRecord, ESI_END, SOURCE_SYMBOLS_MAX, SYMBOL_BYTES_MAX, SYMBOL_BYTES_MIN, StoredFlags,
    is_symbol_size, source_count,
};
pub use reed_solomon::Code;
