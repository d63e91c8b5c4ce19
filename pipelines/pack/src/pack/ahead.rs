//! Blocks coded on threads of their own while those before them are written.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use reel_engine::{RunContext, RunError};

use super::plan::GROUP_BLOCKS;
use super::report::ChunkReport;
use super::stored::Stored;
use crate::block::EncodedBlock;
use crate::content::Content;
use crate::params::PackParams;

/// A block, and what was done to it.
type Made = Result<(EncodedBlock, ChunkReport), RunError>;

/// The blocks of a range, in order.
pub(super) struct Ahead<'a> {
    lanes: Vec<Receiver<Made>>,
    next: usize,
    spare: &'a Mutex<Vec<Vec<u8>>>,
}

/// Codes the blocks of `range` on all of `threads` but the one that calls, at least on one, about a group ahead of what
/// `take` has asked for; with one thread no further than the next block, which is all that memory is counted for then.
///
/// # Errors
/// What `take` says, and what opening the content says.
pub(super) fn coded_ahead<R>(
    params: &PackParams,
    block_bytes: u32,
    range: Range<u32>,
    (threads, cx): (u32, &RunContext<'_>),
    take: impl FnOnce(&mut Ahead<'_>) -> Result<R, RunError>,
) -> Result<R, RunError> {
    let lane_count = threads.saturating_sub(1).clamp(1, GROUP_BLOCKS);
    let kept_ready = if threads > 1 { GROUP_BLOCKS / lane_count - 1 } else { 0 };
    let spare = Mutex::new(Vec::new());
    thread::scope(|scope| {
        let mut lanes = Vec::new();
        for lane in 0..lane_count {
            let mut content = Content::open(params, cx)?;
            let stored = Stored::new(params, block_bytes)?;
            let (to, from) = sync_channel(kept_ready as usize);
            let (spare, blocks) = (&spare, range.clone().skip(lane as usize).step_by(lane_count as usize));
            scope.spawn(move || {
                for index in blocks {
                    let buffer = spare.lock().ok().and_then(|mut spare| spare.pop()).unwrap_or_default();
                    let made = stored.block(&mut content, index, buffer);
                    // Nobody listens any more once something went wrong.
                    if to.send(made).is_err() {
                        break;
                    }
                }
            });
            lanes.push(from);
        }
        take(&mut Ahead { lanes, next: 0, spare: &spare })
    })
}

impl Ahead<'_> {
    /// The next block; what was done to it is added to `report`.
    pub(super) fn next(&mut self, report: &mut ChunkReport) -> Result<EncodedBlock, RunError> {
        let lane = self.next % self.lanes.len().max(1);
        self.next += 1;
        let made = self.lanes.get(lane).and_then(|lane| lane.recv().ok());
        let (block, done) =
            made.ok_or_else(|| RunError::internal("a thread that codes blocks ended early"))??;
        *report = std::mem::take(report).and(&done);
        Ok(block)
    }

    /// Takes back what blocks that are written held: eight megabytes fresh from the system cost more than filling them.
    pub(super) fn recycle(&self, blocks: Vec<EncodedBlock>) {
        if let Ok(mut spare) = self.spare.lock() {
            spare.extend(blocks.into_iter().map(EncodedBlock::into_buffer));
        }
    }
}
