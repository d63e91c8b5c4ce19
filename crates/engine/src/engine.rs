//! The parts that a worker and a client share, and the folder they live in.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use reel_device::Devices;
use reel_queue::Queue;
use reel_store::Store;
use tokio::sync::watch;

use crate::registry::Registry;
use crate::site::Site;

/// Queue, store, devices and pipelines, wired together. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    /// Jobs and tasks.
    pub queue: Arc<dyn Queue>,
    /// Bytes.
    pub store: Arc<dyn Store>,
    /// Accelerators of this machine.
    pub devices: Arc<Devices>,
    /// Verbs.
    pub registry: Registry,
    /// What plans may know of this place.
    pub site: Site,
    /// Where state lives.
    pub state: StateDir,
    changes: Arc<watch::Sender<u64>>,
}

impl Engine {
    /// Wires the parts.
    pub fn new(
        queue: Arc<dyn Queue>,
        store: Arc<dyn Store>,
        devices: Arc<Devices>,
        registry: Registry,
        site: Site,
        state: StateDir,
    ) -> Self {
        Self { queue, store, devices, registry, site, state, changes: Arc::new(watch::Sender::new(0)) }
    }

    /// Marks that this process changed something in the queue.
    pub fn tell_change(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Sees each change that this process makes; changes of other processes are found by asking the queue.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

/// The folder that holds a machine's state. Scratch lives in it too, not in `/tmp`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StateDir {
    root: PathBuf,
}

impl StateDir {
    /// Opens the folder and makes what is missing. One that is made here is its owner's alone: it holds what people sent, and
    /// the secrets that a server signs with.
    ///
    /// # Errors
    /// What the system says when a folder cannot be made.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = std::path::absolute(root.into())?;
        let state = Self { root };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&state.root)?;
        for folder in
            [state.objects(), state.scratch(), state.workers(), state.cache(), state.device_leases()]
        {
            fs::create_dir_all(folder)?;
        }
        Ok(state)
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The SQLite file.
    pub fn database(&self) -> PathBuf {
        self.root.join("reel.sqlite")
    }

    /// The store's objects.
    pub fn objects(&self) -> PathBuf {
        self.root.join("objects")
    }

    /// Scratch folders, one a worker, in it one an attempt.
    pub fn scratch(&self) -> PathBuf {
        self.root.join("scratch")
    }

    /// Lock files of live workers.
    pub fn workers(&self) -> PathBuf {
        self.root.join("workers")
    }

    /// What can be found out again: probe results.
    pub fn cache(&self) -> PathBuf {
        self.root.join("cache")
    }

    /// Slot files of device leases.
    pub fn device_leases(&self) -> PathBuf {
        self.root.join("devices")
    }
}
