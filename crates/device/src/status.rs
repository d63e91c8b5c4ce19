//! The body of `GET /system/gpu/status`.

use serde::{Deserialize, Serialize};

use crate::inventory::{Gpu, GpuAbsent, GpuInventory};

/// The first four fields are the contract; the others were added to it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct GpuStatus {
    /// There is a GPU.
    pub available: bool,
    /// On some GPU some NVENC encoder works, by trying.
    pub nvenc_supported: bool,
    /// How many GPUs there are.
    pub device_count: u32,
    /// The GPUs.
    pub devices: Vec<DeviceStatus>,
    /// The driver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver_version: Option<String>,
    /// The newest CUDA that the driver supports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cuda_version: Option<String>,
    /// Why no GPU is available.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One GPU. The first six fields are the contract.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct DeviceStatus {
    /// Its place in the driver's list.
    pub index: u32,
    /// What it is called.
    pub name: String,
    /// All memory, in MiB.
    pub memory_total_mb: u64,
    /// Used memory, in MiB.
    pub memory_used_mb: u64,
    /// Free memory, in MiB.
    pub memory_free_mb: u64,
    /// Share of time in which a kernel ran, 0 to 100; null when the driver does not say (MIG).
    pub utilization_percent: Option<f64>,
    /// What it is pinned by.
    pub uuid: String,
    /// `free memory in MiB × (100 − utilisation)`.
    pub score: u64,
    /// NVENC encoders that work on it, by trying.
    pub encoders: Vec<String>,
    /// Encoder load, 0 to 100.
    pub encoder_utilization_percent: Option<u32>,
    /// Decoder load, 0 to 100.
    pub decoder_utilization_percent: Option<u32>,
    /// Encoder sessions of all processes.
    pub encoder_sessions: Option<u32>,
    /// Temperature of the chip.
    pub temperature_celsius: Option<u32>,
}

const MIB: u64 = 1024 * 1024;

impl GpuStatus {
    /// `working` names the encoders that work on a GPU under a driver.
    pub fn new(
        inventory: Result<&GpuInventory, GpuAbsent>,
        working: impl Fn(&Gpu, &str) -> Vec<String>,
    ) -> Self {
        let inventory = match inventory {
            Ok(inventory) => inventory,
            Err(absent) => return Self::absent(&absent),
        };
        let devices: Vec<DeviceStatus> = inventory
            .gpus
            .iter()
            .map(|gpu| device_status(gpu, working(gpu, &inventory.driver_version)))
            .collect();
        Self {
            available: true,
            nvenc_supported: devices.iter().any(|device| !device.encoders.is_empty()),
            device_count: devices.len() as u32,
            devices,
            driver_version: Some(inventory.driver_version.clone()),
            cuda_version: Some(inventory.cuda_version.clone()).filter(|version| !version.is_empty()),
            reason: None,
        }
    }

    fn absent(why: &GpuAbsent) -> Self {
        Self {
            available: false,
            nvenc_supported: false,
            device_count: 0,
            devices: Vec::new(),
            driver_version: None,
            cuda_version: None,
            reason: Some(why.to_string()),
        }
    }
}

fn device_status(gpu: &Gpu, encoders: Vec<String>) -> DeviceStatus {
    DeviceStatus {
        index: gpu.index,
        name: gpu.name.clone(),
        memory_total_mb: gpu.memory_total_bytes / MIB,
        memory_used_mb: gpu.memory_used_bytes / MIB,
        memory_free_mb: gpu.memory_free_bytes / MIB,
        utilization_percent: gpu.utilization_percent.map(f64::from),
        uuid: gpu.uuid.clone(),
        score: gpu.seed_score() / MIB,
        encoders,
        encoder_utilization_percent: gpu.encoder_utilization_percent,
        decoder_utilization_percent: gpu.decoder_utilization_percent,
        encoder_sessions: gpu.encoder_sessions,
        temperature_celsius: gpu.temperature_celsius,
    }
}
