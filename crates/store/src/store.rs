//! The trait that every backend implements.

use std::path::{Path, PathBuf};

use async_trait::async_trait;

use crate::error::StoreError;

/// What was stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    /// Its size.
    pub size_bytes: u64,
    /// SHA-256 of its bytes, hex; what the caller gave, if it gave one.
    pub sha256: String,
}

/// One object in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ObjectInfo {
    /// Its key.
    pub key: String,
    /// Its size.
    pub size_bytes: u64,
}

/// Bytes by key. Keys are relative paths of `[A-Za-z0-9._-]` parts joined by `/`.
///
/// A key is written once (the epoch of the attempt is part of it); writing it again with other bytes is allowed and
/// replaces the object whole. An object is seen whole or not at all, and is on the disk before `put` answers.
#[async_trait]
pub trait Store: Send + Sync {
    /// Takes a finished local file in; the file is moved when that is possible, else copied and removed. `sha256` is
    /// passed on where the caller knows it; without it the bytes are read.
    async fn put_file(&self, key: &str, file: &Path, sha256: Option<String>) -> Result<Stored, StoreError>;

    /// Stores a few bytes.
    async fn put_bytes(&self, key: &str, bytes: &[u8]) -> Result<Stored, StoreError>;

    /// A local path that holds the object's bytes, for reading. `scratch` is where a backend without local files
    /// may put its copy.
    async fn local_path(&self, key: &str, scratch: &Path) -> Result<PathBuf, StoreError>;

    /// Objects whose key begins with `prefix`, in order of the key.
    async fn list(&self, prefix: &str) -> Result<Vec<ObjectInfo>, StoreError>;

    /// Removes all objects whose key begins with `prefix`; returns how many. Removing nothing is fine.
    async fn remove(&self, prefix: &str) -> Result<u64, StoreError>;

    /// Bytes that can still be written, if the backend has a bound.
    async fn free_bytes(&self) -> Result<Option<u64>, StoreError>;
}
