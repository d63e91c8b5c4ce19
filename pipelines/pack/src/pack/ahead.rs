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
/// Buffers of blocks that are written: eight megabytes fresh from the system cost more than filling them.
type Spare = Mutex<Vec<Vec<u8>>>;

/// The blocks of a range, in order.
pub(super) struct Ahead<'a> {
    coders: Coders<'a>,
    next: u32,
    spare: &'a Spare,
}

/// Who codes them.
enum Coders<'a> {
    /// The thread that asks, when it asks: nothing but that block is in memory.
    Caller(Content, Stored<'a>),
    /// Threads of their own, each every so many blocks.
    Lanes(Vec<Receiver<Made>>),
}

/// Codes the blocks of `range` as `take` asks for them; with more than one of `threads`, on all but the one that calls, and
/// about a group ahead.
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
    let spare = Spare::default();
    let open = || Ok::<_, RunError>((Content::open(params, cx)?, Stored::new(params, block_bytes)?));
    let lane_count = threads.saturating_sub(1).min(GROUP_BLOCKS);
    if lane_count == 0 {
        let (content, stored) = open()?;
        return take(&mut Ahead {
            coders: Coders::Caller(content, stored),
            next: range.start,
            spare: &spare,
        });
    }
    thread::scope(|scope| {
        let mut lanes = Vec::new();
        for lane in 0..lane_count {
            let (mut content, stored) = open()?;
            let (to, from) = sync_channel((GROUP_BLOCKS / lane_count - 1) as usize);
            let (spare, blocks) = (&spare, range.clone().skip(lane as usize).step_by(lane_count as usize));
            let code = move || {
                for index in blocks {
                    let made = stored.block(&mut content, index, buffer(spare));
                    // Nobody listens any more once something went wrong.
                    if to.send(made).is_err() {
                        break;
                    }
                }
            };
            thread::Builder::new().spawn_scoped(scope, code).map_err(RunError::internal)?;
            lanes.push(from);
        }
        take(&mut Ahead { coders: Coders::Lanes(lanes), next: 0, spare: &spare })
    })
}

impl Ahead<'_> {
    /// The next block; what was done to it is added to `report`.
    pub(super) fn next(&mut self, report: &mut ChunkReport) -> Result<EncodedBlock, RunError> {
        let number = self.next;
        self.next += 1;
        let (block, done) = match &mut self.coders {
            Coders::Caller(content, stored) => stored.block(content, number, buffer(self.spare))?,
            Coders::Lanes(lanes) => {
                let lane = lanes.get(number as usize % lanes.len().max(1));
                let made = lane.and_then(|lane| lane.recv().ok());
                made.ok_or_else(|| RunError::internal("a thread that codes blocks ended early"))??
            }
        };
        *report = std::mem::take(report).and(&done);
        Ok(block)
    }

    /// Takes back what blocks that are written held.
    pub(super) fn recycle(&self, blocks: Vec<EncodedBlock>) {
        if let Ok(mut spare) = self.spare.lock() {
            spare.extend(blocks.into_iter().map(EncodedBlock::into_buffer));
        }
    }
}

fn buffer(spare: &Spare) -> Vec<u8> {
    spare.lock().ok().and_then(|mut spare| spare.pop()).unwrap_or_default()
}
