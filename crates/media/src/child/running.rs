//! A child with pipes to us, watched by a thread of its own.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use reel_types::CancelToken;

use super::progress::FfmpegProgress;
use super::spec::{ChildSpec, Plumbing, Pulse};
use super::supervisor::{ChildReport, Supervised};
use crate::error::MediaError;

/// A living child. Dropping it ends the child and waits for that.
pub struct Running {
    stdin: Option<File>,
    stdout: Option<File>,
    shared: Arc<Shared>,
    supervisor: Option<JoinHandle<Result<ChildReport, MediaError>>>,
    report: ChildReport,
}

/// Starts a child that talks to us over the pipes that `spec` asks for.
///
/// The time in which *we* do not read or write does not count as its standing still.
///
/// # Errors
/// [`MediaError::Spawn`], or [`MediaError::Cancelled`] when the token was set before.
pub fn spawn(spec: &ChildSpec, cancel: &CancelToken) -> Result<Running, MediaError> {
    let (supervised, (stdin, stdout)) = Supervised::start(spec, cancel)?;
    let shared = Arc::clone(&supervised.shared);
    shared.waiting.store(spec.stdin == Plumbing::Null && spec.stdout == Plumbing::Null, Ordering::Relaxed);
    let cancel = cancel.clone();
    let supervise = move || supervised.supervise(&cancel, &mut |_| {}, &mut |_| Ok(()));
    let supervisor = std::thread::Builder::new()
        .name("supervisor".to_owned())
        .spawn(supervise)
        .map_err(|source| MediaError::Spawn { program: spec.program.clone(), source })?;
    let file = |end: OwnedFd| File::from(end);
    Ok(Running {
        stdin: stdin.map(file),
        stdout: stdout.map(file),
        shared,
        supervisor: Some(supervisor),
        report: ChildReport::default(),
    })
}

impl Running {
    /// The latest report of `-progress`.
    pub fn progress(&self) -> FfmpegProgress {
        *self.shared.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes the child's stdin; it sees the end of its input.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Waits for the end. Close or drain the pipes first.
    ///
    /// # Errors
    /// As [`super::run`].
    pub fn wait(mut self) -> Result<ChildReport, MediaError> {
        self.join()
    }

    /// As [`Running::wait`], for one that is still held by others; a later call gives the same report.
    ///
    /// # Errors
    /// As [`super::run`].
    pub fn wait_mut(&mut self) -> Result<ChildReport, MediaError> {
        self.join()
    }

    /// Ends the child at once, without caring how it ends.
    pub fn kill(mut self) {
        self.shared.kill_asked.store(true, Ordering::Relaxed);
        let _ = self.join();
    }

    fn join(&mut self) -> Result<ChildReport, MediaError> {
        self.stdin = None;
        self.stdout = None;
        self.shared.touch();
        self.shared.waiting.store(true, Ordering::Relaxed);
        match self.supervisor.take().map(JoinHandle::join) {
            Some(Ok(Ok(report))) => {
                self.report = report.clone();
                Ok(report)
            }
            Some(Ok(Err(error))) => Err(error),
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Ok(self.report.clone()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.supervisor.is_some() {
            self.shared.kill_asked.store(true, Ordering::Relaxed);
            let _ = self.join();
        }
    }
}

impl Read for Running {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(stdout) = &mut self.stdout else { return Ok(0) };
        self.shared.while_waiting(|| stdout.read(buffer))
    }
}

impl Write for Running {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(stdin) = &mut self.stdin else { return Err(io::ErrorKind::BrokenPipe.into()) };
        self.shared.while_waiting(|| stdin.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the supervisor and the user of a child both see.
pub(super) struct Shared {
    started: Instant,
    moved_millis: AtomicU64,
    waiting: AtomicBool,
    kill_asked: AtomicBool,
    latest: Mutex<FfmpegProgress>,
    pulse: Option<Pulse>,
}

impl Shared {
    pub(super) fn new(started: Instant, pulse: Option<Pulse>) -> Self {
        Self {
            started,
            moved_millis: AtomicU64::new(0),
            waiting: AtomicBool::new(true),
            kill_asked: AtomicBool::new(false),
            latest: Mutex::new(FfmpegProgress::default()),
            pulse,
        }
    }

    /// Tells whoever wants to know that the child is at work.
    pub(super) fn beat(&self) {
        if let Some(pulse) = &self.pulse {
            pulse.beat();
        }
    }

    /// Something moved.
    pub(super) fn touch(&self) {
        let millis = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moved_millis.store(millis, Ordering::Relaxed);
        self.beat();
    }

    /// A report came; only one that differs counts as movement.
    pub(super) fn report(&self, report: FfmpegProgress) {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let moved =
            |p: FfmpegProgress| (p.frame, p.out_time_micros, p.total_size_bytes, p.drop_frames, p.done);
        if moved(*latest) != moved(report) {
            self.touch();
        }
        *latest = report;
    }

    /// How long nothing moved, while it was the child's turn.
    pub(super) fn still_for(&self) -> Duration {
        if !self.waiting.load(Ordering::Relaxed) {
            return Duration::ZERO;
        }
        let moved = Duration::from_millis(self.moved_millis.load(Ordering::Relaxed));
        self.started.elapsed().saturating_sub(moved)
    }

    pub(super) fn is_kill_asked(&self) -> bool {
        self.kill_asked.load(Ordering::Relaxed)
    }

    fn while_waiting<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.touch();
        self.waiting.store(true, Ordering::Relaxed);
        let result = wait();
        self.waiting.store(false, Ordering::Relaxed);
        self.touch();
        result
    }
}
