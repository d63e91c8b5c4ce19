//! A symbol on the wire: its bytes, then a checksum that also covers where it belongs.

use crc_fast::{CrcAlgorithm, Digest};

use super::FileId;
use crate::block::BlockRecord;

/// Bytes of the checksum behind each symbol and behind the header.
pub const CRC_BYTES: usize = 4;

/// A symbol whose checksum held.
#[derive(Clone, Copy, Debug)]
pub struct Symbol<'a> {
    /// The block it belongs to, as its frame describes it.
    pub block: BlockRecord,
    /// Encoding symbol id.
    pub esi: u32,
    /// Exactly as many as the frame's header says.
    pub bytes: &'a [u8],
}

/// The checksum of one symbol: CRC-32C over file id, block number, ESI and bytes.
pub fn symbol_crc(file_id: FileId, block_index: u32, esi: u32, bytes: &[u8]) -> u32 {
    let mut place = [0; 16];
    place[..8].copy_from_slice(&file_id.0);
    place[8..12].copy_from_slice(&block_index.to_le_bytes());
    place[12..].copy_from_slice(&esi.to_le_bytes());
    let mut digest = Digest::new(CrcAlgorithm::Crc32Iscsi);
    digest.update(&place);
    digest.update(bytes);
    digest.finalize() as u32
}

/// Appends a symbol and its checksum to `out`.
pub fn write_symbol(file_id: FileId, block_index: u32, esi: u32, bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(bytes);
    out.extend_from_slice(&symbol_crc(file_id, block_index, esi, bytes).to_le_bytes());
}
