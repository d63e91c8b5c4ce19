//! What a machine's driver says about its GPUs.

use serde::{Deserialize, Serialize};

/// Where an inventory comes from: the driver, or a script in a test.
pub trait GpuSource: Send + Sync {
    /// What is there now. May be asked often; must not panic, whatever the driver does.
    ///
    /// # Errors
    /// [`GpuAbsent`] when there is no GPU to speak of, with the reason.
    fn snapshot(&self) -> Result<GpuInventory, GpuAbsent>;
}

/// All GPUs of this machine at one moment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GpuInventory {
    /// The driver, for example `570.86.15`. Part of every probe's key.
    pub driver_version: String,
    /// The newest CUDA that the driver supports, for example `12.8`; empty when it does not say.
    pub cuda_version: String,
    /// In order of `index`. Not empty.
    pub gpus: Vec<Gpu>,
}

/// One GPU at one moment. What the driver does not say (MIG, old cards) is `None`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Gpu {
    /// Its place in the driver's list (order of PCI address). Not CUDA's index: pin by `uuid`.
    pub index: u32,
    /// `GPU-…`; what `CUDA_VISIBLE_DEVICES` takes.
    pub uuid: String,
    /// What it is called. For people; nothing is decided by it.
    pub name: String,
    /// Its PCI address.
    pub pci_bus_id: String,
    /// All memory.
    pub memory_total_bytes: u64,
    /// Free memory.
    pub memory_free_bytes: u64,
    /// Used memory.
    pub memory_used_bytes: u64,
    /// Share of time in which a kernel ran, 0 to 100. Says nothing about the encoder.
    pub utilization_percent: Option<u32>,
    /// Encoder load, 0 to 100.
    pub encoder_utilization_percent: Option<u32>,
    /// Decoder load, 0 to 100.
    pub decoder_utilization_percent: Option<u32>,
    /// Encoder sessions of all processes.
    pub encoder_sessions: Option<u32>,
    /// Temperature of the chip.
    pub temperature_celsius: Option<u32>,
    /// Where the driver starts to slow the chip down.
    pub temperature_slowdown_celsius: Option<u32>,
}

impl Gpu {
    /// `free memory in bytes × (100 − utilisation)`. Reported, and breaks ties; unknown utilisation counts as 0.
    pub fn seed_score(&self) -> u64 {
        let idle = 100 - u64::from(self.utilization_percent.unwrap_or(0).min(100));
        self.memory_free_bytes.saturating_mul(idle)
    }
}

/// Why there is no GPU to use.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum GpuAbsent {
    /// The management library is not installed, so neither is a driver.
    #[error("no NVIDIA driver is installed: {0}")]
    LibraryMissing(String),
    /// The library is there, but the driver does not answer (module not loaded, mismatch, no permission).
    #[error("the NVIDIA driver does not answer: {0}")]
    DriverSilent(String),
    /// The driver is there and sees no GPU.
    #[error("the NVIDIA driver {driver_version} sees no GPU")]
    NoDevice {
        /// That driver.
        driver_version: String,
    },
}

impl GpuAbsent {
    /// The same in a few words, for a line that tells something else as well.
    pub fn brief(&self) -> &'static str {
        match self {
            Self::LibraryMissing(_) => "no NVIDIA driver here",
            Self::DriverSilent(_) => "the NVIDIA driver does not answer",
            Self::NoDevice { .. } => "no NVIDIA GPU here",
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_seeds_score_prefers_a_busy_large_card_to_an_idle_small_one() {
        let mut large = crate::choice::tests_support::gpu(0);
        large.memory_free_bytes = 80_000_000_000;
        large.utilization_percent = Some(90);
        let mut small = crate::choice::tests_support::gpu(1);
        small.memory_free_bytes = 6_000_000_000;
        small.utilization_percent = Some(0);
        assert_eq!(large.seed_score(), 800_000_000_000);
        assert_eq!(small.seed_score(), 600_000_000_000);
    }

    #[test]
    fn a_utilisation_above_one_hundred_scores_zero() {
        let mut odd = crate::choice::tests_support::gpu(0);
        odd.utilization_percent = Some(140);
        assert_eq!(odd.seed_score(), 0);
    }
}
