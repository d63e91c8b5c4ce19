//! A block as it is stored: compressed where that helps, sealed where that is wanted, with its repair symbols.

use reel_engine::RunError;
use reel_types::FailureKind;

use super::plan;
use super::report::ChunkReport;
use crate::block::{BlockEncoder, EncodedBlock, StoredFlags};
use crate::content::Content;
use crate::params::{Compress, ErrorCorrection, PackParams};
use crate::stream::compress::compressed;

/// Makes stored blocks.
pub(super) struct Stored<'a> {
    params: &'a PackParams,
    block_bytes: u32,
    coder: BlockEncoder,
}

impl<'a> Stored<'a> {
    /// Of blocks of `block_bytes` bytes of content.
    pub(super) fn new(params: &'a PackParams, block_bytes: u32) -> Result<Self, RunError> {
        let coder = BlockEncoder::new(plan::symbol_bytes(params), plan::repair_ratio(params));
        let coder = coder.map_err(coding_failed)?;
        let coder = match params.error_correction.unwrap_or_default() {
            ErrorCorrection::Raptor => coder,
            ErrorCorrection::ReedSolomon => coder.with_reed_solomon(),
        };
        Ok(Self { params, block_bytes, coder })
    }

    /// Block `index` of `content`, in `buffer`, and what was done to it.
    pub(super) fn block(
        &self,
        content: &mut Content,
        index: u32,
        buffer: Vec<u8>,
    ) -> Result<(EncodedBlock, ChunkReport), RunError> {
        let mut report = ChunkReport::default();
        let block_bytes = u64::from(self.block_bytes);
        let from = u64::from(index) * block_bytes;
        let mut bytes = buffer;
        bytes.resize(content.len().saturating_sub(from).min(block_bytes) as usize, 0);
        content.read_at(from, &mut bytes)?;
        report.content_bytes += bytes.len() as u64;
        let mut flags = StoredFlags::default();
        if self.params.compress == Compress::Auto
            && let Some(smaller) = compressed(&bytes)
        {
            (bytes, flags.zstd) = (smaller, true);
            report.compressed_blocks += 1;
        }
        if let Some(seal) = &self.params.seal {
            bytes = seal.seal_to.seal_block(&bytes).map_err(RunError::internal)?;
            flags.age = true;
        }
        report.stored_bytes += bytes.len() as u64;
        let block = self.coder.encode(index, flags, bytes).map_err(coding_failed)?;
        report.source_symbols += u64::from(block.source_count());
        report.repair_symbols += u64::from(block.symbol_count() - block.source_count());
        Ok((block, report))
    }
}

fn coding_failed(error: impl std::fmt::Display) -> RunError {
    RunError::failed(FailureKind::Internal, format!("Error correction failed: {error}"))
}
