//! The two stages behind the guess: finishing on several threads, and handing over in order.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};

use reel_engine::RunError;

use super::busy::Clock;
use crate::backend::Finish;
use crate::chunk::FilmChunk;
use crate::edge::Edge;
use crate::encode::{Encoders, Held};
use crate::eyes::Apart;
use crate::picture::Matted;

/// One picture on its way to be finished.
pub(super) struct Work {
    pub(super) index: u64,
    /// In ticks of the source.
    pub(super) pts: i64,
    pub(super) eyes: Apart,
    /// What is left to be done to each eye.
    pub(super) finishes: Vec<Finish>,
}

/// One picture on its way to the encoders.
pub(super) enum Done {
    /// A finished one.
    Matted { index: u64, pts: i64, matted: Matted },
    /// One that nobody shows; its buffer.
    Skipped(Vec<u8>),
    /// There is no finished picture, and why. Without this word the rest would wait for that picture for ever.
    Lost(RunError),
}

/// Finishes pictures until there are no more.
pub(super) fn finish(work: &Arc<Mutex<Receiver<Work>>>, done: &Sender<Done>, edge: &Edge, clock: &Clock) {
    loop {
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(next) = next else { return };
        let finished = or_lost(done, "finishing", || Ok(clock.time(|| finish_one(next, edge))));
        if finished.is_none_or(|finished| done.send(finished).is_err()) {
            return;
        }
    }
}

/// What a stage made; where it fails, or panics, the last stage is told so.
pub(super) fn or_lost<T>(
    done: &Sender<Done>,
    stage: &str,
    work: impl FnOnce() -> Result<T, RunError>,
) -> Option<T> {
    let worked = catch_unwind(AssertUnwindSafe(work));
    let worked = worked.unwrap_or_else(|panic| Err(RunError::internal(panic_text(stage, panic.as_ref()))));
    match worked {
        Ok(made) => Some(made),
        Err(error) => {
            // Where nobody listens any more another stage failed first.
            let _ = done.send(Done::Lost(error));
            None
        }
    }
}

fn finish_one(Work { index, pts, eyes, finishes }: Work, edge: &Edge) -> Done {
    let mut finishes = finishes.into_iter();
    let mut matted = eyes.finish(|_, picture| match finishes.next() {
        Some(finish) => edge.finish(picture, finish),
        None => Matted { alpha: vec![0; picture.width() * picture.height()], picture },
    });
    edge.lay(&mut matted);
    Done::Matted { index, pts, matted }
}

fn panic_text(stage: &str, panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("{stage} panicked: {}", text.unwrap_or("it said nothing"))
}

/// Hands pictures to the encoders in the order in which they are shown, and answers with their times and with how many seconds the
/// slowest encoder worked. Where a stage before has failed
/// the encoders are ended at once: what they hold is not wanted.
pub(super) fn in_order(
    done: &Receiver<Done>,
    mut encoders: Encoders,
    give_back: Sender<Vec<u8>>,
    chunk: &FilmChunk,
    mut on_frame: impl FnMut(u64),
) -> Result<(Vec<i64>, f64), RunError> {
    let mut early: BTreeMap<u64, (i64, Matted)> = BTreeMap::new();
    let mut times: Vec<i64> = Vec::new();
    let mut last_tick = -1;
    'pictures: while let Ok(next) = done.recv() {
        match next {
            Done::Matted { index, pts, matted } => drop(early.insert(index, (pts, matted))),
            Done::Skipped(buffer) => drop(give_back.send(buffer)),
            Done::Lost(error) => return Err(error),
        }
        while let Some((pts, matted)) = early.remove(&(times.len() as u64)) {
            // A time that does not grow would be refused; a source that stutters is shown a tick later.
            let tick = chunk.clock.ticks_of(pts - chunk.first_ticks, chunk.tick).max(last_tick + 1);
            last_tick = tick;
            times.push(pts);
            let held = Arc::new(Held::new(matted, give_back.clone()));
            if !encoders.write(tick, &held) {
                break 'pictures;
            }
            on_frame(times.len() as u64);
        }
    }
    drop((give_back, early));
    let encode_secs = encoders.finish()?;
    Ok((times, encode_secs))
}
