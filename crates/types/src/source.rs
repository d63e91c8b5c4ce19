//! What a job reads.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A file that a job reads. Local sources are read in place, never copied.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Source {
    /// A file of this machine, identified by everything that changes when somebody replaces it.
    Local {
        /// Absolute path; in JSON text, or `{"bytes_hex": …}` when it is not UTF-8.
        #[serde(with = "crate::path_text")]
        path: PathBuf,
        /// Size when the job was made.
        size_bytes: u64,
        /// Modification time when the job was made, nanoseconds since 1970.
        mtime_nanos: i64,
        /// Inode when the job was made.
        inode: u64,
    },
    /// Bytes in the store.
    Object {
        /// The object's key.
        key: String,
        /// SHA-256 of its bytes, hex.
        sha256: String,
        /// Its size.
        size_bytes: u64,
        /// The name its owner gave it.
        filename: String,
    },
}
