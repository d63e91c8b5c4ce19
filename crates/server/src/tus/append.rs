//! The bytes of one request, written while they come, and counted once they are on the disk.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::StreamExt as _;
use sha2::{Digest, Sha256};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::checksum::Checksum;
use super::marks::Marks;
use super::part::Part;
use crate::catalog::Partial;
use crate::problem::{Problem, ProblemKind};
use crate::state::AppState;

/// So many bytes are gathered before a thread writes them: a client that sends little holds no thread.
const GATHERED_BYTES: u64 = 1 << 20;

/// What became of the bytes of one request.
pub(crate) struct Appended {
    /// So many bytes of the upload count.
    pub(crate) offset_bytes: u64,
    /// Their digest, where it was known from the beginning.
    pub(crate) digest: Option<Sha256>,
    /// When the upload expires now.
    pub(crate) expires_at: i64,
    /// Why there are no more of them.
    pub(crate) ended: Result<(), Problem>,
}

/// Writes what comes to the end of the part. What was written counts whatever happens to the rest, unless there is a
/// checksum: then all of it counts, or nothing.
pub(crate) async fn append(
    state: &AppState,
    partial: &Partial,
    part: &Part,
    digest: Option<Sha256>,
    checksum: Option<Checksum>,
    body: Body,
) -> Result<Appended, Problem> {
    let begun = (partial.offset_bytes, digest.clone());
    let is_checked = checksum.is_some();
    let file = Arc::new(part.same_file().map_err(not_written)?);
    let mut marks = Marks::new(state, partial, Arc::clone(&file));
    let mut pen = Pen::Idle(Box::new(Writing { file, digest, checksum, offset_bytes: partial.offset_bytes }));
    let left = partial.size_bytes.saturating_sub(partial.offset_bytes);
    let mut inflow = Inflow { body: body.into_data_stream(), left };
    let mut ended = loop {
        let (pieces, ended) = inflow.gather(state).await;
        let written = match pen.write(pieces).await {
            Ok(written) => written,
            Err(problem) => break Err(problem),
        };
        if !is_checked {
            marks.keep_up(written).await?;
        }
        if let Some(ended) = ended {
            break ended;
        }
    };
    let (mut writing, failed) = pen.settled().await?;
    ended = ended.and(failed);
    if let Some(checksum) = writing.checksum.take() {
        if ended.is_ok() && !checksum.holds() {
            ended = Err(Problem::new(
                ProblemKind::ChecksumMismatch,
                "the bytes are not those of Upload-Checksum",
            )
            .with_hint("send them again from the same offset"));
        }
        if ended.is_err() {
            // What the file has beyond is cut off by the next who opens it.
            (writing.offset_bytes, writing.digest) = begun;
        }
    }
    let expires_at = marks.finish(writing.offset_bytes).await?;
    Ok(Appended { offset_bytes: writing.offset_bytes, digest: writing.digest, expires_at, ended })
}

/// The body, bounded in length and in patience.
struct Inflow {
    body: BodyDataStream,
    left: u64,
}

impl Inflow {
    /// What comes next, and how it ended if it has.
    async fn gather(&mut self, state: &AppState) -> (Vec<Bytes>, Option<Result<(), Problem>>) {
        let mut pieces = Vec::new();
        let mut gathered = 0;
        while gathered < GATHERED_BYTES {
            let next = tokio::select! {
                next = timeout(state.options.body_patience, self.body.next()) => next,
                () = state.live.closed() => {
                    let problem = Problem::new(ProblemKind::Unavailable, "the server is stopping");
                    return (pieces, Some(Err(problem)));
                }
            };
            let piece = match next {
                Ok(Some(Ok(piece))) => piece,
                Ok(None) => return (pieces, Some(Ok(()))),
                Ok(Some(Err(error))) => {
                    let problem =
                        Problem::new(ProblemKind::BadRequest, format!("the body broke off: {error}"));
                    return (pieces, Some(Err(problem)));
                }
                Err(_) => return (pieces, Some(Err(too_slow(state.options.body_patience)))),
            };
            let size = piece.len() as u64;
            if size > self.left {
                let detail = "more bytes came than Upload-Length said there would be";
                return (pieces, Some(Err(Problem::new(ProblemKind::TooLarge, detail))));
            }
            self.left -= size;
            gathered += size;
            pieces.push(piece);
        }
        (pieces, None)
    }
}

/// The file with what is known of its bytes.
struct Writing {
    file: Arc<std::fs::File>,
    digest: Option<Sha256>,
    checksum: Option<Checksum>,
    offset_bytes: u64,
}

impl Writing {
    /// Blocking. What was not written whole is not counted.
    fn write(mut self: Box<Self>, pieces: &[Bytes]) -> (Box<Self>, io::Result<()>) {
        for piece in pieces {
            if let Err(error) = (&*self.file).write_all(piece) {
                return (self, Err(error));
            }
            self.offset_bytes += piece.len() as u64;
            if let Some(digest) = &mut self.digest {
                digest.update(piece);
            }
            if let Some(checksum) = &mut self.checksum {
                checksum.update(piece);
            }
        }
        (self, Ok(()))
    }
}

/// Writes one lot while the next is gathered.
enum Pen {
    Idle(Box<Writing>),
    Busy(JoinHandle<(Box<Writing>, io::Result<()>)>),
    Lost,
}

impl Pen {
    /// Begins to write these once those before are written; answers how far those reach.
    async fn write(&mut self, pieces: Vec<Bytes>) -> Result<u64, Problem> {
        let (writing, failed) = std::mem::replace(self, Self::Lost).settled().await?;
        let offset_bytes = writing.offset_bytes;
        *self = if failed.is_ok() && !pieces.is_empty() {
            Self::Busy(tokio::task::spawn_blocking(move || writing.write(&pieces)))
        } else {
            Self::Idle(writing)
        };
        failed.map(|()| offset_bytes)
    }

    async fn settled(self) -> Result<(Box<Writing>, Result<(), Problem>), Problem> {
        match self {
            Self::Idle(writing) => Ok((writing, Ok(()))),
            Self::Busy(busy) => {
                let (writing, written) = busy.await.map_err(Problem::internal)?;
                Ok((writing, written.map_err(not_written)))
            }
            Self::Lost => Err(Problem::internal("a writer was lost")),
        }
    }
}

/// Why bytes that came are not on the disk.
pub(super) fn not_written(error: io::Error) -> Problem {
    if error.kind() == io::ErrorKind::StorageFull {
        return Problem::new(ProblemKind::InsufficientStorage, "the disk is full");
    }
    Problem::internal(error)
}

fn too_slow(patience: Duration) -> Problem {
    Problem::new(ProblemKind::Slow, format!("no byte came for {} s", patience.as_secs()))
        .with_hint("ask for the offset with HEAD and send the rest")
}
