//! How much of the machine others take while we measure.

use std::time::Instant;

use anyhow::{Context, Result};

/// Busy time of the whole machine at one moment.
pub(crate) struct Load {
    busy_ticks: u64,
    at: Instant,
}

impl Load {
    pub(crate) fn now() -> Result<Self> {
        Ok(Self { busy_ticks: busy_ticks()?, at: Instant::now() })
    }

    /// Share of all cores that was busy since then with something else than our `own_cpu_secs`.
    pub(crate) fn foreign_share(&self, own_cpu_secs: f64) -> Result<f64> {
        let busy_secs = (busy_ticks()? - self.busy_ticks) as f64 / 100.0;
        let cores = std::thread::available_parallelism()?.get() as f64;
        let all_secs = self.at.elapsed().as_secs_f64() * cores;
        Ok(((busy_secs - own_cpu_secs) / all_secs.max(0.01)).max(0.0))
    }
}

/// User, system, irq, softirq and steal of `/proc/stat`, in hundredths of a second over all cores. Work at a lower
/// priority (nice) gives way to ours and is left out.
fn busy_ticks() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/stat")?;
    let line = text.lines().next().context("/proc/stat is empty")?;
    let fields: Vec<u64> = line.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    Ok([0, 2, 5, 6, 7].iter().filter_map(|index| fields.get(*index)).sum())
}
