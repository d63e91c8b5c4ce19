//! The bytes that are packed, readable at any place: one file, or the tar stream of several.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use reel_engine::{RunContext, RunError};
use reel_types::{Failure, FailureKind, shown};
use sha2::{Digest, Sha256};

use crate::params::PackParams;
use crate::stream::tar::{EntryKind, TarLayout};

/// How much is read at once; it is digested while it is still in the core's own cache.
pub(crate) const READ_BYTES: usize = 256 << 10;

/// What is packed.
pub(crate) enum Content {
    /// One file.
    File { file: File, path: PathBuf, size_bytes: u64 },
    /// A tar stream of many.
    Tar {
        layout: TarLayout,
        /// The file of each entry that has one.
        paths: Vec<Option<PathBuf>>,
    },
}

impl Content {
    /// Opens the job's sources.
    pub(crate) fn open(params: &PackParams, cx: &RunContext<'_>) -> Result<Self, RunError> {
        if params.entries.is_empty() {
            let path = cx.source(0)?;
            let file = File::open(&path).map_err(|error| unreadable(&path, &error))?;
            let size_bytes = file.metadata().map_err(|error| unreadable(&path, &error))?.len();
            return Ok(Self::File { file, path, size_bytes });
        }
        let mut next_source = 0;
        let mut path_of = |kind: &EntryKind| match kind {
            EntryKind::File { .. } => {
                next_source += 1;
                cx.source(next_source - 1).map(Some)
            }
            _ => Ok(None),
        };
        let paths = params.entries.iter().map(|entry| path_of(&entry.kind)).collect::<Result<Vec<_>, _>>()?;
        let layout = TarLayout::new(params.entries.clone())
            .map_err(|error| RunError::failed(FailureKind::Input, error.to_string()))?;
        Ok(Self::Tar { layout, paths })
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> u64 {
        match self {
            Self::File { size_bytes, .. } => *size_bytes,
            Self::Tar { layout, .. } => layout.len(),
        }
    }

    /// Fills `out` from `offset` on; all of it must be there.
    pub(crate) fn read_at(&mut self, offset: u64, out: &mut [u8]) -> Result<(), RunError> {
        match self {
            Self::File { file, path, .. } => {
                file.read_exact_at(out, offset).map_err(|error| unreadable(path, &error))
            }
            Self::Tar { layout, paths } => {
                let read = layout.read_at(offset, out, &mut |index| match paths.get(index) {
                    Some(Some(path)) => File::open(path),
                    _ => Err(io::Error::other("an entry without a file")),
                });
                let read = read.map_err(|error| RunError::failed(FailureKind::Input, error.to_string()))?;
                if read == out.len() {
                    Ok(())
                } else {
                    Err(RunError::internal("read past the end of the stream"))
                }
            }
        }
    }

    /// Refuses a file that is said to be a tar stream and does not begin as one: nobody could unpack it.
    pub(crate) fn must_be_tar(&mut self) -> Result<(), RunError> {
        let mut head = [0; 1024];
        let has_head = self.len() >= head.len() as u64 && self.len().is_multiple_of(512);
        if has_head {
            self.read_at(0, &mut head)?;
        }
        if has_head && is_head_of_tar(&head) {
            return Ok(());
        }
        Err(Failure::new(FailureKind::Input, "the file is no tar stream, as it is said to be")
            .with_hint("leave `tar` out: it is packed as it is then")
            .into())
    }

    /// SHA-256 of all of it, hex.
    pub(crate) fn sha256(&mut self, cx: &RunContext<'_>) -> Result<String, RunError> {
        let (mut hasher, mut buffer) = (Sha256::new(), vec![0; READ_BYTES]);
        let (length, mut offset) = (self.len(), 0);
        while offset < length {
            if cx.cancel().is_cancelled() {
                return Err(RunError::Cancelled);
            }
            let wanted = (length - offset).min(READ_BYTES as u64) as usize;
            self.read_at(offset, &mut buffer[..wanted])?;
            hasher.update(&buffer[..wanted]);
            offset += wanted as u64;
            cx.progress(offset, length);
        }
        Ok(hex(&hasher.finalize()))
    }
}

/// The first header, or the end of an empty stream.
fn is_head_of_tar(head: &[u8; 1024]) -> bool {
    head.get(257..262) == Some(b"ustar") || head.iter().all(|&byte| byte == 0)
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unreadable(path: &std::path::Path, error: &io::Error) -> RunError {
    Failure::new(FailureKind::Input, format!("cannot read {}: {error}", shown(path)))
        .with_hint("check that the file is whole and may be read")
        .into()
}
