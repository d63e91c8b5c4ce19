//! Resumable uploads: tus 1.0 with creation, creation-with-upload, termination, checksum and expiration.
//!
//! The bytes of an upload that is not whole lie in a file of their own, and a row of the catalog says how many of them are
//! on the disk. The row is the truth: what the file has beyond it is cut off before the next byte is written. Who writes
//! holds the file's lock, so that a second writer is refused, of another process too.

mod append;
mod checksum;
mod create;
mod finish;
mod headers;
mod marks;
mod metadata;
mod part;
mod sweep;
mod take;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use sha2::Sha256;

pub(crate) use checksum::ALGORITHMS;
pub(crate) use create::{New, create};
pub(crate) use finish::{Standing, standing};
pub(crate) use headers::{OFFSET_BYTES, VERSION, check_version, has_offset_bytes, http_date, number, text};
pub(crate) use metadata::Metadata;
pub(crate) use sweep::keep_tidy;
pub(crate) use take::{Patch, Taken, take, terminate};

use part::PartFolder;

/// The extensions of the protocol that are spoken here.
pub(crate) const EXTENSIONS: &str = "creation,creation-with-upload,termination,checksum,expiration";

/// What there is of uploads that are not whole, beside their rows.
#[derive(Debug)]
pub(crate) struct Tus {
    folder: PartFolder,
    /// Digests of what was written since the server started, by upload, with how many bytes each is of.
    digests: Mutex<HashMap<String, (u64, Sha256)>>,
}

impl Tus {
    /// Makes the folder.
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        Ok(Self { folder: PartFolder::open(folder)?, digests: Mutex::default() })
    }

    /// The digest of the first `bytes` of an upload; nothing when they came before the server started.
    fn take_digest(&self, id: &str, bytes: u64) -> Option<Sha256> {
        let known = self.digests.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        match known {
            Some((of, digest)) if of == bytes => Some(digest),
            _ => (bytes == 0).then(Sha256::default),
        }
    }

    fn keep_digest(&self, id: &str, bytes: u64, digest: Sha256) {
        let mut digests = self.digests.lock().unwrap_or_else(PoisonError::into_inner);
        digests.insert(id.to_owned(), (bytes, digest));
    }

    fn forget_digest(&self, id: &str) {
        self.digests.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}
