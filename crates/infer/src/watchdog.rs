//! Ends a run that takes too long or is not wanted any more.
//!
//! A run is ended between two of the network's operators: one operator that never comes back is beyond it, and falls to the
//! lease of the task.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use ort::session::RunOptions;
use reel_types::CancelToken;

static HUNG_COUNT: AtomicU64 = AtomicU64::new(0);

/// How many runs of this process were ended because they took too long.
pub fn hung_count() -> u64 {
    HUNG_COUNT.load(Ordering::Relaxed)
}

/// How often a cancelled token is looked at while a run lasts.
const LOOK: Duration = Duration::from_millis(20);

/// How long one run may take, and who may end it earlier.
#[derive(Clone, Debug)]
pub struct Watch {
    /// The run ends with an error after this time.
    pub limit: Duration,
    /// The run ends soon after this is set.
    pub cancel: CancelToken,
}

/// Why a run was ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ended {
    /// By the time.
    Late,
    /// By the token.
    Cancelled,
}

/// One thread a network, which sleeps while nothing runs.
pub(crate) struct Watchdog {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    armed: Option<Armed>,
    ended: Option<Ended>,
    /// When the thread will look by itself; nothing: not before it is woken.
    next_look: Option<Instant>,
    closing: bool,
}

struct Armed {
    options: Arc<RunOptions>,
    deadline: Option<Instant>,
    cancel: CancelToken,
}

impl Watchdog {
    pub(crate) fn start() -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        let thread =
            thread::Builder::new().name("infer-watchdog".to_owned()).spawn(move || theirs.watch())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// From now on the run with these options is watched.
    pub(crate) fn arm(&self, options: Arc<RunOptions>, watch: &Watch) {
        let deadline = Instant::now().checked_add(watch.limit);
        let mut state = self.shared.lock();
        state.ended = None;
        // A thread that looks soon enough by itself is not woken: a short run costs no switch of threads.
        let first_look = Instant::now() + LOOK.min(watch.limit);
        let is_soon = state.next_look.is_some_and(|next| next <= first_look);
        state.armed = Some(Armed { options, deadline, cancel: watch.cancel.clone() });
        if !is_soon {
            self.shared.wake.notify_one();
        }
    }

    /// The run is over; says whether it was ended from here.
    pub(crate) fn disarm(&self) -> Option<Ended> {
        let mut state = self.shared.lock();
        state.armed = None;
        state.ended.take()
    }
}

impl fmt::Debug for Watchdog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watchdog").finish_non_exhaustive()
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.shared.lock().closing = true;
        self.shared.wake.notify_one();
        if let Some(thread) = self.thread.take() {
            // A watchdog that panicked has nothing left to say.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self) {
        let mut state = self.lock();
        while !state.closing {
            state.next_look = state.look();
            state = match state.next_look {
                None => self.wake.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(next) => {
                    let pause = next.saturating_duration_since(Instant::now());
                    self.wake.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

impl State {
    /// Ends the run if it has to; says when to look again.
    fn look(&mut self) -> Option<Instant> {
        let armed = self.armed.as_ref()?;
        let now = Instant::now();
        let ended = if armed.cancel.is_cancelled() {
            Ended::Cancelled
        } else if armed.deadline.is_some_and(|deadline| deadline <= now) {
            Ended::Late
        } else {
            let look = now + LOOK;
            return Some(armed.deadline.map_or(look, |deadline| deadline.min(look)));
        };
        // It can only fail for options that are not there.
        let _ = armed.options.terminate();
        if ended == Ended::Late {
            HUNG_COUNT.fetch_add(1, Ordering::Relaxed);
        }
        self.ended = Some(ended);
        self.armed = None;
        None
    }
}
