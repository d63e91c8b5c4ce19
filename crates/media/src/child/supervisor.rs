//! The loop that watches one child from its first byte to its reaping.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reel_types::CancelToken;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use super::pipe::{self, Read};
use super::progress::{FfmpegProgress, ProgressParser};
use super::running::Shared;
use super::spawner::{self, Spawned};
use super::spec::{ChildSpec, Plumbing};
use super::stderr_tail::{StderrTail, telling_line};
use super::totals;
use crate::error::MediaError;

/// How long a cancelled token can go unnoticed.
const TICK: Duration = Duration::from_millis(50);
/// Between asking a group to end and killing it.
const GRACE: Duration = Duration::from_millis(1_500);
/// Reads of one pipe before the others are looked at.
const READS_MAX: usize = 16;
/// After the child ended, for what is still in its pipes.
const DRAIN: Duration = Duration::from_millis(1_000);

/// What a child cost, after it ended well.
#[derive(Clone, Default, Debug)]
pub struct ChildReport {
    /// User CPU seconds.
    pub user_secs: f64,
    /// System CPU seconds.
    pub sys_secs: f64,
    /// Largest resident size. The kernel counts the moment between fork and exec too, so it is never below ours.
    pub max_rss_bytes: u64,
    /// Seconds from start to end.
    pub wall_secs: f64,
    /// The last lines of stderr, at most 64 and 16 KiB.
    pub stderr_tail: String,
}

/// Runs a child to its end on this thread; `on_progress` hears each report of `-progress`.
///
/// # Errors
/// [`MediaError::Spawn`], [`MediaError::ChildFailed`], [`MediaError::Stalled`], [`MediaError::TimedOut`] or
/// [`MediaError::Cancelled`]; in each case no process of the group is left.
pub fn run(
    spec: &ChildSpec,
    cancel: &CancelToken,
    mut on_progress: impl FnMut(FfmpegProgress),
) -> Result<ChildReport, MediaError> {
    let spec = ChildSpec { stdin: Plumbing::Null, stdout: Plumbing::Null, ..spec.clone() };
    Supervised::start(&spec, cancel)?.0.supervise(cancel, &mut on_progress, &mut |_| Ok(()))
}

/// Runs a child and hands its stdout on as it comes; an error of `on_stdout` ends the child and is passed on.
///
/// # Errors
/// As [`run`], and what `on_stdout` returned.
pub fn run_streaming(
    spec: &ChildSpec,
    cancel: &CancelToken,
    mut on_stdout: impl FnMut(&[u8]) -> Result<(), MediaError>,
) -> Result<ChildReport, MediaError> {
    let spec = ChildSpec { stdin: Plumbing::Null, stdout: Plumbing::Pipe, ..spec.clone() };
    let (mut supervised, spawned_stdout) = Supervised::start(&spec, cancel)?;
    supervised.stdout = spawned_stdout.1;
    supervised.supervise(cancel, &mut |_| {}, &mut on_stdout)
}

/// Runs a child and keeps its stdout.
///
/// # Errors
/// As [`run`], and [`MediaError::UnexpectedOutput`] when it writes more than `bytes_max`.
pub fn run_capturing(
    spec: &ChildSpec,
    cancel: &CancelToken,
    bytes_max: usize,
) -> Result<(Vec<u8>, ChildReport), MediaError> {
    let mut kept = Vec::new();
    let report = run_streaming(spec, cancel, |bytes| {
        kept.extend_from_slice(bytes);
        if kept.len() > bytes_max {
            let detail = format!("{} wrote more than {bytes_max} bytes", spec.program_name());
            return Err(MediaError::UnexpectedOutput { program: "a child", detail });
        }
        Ok(())
    })?;
    Ok((kept, report))
}

/// Why a child is being ended.
enum End {
    Cancelled,
    Stalled,
    TimedOut,
    Consumer(MediaError),
}

/// One living child, seen from its supervisor.
pub(super) struct Supervised {
    spec: ChildSpec,
    pid: Pid,
    pidfd: Option<OwnedFd>,
    stderr: Option<OwnedFd>,
    progress: Option<OwnedFd>,
    stdout: Option<OwnedFd>,
    started: Instant,
    is_reaped: bool,
    pub(super) shared: Arc<Shared>,
}

/// A panic of a callback, or a thread that could not be started, must not leave a child behind.
impl Drop for Supervised {
    fn drop(&mut self) {
        if !self.is_reaped {
            let _ = kill_process_group(self.pid, Signal::KILL);
            self.collect();
        }
    }
}

impl Supervised {
    /// Starts the child; the second part are our ends of (stdin, stdout).
    #[expect(clippy::type_complexity, reason = "the two ends are taken apart at once")]
    pub(super) fn start(
        spec: &ChildSpec,
        cancel: &CancelToken,
    ) -> Result<(Self, (Option<OwnedFd>, Option<OwnedFd>)), MediaError> {
        if cancel.is_cancelled() {
            return Err(MediaError::Cancelled);
        }
        let spec = &ChildSpec { stall_timeout: spec.stall_limit(), ..spec.clone() };
        let started = Instant::now();
        let spawn_error = |source| MediaError::Spawn { program: spec.program.clone(), source };
        let Spawned { pid, stdin, stdout, stderr, progress } = spawner::start(spec).map_err(spawn_error)?;
        let pid = Pid::from_raw(pid).ok_or_else(|| spawn_error(io::Error::other("no pid")))?;
        tracing::debug!(pid = pid.as_raw_nonzero().get(), command = spec.command_line(), "child started");
        let supervised = Self {
            spec: spec.clone(),
            pid,
            // Without it (old kernels, some sandboxes) the end is noticed by asking at each tick.
            pidfd: pidfd_open(pid, PidfdFlags::empty()).ok(),
            stderr: Some(stderr),
            progress,
            stdout: None,
            started,
            is_reaped: false,
            shared: Arc::new(Shared::new(started, spec.pulse.clone())),
        };
        Ok((supervised, (stdin, stdout)))
    }

    pub(super) fn supervise(
        mut self,
        cancel: &CancelToken,
        on_progress: &mut dyn FnMut(FfmpegProgress),
        on_stdout: &mut dyn FnMut(&[u8]) -> Result<(), MediaError>,
    ) -> Result<ChildReport, MediaError> {
        let mut buffer = vec![0_u8; 64 * 1024];
        let mut tail = StderrTail::default();
        let mut parser = ProgressParser::default();
        let mut end: Option<(End, Instant)> = None;
        let mut ended_at: Option<Instant> = None;
        for fd in [&self.stderr, &self.progress, &self.stdout].into_iter().flatten() {
            let _ = pipe::set_nonblocking(fd.as_fd());
        }
        loop {
            if self.spec.stall_timeout.is_some() {
                self.shared.beat();
            }
            let leader_gone = self.wait_for_news() || (self.pidfd.is_none() && self.has_exited());
            take(&mut self.stderr, &mut buffer, |bytes| tail.feed(bytes));
            let shared = &self.shared;
            take(&mut self.progress, &mut buffer, |bytes| {
                parser.feed(bytes, |report| {
                    shared.report(report);
                    on_progress(report);
                });
            });
            let mut consumer = Ok(());
            take(&mut self.stdout, &mut buffer, |bytes| {
                if consumer.is_ok() && end.is_none() {
                    consumer = on_stdout(bytes);
                }
                shared.touch();
                // A slow consumer may need longer than the drain; what it has not seen yet still counts.
                ended_at = ended_at.map(|_| Instant::now());
            });
            if leader_gone && ended_at.is_none() {
                ended_at = Some(Instant::now());
                // Whatever it left in its group goes with it; the pid is ours until it is reaped.
                let _ = kill_process_group(self.pid, Signal::KILL);
            }
            if end.is_some() {
                if ended_at.is_none() && end.as_ref().is_some_and(|(_, at)| at.elapsed() > GRACE) {
                    let _ = kill_process_group(self.pid, Signal::KILL);
                }
            } else if let Some(why) = self.why_end(cancel, consumer, ended_at.is_some()) {
                let _ = kill_process_group(self.pid, Signal::TERM);
                end = Some((why, Instant::now()));
            }
            let drained = self.stderr.is_none() && self.progress.is_none() && self.stdout.is_none();
            if ended_at.is_some_and(|at| drained || at.elapsed() > DRAIN) {
                break;
            }
        }
        self.reap(tail.into_text(), end.map(|(why, _)| why))
    }

    /// Waits for the next byte, the end of the child, or the tick; says whether the child ended.
    fn wait_for_news(&self) -> bool {
        let ends = [&self.stderr, &self.progress, &self.stdout];
        let mut fds: Vec<PollFd<'_>> = self.pidfd.iter().map(|fd| PollFd::new(fd, PollFlags::IN)).collect();
        fds.extend(ends.into_iter().flatten().map(|fd| PollFd::new(fd, PollFlags::IN)));
        let tick = Timespec { tv_sec: 0, tv_nsec: TICK.subsec_nanos().into() };
        let _ = poll(&mut fds, Some(&tick));
        self.pidfd.is_some() && !fds[0].revents().is_empty()
    }

    fn has_exited(&self) -> bool {
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        waitid(WaitId::Pid(self.pid), options).is_ok_and(|status| status.is_some())
    }

    fn why_end(
        &self,
        cancel: &CancelToken,
        consumer: Result<(), MediaError>,
        has_ended: bool,
    ) -> Option<End> {
        if let Err(error) = consumer {
            return Some(End::Consumer(error));
        }
        if has_ended {
            return None;
        }
        if cancel.is_cancelled() || self.shared.is_kill_asked() {
            return Some(End::Cancelled);
        }
        if self.spec.wall_limit.is_some_and(|limit| self.started.elapsed() > limit) {
            return Some(End::TimedOut);
        }
        self.spec.stall_timeout.is_some_and(|limit| self.shared.still_for() > limit).then_some(End::Stalled)
    }

    /// Reaps the child, which has ended or is about to; says too whether [`totals::kill_all`] ended it.
    fn collect(&mut self) -> (ExitStatus, libc::rusage, f64, bool) {
        let pid = self.pid.as_raw_nonzero().get();
        let wall_secs = self.started.elapsed().as_secs_f64();
        let cost = |(_, usage): &(ExitStatus, libc::rusage)| (cpu_secs(usage), wall_secs);
        let ((status, usage), killed) = totals::leave(pid, || wait4(pid), cost);
        self.is_reaped = true;
        (status, usage, wall_secs, killed)
    }

    fn reap(mut self, stderr_tail: String, end: Option<End>) -> Result<ChildReport, MediaError> {
        let (status, usage, wall_secs, killed) = self.collect();
        let pid = self.pid.as_raw_nonzero().get();
        let program = self.spec.program_name();
        let command = self.spec.command_line();
        tracing::debug!(pid, %status, wall_secs, "child ended");
        if matches!(end, Some(End::Stalled | End::TimedOut)) {
            totals::hung();
        }
        match end {
            Some(End::Consumer(error)) => return Err(error),
            Some(End::Stalled) => {
                let secs = self.spec.stall_timeout.unwrap_or_default().as_secs();
                return Err(MediaError::Stalled { program, secs, command, stderr_tail });
            }
            Some(End::TimedOut) => {
                let secs = self.spec.wall_limit.unwrap_or_default().as_secs();
                return Err(MediaError::TimedOut { program, secs, command, stderr_tail });
            }
            Some(End::Cancelled) => return Err(MediaError::Cancelled),
            None if killed => return Err(MediaError::Cancelled),
            None => {}
        }
        if !status.success() {
            let reason = telling_line(&stderr_tail).to_owned();
            let status = described(status);
            return Err(MediaError::ChildFailed { program, status, reason, command, stderr_tail });
        }
        Ok(ChildReport {
            user_secs: secs(usage.ru_utime),
            sys_secs: secs(usage.ru_stime),
            max_rss_bytes: usage.ru_maxrss.unsigned_abs().saturating_mul(1024),
            wall_secs,
            stderr_tail,
        })
    }
}

/// Reads what is there, but not for ever: a child that never stops writing must not keep us from the token.
fn take(end: &mut Option<OwnedFd>, buffer: &mut [u8], mut on_bytes: impl FnMut(&[u8])) {
    for _ in 0..READS_MAX {
        let Some(fd) = end else { return };
        match pipe::read_some(fd.as_fd(), buffer) {
            Read::Bytes(count) => on_bytes(&buffer[..count]),
            Read::Nothing => return,
            Read::End => *end = None,
        }
    }
}

fn described(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with {code}"),
        (None, Some(signal)) => format!("was killed by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}

fn cpu_secs(usage: &libc::rusage) -> f64 {
    secs(usage.ru_utime) + secs(usage.ru_stime)
}

fn secs(time: libc::timeval) -> f64 {
    time.tv_sec as f64 + time.tv_usec as f64 / 1e6
}

fn wait4(pid: i32) -> (ExitStatus, libc::rusage) {
    let mut status = 0;
    // SAFETY: `rusage` is plain numbers, for which all zeros is a value.
    #[expect(unsafe_code, reason = "the standard library reaps without telling what the child cost")]
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: both pointers are to live values of the right type; the pid is our own unreaped child.
        #[expect(unsafe_code, reason = "the standard library reaps without telling what the child cost")]
        let got = unsafe { libc::wait4(pid, &raw mut status, 0, &raw mut usage) };
        if got == pid || io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return (ExitStatus::from_raw(status), usage);
        }
    }
}
