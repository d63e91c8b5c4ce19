//! What probing encoders has shown, remembered in memory and on disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::encoder::EncoderProbe;
use crate::fault::{DeviceFault, FaultClass};

/// How long a "does not work" is believed. A "works" is believed until the binary or the driver changes.
pub const NEGATIVE_SECS: u64 = 600;

const FILE_NAME: &str = "encoder-probes.json";
const FILE_VERSION: u32 = 1;

/// What was probed. Another binary or driver is another key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct ProbeKey {
    /// [`EncoderProbe::binary_identity`].
    pub binary: String,
    /// The driver's version.
    pub driver_version: String,
    /// FFmpeg's name of the encoder.
    pub encoder: String,
    /// The device.
    pub gpu_uuid: String,
}

/// What a probe showed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ProbeResult {
    /// Nothing when it works.
    pub fault: Option<DeviceFault>,
    /// When, in seconds since 1970.
    pub probed_unix_secs: u64,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    results: Vec<(ProbeKey, ProbeResult)>,
}

/// Lazy: an encoder is tried when somebody first asks for it, once at a time for each key.
#[derive(Debug)]
pub struct ProbeCache {
    path: Option<PathBuf>,
    clock: Clock,
    results: Mutex<BTreeMap<ProbeKey, ProbeResult>>,
    under_way: Mutex<BTreeMap<ProbeKey, Arc<Mutex<()>>>>,
}

impl ProbeCache {
    /// Reads what is in `folder`; a file that cannot be read is as good as none. Without a folder, memory alone.
    pub fn open(folder: Option<&Path>, clock: Clock) -> Self {
        let path = folder.map(|folder| folder.join(FILE_NAME));
        let results = Mutex::new(path.as_deref().map(read).unwrap_or_default());
        Self { path, clock, results, under_way: Mutex::default() }
    }

    /// What is known and still believed.
    pub fn known(&self, key: &ProbeKey) -> Option<ProbeResult> {
        lock(&self.results).get(key).filter(|result| believed(result, self.clock.unix_secs())).cloned()
    }

    /// What is known, else what a probe shows now. A device that is merely busy is not remembered.
    ///
    /// # Errors
    /// What the probe said, classified.
    pub fn ask(&self, key: &ProbeKey, probe: &dyn EncoderProbe) -> Result<(), DeviceFault> {
        if let Some(result) = self.known(key) {
            return result.fault.map_or(Ok(()), Err);
        }
        let turn = Arc::clone(lock(&self.under_way).entry(key.clone()).or_default());
        let _turn = lock(&turn);
        if let Some(result) = self.known(key) {
            return result.fault.map_or(Ok(()), Err);
        }
        let fault = probe
            .try_encoder(&key.encoder, Some(&key.gpu_uuid))
            .err()
            .map(|stderr| DeviceFault::from_process(&stderr, Some(1), false, Some(&key.gpu_uuid)));
        if fault.as_ref().is_none_or(|fault| fault.class != FaultClass::Busy) {
            self.remember(
                key,
                ProbeResult { fault: fault.clone(), probed_unix_secs: self.clock.unix_secs() },
            );
        }
        fault.map_or(Ok(()), Err)
    }

    /// Forgets what is known, so that the next one asked is probed.
    pub fn forget(&self, gpu_uuid: &str) {
        lock(&self.results).retain(|key, _| key.gpu_uuid != gpu_uuid);
        self.write(|on_disk| on_disk.retain(|key, _| key.gpu_uuid != gpu_uuid));
    }

    fn remember(&self, key: &ProbeKey, result: ProbeResult) {
        lock(&self.results).insert(key.clone(), result.clone());
        self.write(|on_disk| {
            on_disk.insert(key.clone(), result);
        });
    }

    /// What other processes wrote meanwhile stays. Two that write at once may lose one entry: it is probed again.
    fn write(&self, change: impl FnOnce(&mut BTreeMap<ProbeKey, ProbeResult>)) {
        let Some(path) = &self.path else { return };
        let mut results = read(path);
        change(&mut results);
        let now = self.clock.unix_secs();
        results.retain(|_, result| believed(result, now));
        if let Err(error) =
            replace(path, &File { version: FILE_VERSION, results: results.into_iter().collect() })
        {
            tracing::warn!(path = %path.display(), %error, "encoder probes are not kept on disk");
        }
    }
}

fn believed(result: &ProbeResult, now_unix_secs: u64) -> bool {
    // A time in the future comes from a clock that was wrong: not believed.
    let age_secs = now_unix_secs.checked_sub(result.probed_unix_secs);
    result.fault.is_none() || age_secs.is_some_and(|age| age < NEGATIVE_SECS)
}

fn read(path: &Path) -> BTreeMap<ProbeKey, ProbeResult> {
    let file = std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice::<File>(&bytes).ok());
    file.filter(|file| file.version == FILE_VERSION)
        .map(|file| file.results.into_iter().collect())
        .unwrap_or_default()
}

/// Another name first, then a rename, so that a reader sees the old file or the new one.
fn replace(path: &Path, file: &File) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let part = path.with_extension(format!("{}.part", std::process::id()));
    std::fs::write(&part, serde_json::to_vec_pretty(file)?)?;
    std::fs::rename(&part, path)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
