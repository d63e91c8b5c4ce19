//! What is measured while films are made: temporary files, GPUs, what stood still.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reel_device::Devices;
use reel_engine::Engine;
use reel_types::JobId;

use crate::settings::Settings;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// Looks now and then.
#[derive(Debug)]
pub(super) struct Meter {
    scratch: PathBuf,
    jobs: PathBuf,
    devices: Option<Arc<Devices>>,
    known: BTreeSet<JobId>,
    looked_at: Option<Instant>,
    temporary_bytes_peak: u64,
    utilization_sum: f64,
    utilization_count: u32,
    hangs_before: u64,
}

/// All looks together.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Measured {
    pub(super) temporary_bytes_peak: u64,
    pub(super) gpu_utilization_percent: Option<f64>,
    pub(super) hangs: u64,
}

impl Meter {
    pub(super) fn new(engine: &Engine, settings: &Settings) -> Self {
        let uses_gpu = engine.site.gpu && settings.device.allows_gpu();
        Self {
            scratch: engine.state.scratch(),
            jobs: engine.state.objects().join("jobs"),
            devices: uses_gpu.then(|| Arc::clone(&engine.devices)),
            known: BTreeSet::new(),
            looked_at: None,
            temporary_bytes_peak: 0,
            utilization_sum: 0.0,
            utilization_count: 0,
            hangs_before: hangs(),
        }
    }

    /// Looks, unless it did so a moment ago. `jobs` are those under way.
    pub(super) async fn measure(&mut self, jobs: Vec<JobId>) {
        self.known.extend(jobs);
        let now = Instant::now();
        if self.looked_at.is_some_and(|at| now.duration_since(at) < EVERY) {
            return;
        }
        self.looked_at = Some(now);
        let mut folders: Vec<PathBuf> = self.known.iter().map(|job| self.jobs.join(job.as_str())).collect();
        folders.push(self.scratch.clone());
        let devices = self.devices.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let found: u64 = folders.iter().map(|folder| bytes_in(folder)).sum();
            (found, devices.and_then(|devices| utilization_percent(&devices)))
        });
        let Ok((found, utilization)) = looked.await else { return };
        self.temporary_bytes_peak = self.temporary_bytes_peak.max(found);
        if let Some(percent) = utilization {
            self.utilization_sum += percent;
            self.utilization_count += 1;
        }
    }

    pub(super) fn end(&self) -> Measured {
        let count = f64::from(self.utilization_count);
        Measured {
            temporary_bytes_peak: self.temporary_bytes_peak,
            gpu_utilization_percent: (count > 0.0).then(|| self.utilization_sum / count),
            hangs: hangs().saturating_sub(self.hangs_before),
        }
    }
}

fn hangs() -> u64 {
    reel_media::child::totals().hung_count + reel_infer::hung_count()
}

/// On average over the GPUs that say so.
fn utilization_percent(devices: &Devices) -> Option<f64> {
    let inventory = devices.inventory().ok()?;
    let told: Vec<f64> =
        inventory.gpus.iter().filter_map(|gpu| gpu.utilization_percent).map(f64::from).collect();
    (!told.is_empty()).then(|| told.iter().sum::<f64>() / told.len() as f64)
}

/// What lies in it; what goes away meanwhile does not count.
fn bytes_in(folder: &Path) -> u64 {
    let mut sum = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(meta) if meta.is_dir() => folders.push(entry.path()),
                Ok(meta) => sum += meta.len(),
                Err(_) => {}
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_below_a_folder_count() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
        std::fs::write(folder.path().join("one"), [0; 10]).unwrap();
        std::fs::write(folder.path().join("a/b/two"), [0; 5]).unwrap();
        assert_eq!(bytes_in(folder.path()), 15);
        assert_eq!(bytes_in(&folder.path().join("gone")), 0);
    }
}
