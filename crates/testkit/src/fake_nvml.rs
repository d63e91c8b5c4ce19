//! A driver by script: cards that fill up, heat up and vanish.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use reel_device::{Gpu, GpuAbsent, GpuInventory, GpuSource};

/// Answers with its cards as they were last set.
#[derive(Debug)]
pub struct FakeNvml {
    script: Mutex<Script>,
    snapshots: AtomicU32,
}

#[derive(Debug)]
struct Script {
    driver_version: String,
    cards: Vec<Gpu>,
    absent: Option<GpuAbsent>,
}

impl FakeNvml {
    /// These cards under driver 570.86.15.
    pub fn new(cards: Vec<Gpu>) -> Self {
        let script = Script { driver_version: "570.86.15".to_owned(), cards, absent: None };
        Self { script: Mutex::new(script), snapshots: AtomicU32::new(0) }
    }

    /// A machine without a driver.
    pub fn without_driver() -> Self {
        let fake = Self::new(Vec::new());
        fake.script().absent = Some(GpuAbsent::LibraryMissing("libnvidia-ml.so.1: not found".to_owned()));
        fake
    }

    /// Changes a card; a UUID that is not there changes nothing.
    pub fn set(&self, uuid: &str, change: impl FnOnce(&mut Gpu)) {
        if let Some(card) = self.script().cards.iter_mut().find(|card| card.uuid == uuid) {
            change(card);
        }
    }

    /// The card falls off the bus.
    pub fn vanish(&self, uuid: &str) {
        self.script().cards.retain(|card| card.uuid != uuid);
    }

    /// Another driver is installed.
    pub fn set_driver(&self, driver_version: &str) {
        self.script().driver_version = driver_version.to_owned();
    }

    /// How often it was asked.
    pub fn snapshot_count(&self) -> u32 {
        self.snapshots.load(Ordering::Relaxed)
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl GpuSource for FakeNvml {
    fn snapshot(&self) -> Result<GpuInventory, GpuAbsent> {
        self.snapshots.fetch_add(1, Ordering::Relaxed);
        let script = self.script();
        if let Some(absent) = &script.absent {
            return Err(absent.clone());
        }
        if script.cards.is_empty() {
            return Err(GpuAbsent::NoDevice { driver_version: script.driver_version.clone() });
        }
        Ok(GpuInventory {
            driver_version: script.driver_version.clone(),
            cuda_version: "12.8".to_owned(),
            gpus: script.cards.clone(),
        })
    }
}

const GB: u64 = 1_000_000_000;

/// An idle L4: H.264, HEVC and AV1.
pub fn l4(index: u32) -> Gpu {
    card(index, "NVIDIA L4", 24 * GB, GB)
}

/// The first card of the GPU status example: a quarter busy.
pub fn rtx_3080(index: u32) -> Gpu {
    let mut gpu = card(index, "NVIDIA GeForce RTX 3080", 10 << 30, 2 << 30);
    gpu.utilization_percent = Some(25);
    gpu
}

/// An idle H200: the largest score of all, and no encoder. MIG hides its utilisation.
pub fn h200(index: u32) -> Gpu {
    let mut gpu = card(index, "NVIDIA H200", 150 * GB, GB);
    gpu.utilization_percent = None;
    gpu.encoder_utilization_percent = None;
    gpu.encoder_sessions = None;
    gpu
}

/// A card with 400 MB left.
pub fn low_memory(index: u32) -> Gpu {
    card(index, "NVIDIA T4", 16 * GB, 16 * GB - 400_000_000)
}

/// A card at 95 °C.
pub fn hot(index: u32) -> Gpu {
    let mut gpu = card(index, "NVIDIA L4", 24 * GB, GB);
    gpu.temperature_celsius = Some(95);
    gpu
}

fn card(index: u32, name: &str, memory_total_bytes: u64, memory_used_bytes: u64) -> Gpu {
    Gpu {
        index,
        uuid: format!("GPU-{index:08x}-0000-4000-8000-000000000000"),
        name: name.to_owned(),
        pci_bus_id: format!("00000000:{index:02X}:00.0"),
        memory_total_bytes,
        memory_free_bytes: memory_total_bytes - memory_used_bytes,
        memory_used_bytes,
        utilization_percent: Some(0),
        encoder_utilization_percent: Some(0),
        decoder_utilization_percent: Some(0),
        encoder_sessions: Some(0),
        temperature_celsius: Some(45),
        temperature_slowdown_celsius: None,
    }
}
