//! What all children of this process cost so far, and the list of those that live.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// Sums over every child that this process started.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Totals {
    /// Children started.
    pub spawned_count: u64,
    /// User and system CPU seconds of those that ended.
    pub cpu_secs: f64,
    /// Their wall seconds, added up; children that ran side by side count twice.
    pub wall_secs: f64,
    /// Seconds in which at least one child lived. What remains of the wall time is ours.
    pub busy_secs: f64,
    /// Children that were ended because nothing of them moved for too long, or they took too long.
    pub hung_count: u64,
}

struct Book {
    totals: Totals,
    living: BTreeMap<i32, bool>,
    busy_since: Option<Instant>,
}

static BOOK: Mutex<Book> = Mutex::new(Book {
    totals: Totals { spawned_count: 0, cpu_secs: 0.0, wall_secs: 0.0, busy_secs: 0.0, hung_count: 0 },
    living: BTreeMap::new(),
    busy_since: None,
});
static EMPTY: Condvar = Condvar::new();

/// The sums so far.
pub fn totals() -> Totals {
    let book = book();
    let mut totals = book.totals;
    totals.busy_secs += book.busy_since.map_or(0.0, |since| since.elapsed().as_secs_f64());
    totals
}

/// How many children live now.
pub fn living() -> usize {
    book().living.len()
}

/// Kills every child with its group and waits until all are reaped; false when some are left after `timeout`.
/// Those who wait for them get [`crate::MediaError::Cancelled`]. For the way out: stop taking work first.
pub fn kill_all(timeout: Duration) -> bool {
    let deadline = Instant::now() + timeout;
    let mut book = book();
    for (&pid, killed) in &mut book.living {
        *killed = true;
        if let Some(pid) = Pid::from_raw(pid) {
            // A group that is already gone is what we want.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
    while !book.living.is_empty() {
        let Some(left) = deadline.checked_duration_since(Instant::now()) else { return false };
        book = EMPTY.wait_timeout(book, left).unwrap_or_else(PoisonError::into_inner).0;
    }
    true
}

pub(super) fn enter(pid: i32) {
    let mut book = book();
    book.totals.spawned_count += 1;
    book.living.insert(pid, false);
    book.busy_since.get_or_insert_with(Instant::now);
}

/// Counts a child that hung.
pub(super) fn hung() {
    book().totals.hung_count += 1;
}

/// Reaps through `reap` while holding the book, so that [`kill_all`] never meets a pid that was given to another.
/// Says whether the child was ended by [`kill_all`].
pub(super) fn leave<T>(pid: i32, reap: impl FnOnce() -> T, cost: impl FnOnce(&T) -> (f64, f64)) -> (T, bool) {
    let mut book = book();
    let reaped = reap();
    let (cpu_secs, wall_secs) = cost(&reaped);
    book.totals.cpu_secs += cpu_secs;
    book.totals.wall_secs += wall_secs;
    let killed = book.living.remove(&pid).unwrap_or(false);
    if book.living.is_empty() {
        let busy = book.busy_since.take().map_or(0.0, |since| since.elapsed().as_secs_f64());
        book.totals.busy_secs += busy;
        EMPTY.notify_all();
    }
    (reaped, killed)
}

fn book() -> MutexGuard<'static, Book> {
    BOOK.lock().unwrap_or_else(PoisonError::into_inner)
}
