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

/// Stands before the name of what is to be decoded.
pub(crate) const DECODER: &str = "decode ";

/// What was probed. Another binary or driver is another key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct ProbeKey {
    /// [`EncoderProbe::binary_identity`].
    pub binary: String,
    /// The driver's version.
    pub driver_version: String,
    /// FFmpeg's name of the encoder; or the sort of films to decode, after [`DECODER`].
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
        let tried = match key.encoder.strip_prefix(DECODER) {
            Some(decoder) => probe.try_decoder(decoder, Some(&key.gpu_uuid)),
            None => probe.try_encoder(&key.encoder, Some(&key.gpu_uuid)),
        };
        let fault =
            tried.err().map(|stderr| DeviceFault::from_process(&stderr, Some(1), false, Some(&key.gpu_uuid)));
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;

    struct Scripted {
        answer: Result<(), String>,
        tries: AtomicU32,
    }

    impl EncoderProbe for Scripted {
        fn binary_identity(&self) -> String {
            "ffmpeg".to_owned()
        }

        fn try_encoder(&self, _encoder: &str, _gpu_uuid: Option<&str>) -> Result<(), String> {
            self.tries.fetch_add(1, Ordering::Relaxed);
            self.answer.clone()
        }
    }

    fn scripted(answer: Result<(), &str>) -> Scripted {
        Scripted { answer: answer.map_err(str::to_owned), tries: AtomicU32::new(0) }
    }

    fn key(driver_version: &str) -> ProbeKey {
        ProbeKey {
            binary: "ffmpeg".to_owned(),
            driver_version: driver_version.to_owned(),
            encoder: "h264_nvenc".to_owned(),
            gpu_uuid: "GPU-1".to_owned(),
        }
    }

    #[test]
    fn what_works_is_tried_once_and_again_under_another_driver() {
        let folder = tempfile::tempdir().unwrap();
        let (clock, probe) = (Clock::system(), scripted(Ok(())));
        for _ in 0..3 {
            let reopened = ProbeCache::open(Some(folder.path()), clock.clone());
            reopened.ask(&key("1"), &probe).unwrap();
            clock.push(Duration::from_secs(10 * NEGATIVE_SECS));
        }
        assert_eq!(probe.tries.load(Ordering::Relaxed), 1);
        ProbeCache::open(Some(folder.path()), clock).ask(&key("2"), &probe).unwrap();
        assert_eq!(probe.tries.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn what_does_not_work_is_tried_again_after_ten_minutes() {
        let clock = Clock::system();
        let (cache, probe) =
            (ProbeCache::open(None, clock.clone()), scripted(Err("No capable devices found")));
        assert_eq!(cache.ask(&key("1"), &probe).unwrap_err().class, FaultClass::Cannot);
        assert_eq!(cache.ask(&key("1"), &probe).unwrap_err().class, FaultClass::Cannot);
        assert_eq!(probe.tries.load(Ordering::Relaxed), 1);
        clock.push(Duration::from_secs(NEGATIVE_SECS));
        cache.ask(&key("1"), &probe).unwrap_err();
        assert_eq!(probe.tries.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_device_that_was_merely_busy_is_not_remembered() {
        let cache = ProbeCache::open(None, Clock::system());
        let busy = scripted(Err("OpenEncodeSessionEx failed: out of memory (10): (no details)"));
        assert_eq!(cache.ask(&key("1"), &busy).unwrap_err().class, FaultClass::Busy);
        cache.ask(&key("1"), &scripted(Ok(()))).unwrap();
    }

    #[test]
    fn a_corrupt_file_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE_NAME), b"{\"version\":1,\"results\":[").unwrap();
        let cache = ProbeCache::open(Some(folder.path()), Clock::system());
        let probe = scripted(Ok(()));
        cache.ask(&key("1"), &probe).unwrap();
        assert_eq!(probe.tries.load(Ordering::Relaxed), 1);
        let names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, [FILE_NAME], "no part file is left");
    }

    #[test]
    fn many_who_ask_at_once_cause_one_try() {
        let cache = ProbeCache::open(None, Clock::system());
        let probe = scripted(Ok(()));
        std::thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| cache.ask(&key("1"), &probe).unwrap());
            }
        });
        assert_eq!(probe.tries.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn another_process_keeps_what_it_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let here = ProbeCache::open(Some(folder.path()), Clock::system());
        let there = ProbeCache::open(Some(folder.path()), Clock::system());
        here.ask(&key("1"), &scripted(Ok(()))).unwrap();
        there.ask(&key("2"), &scripted(Ok(()))).unwrap();
        let later = ProbeCache::open(Some(folder.path()), Clock::system());
        assert!(later.known(&key("1")).is_some() && later.known(&key("2")).is_some());
    }
}
