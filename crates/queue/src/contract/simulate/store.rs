//! A model of the object store: which attempt wrote what lies under a key.

use std::collections::BTreeMap;

use reel_types::{Epoch, TaskId};

/// Keys and their last writers. A late worker writes like any other.
#[derive(Default, Debug)]
pub struct Store {
    objects: BTreeMap<String, (TaskId, Epoch)>,
}

impl Store {
    /// Writes an object, over what was there.
    pub fn put(&mut self, key: String, task: TaskId, epoch: Epoch) {
        self.objects.insert(key, (task, epoch));
    }

    /// Whose bytes lie there.
    pub fn written_by(&self, key: &str) -> Option<&(TaskId, Epoch)> {
        self.objects.get(key)
    }
}
