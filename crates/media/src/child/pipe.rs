//! Pipes that no other child inherits, and reads that never block.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::OFlags;
use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};

/// A frame of 1080p is 3 MB: with the default of 64 KiB a pipe costs a quarter more CPU.
const PIPE_BYTES: usize = 1 << 20;

/// (read end, write end), both closed on exec.
pub(super) fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(pipe_with(PipeFlags::CLOEXEC)?)
}

/// Makes the pipe wide; a system that forbids it keeps the narrow one.
pub(super) fn widen(end: impl AsFd) {
    let _ = fcntl_setpipe_size(end, PIPE_BYTES);
}

pub(super) fn set_nonblocking(end: BorrowedFd<'_>) -> io::Result<()> {
    let flags = rustix::fs::fcntl_getfl(end)?;
    Ok(rustix::fs::fcntl_setfl(end, flags | OFlags::NONBLOCK)?)
}

/// What a read of a pipe gave.
pub(super) enum Read {
    Bytes(usize),
    Nothing,
    End,
}

pub(super) fn read_some(end: BorrowedFd<'_>, buffer: &mut [u8]) -> Read {
    match rustix::io::read(end, buffer) {
        Ok(0) => Read::End,
        Ok(count) => Read::Bytes(count),
        Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => Read::Nothing,
        Err(_) => Read::End,
    }
}
