//! From frames' bodies to blocks of content: shared by `unpack` and by the check that `pack` makes of itself.

mod outcome;
mod seen;

use std::collections::BTreeSet;
use std::fs::File;
use std::ops::Range;

use reel_engine::RunError;
use reel_types::FailureKind;
use sha2::{Digest, Sha256};

pub(crate) use outcome::Outcome;
use seen::Seen;

use crate::block::{BlockCollector, BlockEncoder, Code, Decoded, Pushed};
use crate::content::hex;
use crate::frame::{FileId, FrameKind, Metadata, RepairCode, parse_frame};
use crate::pieces::write_pieces_at;
use crate::stream::compress::decompressed;
use crate::stream::seal::FileKey;

/// Bytes of open blocks before the oldest is given up; hostile files name many and finish none.
const OPEN_BYTES_MAX: u64 = 192 << 20;

/// What zstd may add to bytes that it cannot make smaller.
const SEALED_SLACK_BYTES: usize = 4096;

/// Where finished blocks go.
pub(crate) enum Store {
    /// Only their digests count.
    Nowhere,
    /// Into this file, the first block of the range at its beginning.
    File(File),
}

/// Puts blocks together from the bodies of frames, in any order.
pub(crate) struct Collector<'a> {
    metadata: &'a Metadata,
    file_id: FileId,
    range: Range<u32>,
    store: Store,
    key: Option<&'a FileKey>,
    blocks: BlockCollector,
    done: BTreeSet<u32>,
    seen: Seen,
    /// As long as each block was written behind the one before.
    in_order: Option<InOrder>,
    outcome: Outcome,
}

/// The digest of the blocks up to `next`.
struct InOrder {
    next: u32,
    hasher: Sha256,
}

impl<'a> Collector<'a> {
    /// For the blocks in `range` of the file that `metadata` describes. Frames of another file are passed over.
    pub(crate) fn new(
        metadata: &'a Metadata,
        (file_id, symbol_bytes): (FileId, u16),
        range: Range<u32>,
        store: Store,
    ) -> Self {
        // Sealed blocks are a little longer than their content.
        let stored_bytes_max = metadata.block_bytes.saturating_add(metadata.block_bytes / 64 + 65_536);
        Self {
            metadata,
            file_id,
            key: None,
            blocks: BlockCollector::new(symbol_bytes, stored_bytes_max)
                .with_code(code(metadata, symbol_bytes)),
            in_order: match store {
                Store::Nowhere => None,
                Store::File(_) => Some(InOrder { next: range.start, hasher: Sha256::new() }),
            },
            range,
            store,
            done: BTreeSet::new(),
            seen: Seen::default(),
            outcome: Outcome::default(),
        }
    }

    /// The same with the key of a sealed file.
    pub(crate) fn with_key(mut self, key: Option<&'a FileKey>) -> Self {
        self.key = key;
        self
    }

    /// From now on frames of this file count: each of several videos of one content has an id of its own.
    pub(crate) fn turn_to(&mut self, file_id: FileId) {
        self.file_id = file_id;
    }

    /// Takes what a frame carries. Frames that are not ours or damaged are counted.
    pub(crate) fn take_body(&mut self, body: &[u8]) -> Result<(), RunError> {
        let frame = match parse_frame(body) {
            Ok(frame) if frame.header.file_id == self.file_id => frame,
            _ => {
                self.outcome.bad_frames += 1;
                return Ok(());
            }
        };
        self.outcome.good_frames += 1;
        if frame.header.kind != FrameKind::Data {
            return Ok(());
        }
        let mut symbols = frame.symbols();
        for symbol in symbols.by_ref() {
            let index = symbol.block.index;
            if !self.range.contains(&index) {
                continue;
            }
            let source_count = symbol.block.source_count(frame.header.symbol_bytes);
            self.seen.note(index, symbol.esi, source_count);
            if self.done.contains(&index) {
                continue;
            }
            let is_ready = self.blocks.push(&symbol) == Pushed::Ready;
            // Source symbols come first: a decode before the last of them had its turn would be in vain.
            if is_ready && symbol.esi + 1 >= source_count {
                self.try_finish(index)?;
            }
        }
        self.outcome.bad_symbols += symbols.bad_count();
        self.bound()
    }

    /// Decodes what is left, and says what became of all.
    pub(crate) fn finish(mut self) -> Result<Outcome, RunError> {
        let mut open: Vec<u32> = self.blocks.open().collect();
        open.sort_unstable();
        for index in open {
            self.close(index)?;
        }
        self.outcome.missing(self.range.clone(), &self.done);
        let end = self.range.end;
        let whole = self.in_order.take().filter(|in_order| in_order.next == end);
        self.outcome.sha256 = whole.map(|in_order| hex(&in_order.hasher.finalize()));
        self.outcome.margin = self.seen.margin(self.metadata.repair_ratio);
        Ok(self.outcome)
    }

    /// Finishes a block when it is whole; keeps what there is of it otherwise.
    fn try_finish(&mut self, index: u32) -> Result<(), RunError> {
        let Some(mut gathered) = self.blocks.take(index) else { return Ok(()) };
        match gathered.decode() {
            Ok(decoded) => self.take_block(index, decoded),
            Err(_) => {
                self.blocks.put_back(gathered);
                Ok(())
            }
        }
    }

    fn close(&mut self, index: u32) -> Result<(), RunError> {
        match self.blocks.finish(index) {
            Ok(decoded) => self.take_block(index, decoded),
            Err(_) => Ok(()),
        }
    }

    /// A long file whose blocks never get whole must not fill the memory.
    fn bound(&mut self) -> Result<(), RunError> {
        while self.blocks.held_bytes() > OPEN_BYTES_MAX {
            let Some(oldest) = self.blocks.open().min() else { break };
            self.close(oldest)?;
        }
        Ok(())
    }

    fn take_block(&mut self, index: u32, decoded: Decoded) -> Result<(), RunError> {
        self.outcome.repair_used += u64::from(decoded.repair_used);
        self.done.insert(index);
        let Store::File(file) = &self.store else {
            self.blocks.recycle(decoded.bytes);
            return Ok(());
        };
        let mut bytes = decoded.bytes;
        if decoded.flags.age {
            let key = self.key.ok_or_else(|| input("the video is encrypted and no key was given"))?;
            bytes = key
                .open_block(&bytes, self.metadata.block_bytes as usize + SEALED_SLACK_BYTES)
                .map_err(input)?;
        }
        if decoded.flags.zstd {
            bytes = decompressed(&bytes, self.metadata.block_bytes as usize).map_err(input)?;
        }
        // A block of another length would write over its neighbour; only a forged one has it.
        if bytes.len() as u64 != self.content_bytes(index) {
            self.done.remove(&index);
            return Ok(());
        }
        let at = u64::from(index - self.range.start) * u64::from(self.metadata.block_bytes);
        let written = write_pieces_at(file, &bytes, at);
        self.in_order = self.in_order.take().filter(|in_order| in_order.next == index).map(|mut in_order| {
            // Now, while the bytes are in the cache: they need not be read again.
            in_order.hasher.update(&bytes);
            InOrder { next: index + 1, ..in_order }
        });
        self.blocks.recycle(bytes);
        written.map_err(|error| {
            RunError::failed(FailureKind::Storage, format!("cannot write a recovered block: {error}"))
        })
    }
}

impl Collector<'_> {
    /// Bytes of content in a block, from the size of the whole.
    fn content_bytes(&self, index: u32) -> u64 {
        let block_bytes = u64::from(self.metadata.block_bytes);
        let begin = u64::from(index) * block_bytes;
        self.metadata.size.map_or(block_bytes, |size| size.saturating_sub(begin).min(block_bytes))
    }
}

/// By what the repair symbols were made.
fn code(metadata: &Metadata, symbol_bytes: u16) -> Code {
    match (metadata.error_correction, BlockEncoder::new(symbol_bytes, metadata.repair_ratio)) {
        (Some(RepairCode::ReedSolomon), Ok(encoder)) => encoder.with_reed_solomon().code(),
        _ => Code::Raptor,
    }
}

/// Whose frame a body is, and what it says about the whole.
pub(crate) fn identify(body: &[u8]) -> Option<(FileId, u16, Metadata)> {
    let frame = parse_frame(body).ok()?;
    let metadata = Metadata::parse(frame.metadata).ok()?;
    Some((frame.header.file_id, frame.header.symbol_bytes, metadata))
}

fn input(error: impl std::fmt::Display) -> RunError {
    RunError::failed(FailureKind::Input, error.to_string())
}

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod tests;
