//! A store in memory that late writers write to as well.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use reel_store::{ObjectInfo, Store, StoreError, Stored};
use reel_types::{Epoch, TaskId};

/// How keys are made; one of the two is wrong on purpose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyRule {
    WithEpoch,
    WithoutEpoch,
}

impl KeyRule {
    pub fn key(self, task: &TaskId, epoch: Epoch) -> String {
        match self {
            Self::WithEpoch => task.object_key(epoch, "out"),
            Self::WithoutEpoch => task.object_key(0, "out"),
        }
    }
}

/// Key to (text, epoch of the writer).
#[derive(Clone, Default)]
pub struct Objects {
    held: Arc<Mutex<HashMap<String, (String, Epoch)>>>,
}

impl Objects {
    pub fn write(&self, key: String, text: String, epoch: Epoch) {
        self.held.lock().unwrap().insert(key, (text, epoch));
    }

    pub fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.held.lock().unwrap().keys().cloned().collect();
        keys.sort_unstable();
        keys
    }

    pub fn remove(&self, prefix: &str) -> u64 {
        let mut held = self.held.lock().unwrap();
        let before = held.len();
        held.retain(|key, _| !key.starts_with(prefix));
        (before - held.len()) as u64
    }

    pub fn read(&self, key: &str) -> Option<(String, Epoch)> {
        self.held.lock().unwrap().get(key).cloned()
    }
}

/// The same objects as the engine's store, so that its sweep can do harm. Only the scripted executor writes.
pub struct Shelf(pub Objects);

#[async_trait]
impl Store for Shelf {
    async fn put_file(&self, key: &str, _file: &Path, _sha256: Option<String>) -> Result<Stored, StoreError> {
        Err(StoreError::NotFound { key: key.into() })
    }
    async fn put_bytes(&self, key: &str, _bytes: &[u8]) -> Result<Stored, StoreError> {
        Err(StoreError::NotFound { key: key.into() })
    }
    async fn local_path(&self, key: &str, _scratch: &Path) -> Result<PathBuf, StoreError> {
        Err(StoreError::NotFound { key: key.into() })
    }
    async fn list(&self, prefix: &str) -> Result<Vec<ObjectInfo>, StoreError> {
        let keys = self.0.keys().into_iter().filter(|key| key.starts_with(prefix));
        Ok(keys.map(|key| ObjectInfo { key, size_bytes: 0 }).collect())
    }
    async fn remove(&self, prefix: &str) -> Result<u64, StoreError> {
        Ok(self.0.remove(prefix))
    }
    async fn free_bytes(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
}
