//! A file on its way in: written and digested on a thread of its own, gone unless it is kept.

use std::fs::{self, File};
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedRwLockReadGuard, RwLock, mpsc};
use tokio::task::JoinHandle;

use crate::problem::{Problem, ProblemKind};

/// Pieces that may wait to be written; a piece is at most what one read of the connection brings.
const PIECES_WAITING: usize = 8;

/// The folder of files on their way in.
#[derive(Clone, Debug)]
pub(crate) struct Inbox {
    folder: PathBuf,
    /// Each file holds it for reading, so that it can be waited for that none is left.
    open: Arc<RwLock<()>>,
}

impl Inbox {
    /// Makes the folder, and removes what servers that are dead have left in it.
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        sweep(&folder)?;
        Ok(Self { folder, open: Arc::default() })
    }

    /// Where the files are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the server waits for before it ends; nothing once it is stopping.
    pub(crate) fn enter(&self) -> Result<OwnedRwLockReadGuard<()>, Problem> {
        let open = Arc::clone(&self.open).try_read_owned();
        open.map_err(|_| Problem::new(ProblemKind::Unavailable, "the server is stopping"))
    }

    /// Takes nothing new from now on, and ends once no file is left.
    pub(crate) async fn emptied(&self) {
        let _all = self.open.write().await;
    }
}

/// A file that is being written.
pub(crate) struct Incoming {
    pieces: mpsc::Sender<Bytes>,
    written: JoinHandle<io::Result<Received>>,
    size_bytes: u64,
    size_bytes_max: u64,
}

/// A file that is whole and on the disk. Dropping it removes the file, unless somebody took it away.
#[derive(Debug)]
pub(crate) struct Received {
    part: Part,
    pub(crate) size_bytes: u64,
    /// Hex.
    pub(crate) sha256: String,
}

/// The file itself, locked as long as this process lives.
#[derive(Debug)]
struct Part {
    path: PathBuf,
    file: File,
    /// Let go after the file is removed.
    _open: OwnedRwLockReadGuard<()>,
}

impl Incoming {
    /// Begins a file.
    pub(crate) fn begin(inbox: &Inbox, size_bytes_max: u64) -> Result<Self, Problem> {
        let open = inbox.enter()?;
        let part = Part::new(&inbox.folder, open).map_err(not_written)?;
        let (pieces, waiting) = mpsc::channel(PIECES_WAITING);
        let written = tokio::task::spawn_blocking(move || write(part, waiting));
        Ok(Self { pieces, written, size_bytes: 0, size_bytes_max })
    }

    /// The next piece.
    pub(crate) async fn push(&mut self, piece: Bytes) -> Result<(), Problem> {
        self.size_bytes = self.size_bytes.saturating_add(piece.len() as u64);
        if self.size_bytes > self.size_bytes_max {
            let detail = format!("the file has more than {} bytes", self.size_bytes_max);
            return Err(Problem::new(ProblemKind::TooLarge, detail));
        }
        // Fails when the thread could not write; `finish` then says why.
        let _ = self.pieces.send(piece).await;
        Ok(())
    }

    /// No more comes: answers once all of it is on the disk.
    pub(crate) async fn finish(self) -> Result<Received, Problem> {
        drop(self.pieces);
        self.written.await.map_err(Problem::internal)?.map_err(not_written)
    }
}

/// A file that somebody else writes here. Dropping it removes the file.
pub(crate) struct Making {
    part: Part,
}

impl Making {
    /// Makes an empty file.
    pub(crate) fn begin(inbox: &Inbox) -> Result<Self, Problem> {
        let open = inbox.enter()?;
        Part::new(&inbox.folder, open).map(|part| Self { part }).map_err(not_written)
    }

    /// Where it is written.
    pub(crate) fn path(&self) -> &Path {
        &self.part.path
    }

    /// Digests what was written, and sees that it is on the disk. Blocking.
    pub(crate) fn finish(self) -> Result<Received, Problem> {
        let digested = digest(&self.part.path);
        let (size_bytes, sha256) = digested.map_err(not_written)?;
        self.part.file.sync_all().map_err(not_written)?;
        Ok(Received { part: self.part, size_bytes, sha256 })
    }
}

fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let (mut hasher, mut size_bytes) = (Sha256::new(), 0);
    let mut piece = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            return Ok((size_bytes, hex(hasher)));
        }
        hasher.update(piece.get(..count).unwrap_or_default());
        size_bytes += count as u64;
    }
}

fn hex(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Received {
    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.part.path
    }
}

fn write(mut part: Part, mut pieces: mpsc::Receiver<Bytes>) -> io::Result<Received> {
    let mut hasher = Sha256::new();
    let mut size_bytes = 0;
    while let Some(piece) = pieces.blocking_recv() {
        hasher.update(&piece);
        part.file.write_all(&piece)?;
        size_bytes += piece.len() as u64;
    }
    part.file.sync_all()?;
    Ok(Received { part, size_bytes, sha256: hex(hasher) })
}

impl Part {
    fn new(folder: &Path, open: OwnedRwLockReadGuard<()>) -> io::Result<Self> {
        let path = folder.join(format!("{}-{:016x}.part", std::process::id(), fastrand::u64(..)));
        let file = File::create_new(&path)?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Self { path, file, _open: open })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Best effort: what stays is removed by the next server, since nobody holds its lock.
        let _ = fs::remove_file(&self.path);
    }
}

/// A file whose lock can be taken is nobody's.
fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Ok(file) = File::open(&path) else { continue };
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn not_written(error: io::Error) -> Problem {
    if error.kind() == io::ErrorKind::StorageFull {
        return Problem::new(ProblemKind::InsufficientStorage, "the disk is full");
    }
    Problem::internal(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    #[tokio::test]
    async fn what_is_received_is_digested_and_gone_when_nobody_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let inbox = Inbox::open(folder.path().to_owned()).unwrap();
        let mut incoming = Incoming::begin(&inbox, 3).unwrap();
        incoming.push(Bytes::from_static(b"ab")).await.unwrap();
        incoming.push(Bytes::from_static(b"c")).await.unwrap();
        let received = incoming.finish().await.unwrap();
        assert!(received.sha256.starts_with("ba7816bf"));
        assert_eq!(fs::read(received.path()).unwrap(), b"abc");
        drop(received);
        assert!(names(folder.path()).is_empty());
    }

    #[tokio::test]
    async fn what_somebody_else_wrote_is_digested_and_gone_when_nobody_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let inbox = Inbox::open(folder.path().to_owned()).unwrap();
        let making = Making::begin(&inbox).unwrap();
        fs::write(making.path(), b"abc").unwrap();
        let received = making.finish().unwrap();
        assert!(received.sha256.starts_with("ba7816bf"));
        assert_eq!((received.size_bytes, fs::read(received.path()).unwrap()), (3, b"abc".to_vec()));
        drop(received);
        drop(Making::begin(&inbox).unwrap());
        assert!(names(folder.path()).is_empty());
    }

    #[tokio::test]
    async fn one_byte_too_many_is_refused_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let inbox = Inbox::open(folder.path().to_owned()).unwrap();
        let mut incoming = Incoming::begin(&inbox, 3).unwrap();
        let refused = incoming.push(Bytes::from_static(b"abcd")).await.unwrap_err();
        assert_eq!(refused.kind(), ProblemKind::TooLarge);
        drop(incoming);
        inbox.emptied().await;
        assert!(names(folder.path()).is_empty());
    }

    #[tokio::test]
    async fn only_what_dead_servers_left_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("1-0.part"), b"left").unwrap();
        let inbox = Inbox::open(folder.path().to_owned()).unwrap();
        assert!(names(folder.path()).is_empty());
        let alive = Incoming::begin(&inbox, 3).unwrap();
        Inbox::open(folder.path().to_owned()).unwrap();
        assert_eq!(names(folder.path()).len(), 1);
        drop(alive);
    }
}
