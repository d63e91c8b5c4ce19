//! The one thread that starts children.
//!
//! The kernel sends the parent-death signal when the *thread* that forked ends, not the process. So every fork
//! happens on this thread, which lives as long as the process.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};

use rustix::process::{Resource, Rlimit, Signal};

use super::pipe;
use super::spec::{ChildSpec, Limits, Plumbing};
use super::totals;

/// A child that just started, and our ends of its pipes.
pub(super) struct Spawned {
    pub(super) pid: i32,
    pub(super) stdin: Option<OwnedFd>,
    pub(super) stdout: Option<OwnedFd>,
    pub(super) stderr: OwnedFd,
    pub(super) progress: Option<OwnedFd>,
}

struct Order {
    command: Command,
    reply: Sender<io::Result<Child>>,
}

pub(super) fn start(spec: &ChildSpec) -> io::Result<Spawned> {
    let progress = if spec.progress { Some(pipe::pair()?) } else { None };
    let progress_fd = progress.as_ref().map(|(_, write)| write.as_raw_fd());
    let mut command = Command::new(&spec.program);
    if let Some(fd) = progress_fd {
        command.args(["-nostats", "-stats_period", "0.25", "-progress"]).arg(format!("pipe:{fd}"));
    }
    command.args(&spec.args).envs(spec.env.iter().map(|(key, value)| (key, value)));
    command.stdin(stdio(spec.stdin)).stdout(stdio(spec.stdout)).stderr(Stdio::piped()).process_group(0);
    prepare(&mut command, spec.limits, progress_fd);

    let (reply, answer) = channel();
    let gone = || io::Error::other("the thread that starts children is gone");
    thread().ok_or_else(gone)?.send(Order { command, reply }).map_err(|_| gone())?;
    let mut child = answer.recv().map_err(|_| gone())??;

    let stdin = child.stdin.take().map(OwnedFd::from);
    let stdout = child.stdout.take().map(OwnedFd::from);
    let stderr = child.stderr.take().map(OwnedFd::from).ok_or_else(gone)?;
    stdin.iter().chain(&stdout).for_each(pipe::widen);
    Ok(Spawned {
        pid: i32::try_from(child.id()).map_err(io::Error::other)?,
        stdin,
        stdout,
        stderr,
        progress: progress.map(|(read, _)| read),
    })
}

fn thread() -> Option<&'static Sender<Order>> {
    static THREAD: OnceLock<Option<Sender<Order>>> = OnceLock::new();
    let start = || {
        let (orders, inbox) = channel::<Order>();
        let serve = move || {
            for Order { mut command, reply } in inbox {
                // The list of the living is written here, so that no child is ever missing from it.
                #[expect(
                    clippy::disallowed_methods,
                    reason = "this is the supervisor that the rule points to"
                )]
                let child = command.spawn().inspect(|child| totals::enter(child.id() as i32));
                let _ = reply.send(child);
            }
        };
        std::thread::Builder::new().name("spawner".to_owned()).spawn(serve).ok().map(|_| orders)
    };
    THREAD.get_or_init(start).as_ref()
}

fn stdio(plumbing: Plumbing) -> Stdio {
    match plumbing {
        Plumbing::Null => Stdio::null(),
        Plumbing::Pipe => Stdio::piped(),
    }
}

fn prepare(command: &mut Command, limits: Limits, progress_fd: Option<RawFd>) {
    let parent = std::process::id();
    let setup = move || -> io::Result<()> {
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        // Our parent may have died between fork and the line above; then no signal will ever come.
        let still_there =
            rustix::process::getppid().is_some_and(|pid| pid.as_raw_nonzero().get() as u32 == parent);
        if !still_there {
            return Err(io::ErrorKind::NotConnected.into());
        }
        limit(Resource::Core, Some(0))?;
        limit(Resource::Nofile, Some(limits.open_files.unwrap_or(256)))?;
        limit(Resource::As, limits.address_space_bytes)?;
        limit(Resource::Cpu, limits.cpu_secs)?;
        limit(Resource::Fsize, limits.file_size_bytes)?;
        if let Some(fd) = progress_fd {
            // SAFETY: the descriptor is open in the parent for as long as `start` runs, hence in this copy too.
            #[expect(unsafe_code, reason = "a descriptor given by number has no owner in the child")]
            let fd = unsafe { std::os::fd::BorrowedFd::borrow_raw(fd) };
            rustix::io::fcntl_setfd(fd, rustix::io::FdFlags::empty())?;
        }
        Ok(())
    };
    // SAFETY: between fork and exec only plain system calls are made: no allocation, no lock.
    #[expect(unsafe_code, reason = "limits and the parent-death signal must be set in the child itself")]
    unsafe {
        command.pre_exec(setup);
    }
}

fn limit(resource: Resource, most: Option<u64>) -> io::Result<()> {
    let Some(most) = most else { return Ok(()) };
    let now = rustix::process::getrlimit(resource);
    let most = now.maximum.map_or(most, |hard| hard.min(most));
    Ok(rustix::process::setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?)
}
