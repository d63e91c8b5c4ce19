//! Which GPU to use, and why not the others. Pure.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::fault::{DeviceFault, FaultClass};
use crate::inventory::Gpu;
use crate::wish::DeviceWish;

/// A GPU with less free memory is passed over.
pub const MEMORY_FREE_BYTES_MIN: u64 = 500_000_000;
/// A GPU at least this hot is passed over, unless the driver says where it slows down.
pub const TEMPERATURE_CELSIUS_MAX: u32 = 92;

/// Every GPU with what was thought of it, best first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Choice {
    /// What was asked for, FFmpeg's name.
    pub encoder: String,
    /// Which device was asked for.
    pub wish: DeviceWish,
    /// Why there is no candidate at all.
    pub absent: Option<String>,
    /// The candidates: fitting ones first, in the order in which they are tried.
    pub candidates: Vec<Candidate>,
}

/// One GPU in a [`Choice`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Candidate {
    /// The GPU as it was when it was looked at.
    pub gpu: Gpu,
    /// Leases on it of everybody on this machine.
    pub leases: u32,
    /// How many leases it takes.
    pub slots: u32,
    /// `free memory × (100 − utilisation)`.
    pub seed_score: u64,
    /// Whether it fits.
    pub verdict: Verdict,
}

/// What was thought of a GPU. The order of the checks is the order here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Verdict {
    /// It can be used.
    #[error("fits")]
    Fits,
    /// Another one was asked for.
    #[error("not asked for")]
    NotAskedFor,
    /// The caller has tried it already.
    #[error("tried already")]
    Tried,
    /// The probe failed.
    #[error("{fault}")]
    Probed {
        /// How.
        fault: DeviceFault,
    },
    /// Too little free memory.
    #[error("{free_bytes} bytes of memory are free, {MEMORY_FREE_BYTES_MIN} are needed")]
    LowMemory {
        /// What is free.
        free_bytes: u64,
    },
    /// It failed a short while ago.
    #[error("left alone for {secs_left} s: {said}")]
    Quarantined {
        /// How much longer.
        secs_left: u64,
        /// What it said.
        said: String,
    },
    /// Too hot.
    #[error("{celsius} °C is too hot, {celsius_max} °C is the bound")]
    Hot {
        /// Its temperature.
        celsius: u32,
        /// The bound.
        celsius_max: u32,
    },
    /// All its slots are taken.
    #[error("all {slots} slots are taken")]
    Full {
        /// How many there are.
        slots: u32,
    },
}

/// What the choice knows of a GPU beside the GPU itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    pub(crate) probed: Option<DeviceFault>,
    pub(crate) tried: bool,
    pub(crate) quarantined: Option<(u64, String)>,
    pub(crate) leases: u32,
    pub(crate) slots: u32,
}

impl Choice {
    pub(crate) fn new(encoder: &str, wish: DeviceWish, gpus: Vec<(Gpu, Standing)>) -> Self {
        let mut candidates: Vec<Candidate> =
            gpus.into_iter().map(|(gpu, standing)| candidate(gpu, standing, wish)).collect();
        candidates.sort_by_key(|candidate| {
            (
                candidate.verdict != Verdict::Fits,
                candidate.leases,
                candidate.gpu.encoder_utilization_percent.unwrap_or(0),
                Reverse(candidate.seed_score),
                candidate.gpu.index,
            )
        });
        Self { encoder: encoder.to_owned(), wish, absent: None, candidates }
    }

    pub(crate) fn absent(encoder: &str, wish: DeviceWish, why: impl ToString) -> Self {
        Self { encoder: encoder.to_owned(), wish, absent: Some(why.to_string()), candidates: Vec::new() }
    }

    /// The GPU to use; nothing when none fits.
    pub fn best(&self) -> Option<&Candidate> {
        self.candidates.first().filter(|candidate| candidate.verdict == Verdict::Fits)
    }

    /// Why none fits. Waiting helps if one is merely busy, so that is said before that another cannot do it.
    pub fn fault(&self) -> DeviceFault {
        if let Some(why) = &self.absent {
            return DeviceFault::new(FaultClass::Absent, None, why.clone());
        }
        let asked = self.candidates.iter().filter(|candidate| candidate.verdict != Verdict::NotAskedFor);
        let Some(worst) = asked.min_by_key(|candidate| rank(candidate.verdict.class())) else {
            return DeviceFault::new(FaultClass::Absent, None, format!("there is no device {}", self.wish));
        };
        let said = match &worst.verdict {
            Verdict::Probed { fault } => fault.said.clone(),
            verdict => verdict.to_string(),
        };
        DeviceFault::new(worst.verdict.class(), Some(&worst.gpu.uuid), said)
    }
}

impl Verdict {
    fn class(&self) -> FaultClass {
        match self {
            Self::Fits | Self::LowMemory { .. } | Self::Full { .. } | Self::Hot { .. } => FaultClass::Busy,
            Self::Probed { fault } => fault.class,
            Self::Quarantined { .. } => FaultClass::Broken,
            Self::NotAskedFor | Self::Tried => FaultClass::Absent,
        }
    }
}

fn rank(class: FaultClass) -> u8 {
    match class {
        FaultClass::Busy => 0,
        FaultClass::Broken | FaultClass::Hung => 1,
        FaultClass::Cannot => 2,
        FaultClass::Absent => 3,
    }
}

fn candidate(gpu: Gpu, standing: Standing, wish: DeviceWish) -> Candidate {
    let seed_score = gpu.seed_score();
    let (leases, slots) = (standing.leases, standing.slots);
    let verdict = verdict(&gpu, standing, wish);
    Candidate { gpu, leases, slots, seed_score, verdict }
}

fn verdict(gpu: &Gpu, standing: Standing, wish: DeviceWish) -> Verdict {
    let celsius_max = gpu.temperature_slowdown_celsius.unwrap_or(TEMPERATURE_CELSIUS_MAX);
    if !wish.allows_index(gpu.index) {
        Verdict::NotAskedFor
    } else if standing.tried {
        Verdict::Tried
    } else if let Some(fault) = standing.probed {
        Verdict::Probed { fault }
    } else if gpu.memory_free_bytes < MEMORY_FREE_BYTES_MIN {
        Verdict::LowMemory { free_bytes: gpu.memory_free_bytes }
    } else if let Some((secs_left, said)) = standing.quarantined {
        Verdict::Quarantined { secs_left, said }
    } else if let Some(celsius) = gpu.temperature_celsius.filter(|celsius| *celsius >= celsius_max) {
        Verdict::Hot { celsius, celsius_max }
    } else if standing.leases >= standing.slots {
        Verdict::Full { slots: standing.slots }
    } else {
        Verdict::Fits
    }
}

#[cfg(test)]
pub(crate) mod tests_support {
    use crate::inventory::Gpu;

    /// An idle card with 24 GB.
    pub(crate) fn gpu(index: u32) -> Gpu {
        Gpu {
            index,
            uuid: format!("GPU-{index}"),
            name: "test card".to_owned(),
            pci_bus_id: format!("00000000:0{index}:00.0"),
            memory_total_bytes: 24_000_000_000,
            memory_free_bytes: 20_000_000_000,
            memory_used_bytes: 4_000_000_000,
            utilization_percent: Some(0),
            encoder_utilization_percent: Some(0),
            decoder_utilization_percent: Some(0),
            encoder_sessions: Some(0),
            temperature_celsius: Some(40),
            temperature_slowdown_celsius: None,
        }
    }
}
