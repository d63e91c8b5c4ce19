//! NVIDIA's management library, loaded at run time.

use std::ffi::OsStr;
use std::sync::{Mutex, PoisonError};

use nvml_wrapper::enum_wrappers::device::{TemperatureSensor, TemperatureThreshold};
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml};

use crate::inventory::{Gpu, GpuAbsent, GpuInventory, GpuSource};

/// The runtime package ships the first name; the second comes with the development package.
const LIBRARY_NAMES: [&str; 2] = ["libnvidia-ml.so.1", "libnvidia-ml.so"];

/// Asks the driver. Loads the library at the first question, and again when the driver went away.
#[derive(Default)]
pub struct NvmlSource {
    nvml: Mutex<Option<Nvml>>,
}

impl NvmlSource {
    /// Loads nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl std::fmt::Debug for NvmlSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NvmlSource")
    }
}

impl GpuSource for NvmlSource {
    fn snapshot(&self) -> Result<GpuInventory, GpuAbsent> {
        let mut guard = self.nvml.lock().unwrap_or_else(PoisonError::into_inner);
        let nvml = match guard.take() {
            Some(nvml) => nvml,
            None => load()?,
        };
        let inventory = read(&nvml)?;
        *guard = Some(nvml);
        Ok(inventory)
    }
}

fn load() -> Result<Nvml, GpuAbsent> {
    let mut missing = String::new();
    for name in LIBRARY_NAMES {
        match Nvml::builder().lib_path(OsStr::new(name)).init() {
            Ok(nvml) => return Ok(nvml),
            Err(NvmlError::LibloadingError(error)) => {
                if missing.is_empty() {
                    missing = error.to_string();
                }
            }
            Err(error) => return Err(GpuAbsent::DriverSilent(error.to_string())),
        }
    }
    Err(GpuAbsent::LibraryMissing(missing))
}

fn read(nvml: &Nvml) -> Result<GpuInventory, GpuAbsent> {
    let silent = |error: NvmlError| GpuAbsent::DriverSilent(error.to_string());
    let driver_version = nvml.sys_driver_version().map_err(silent)?;
    let cuda_version = nvml
        .sys_cuda_driver_version()
        .map_or_else(|_| String::new(), |version| format!("{}.{}", version / 1000, version % 1000 / 10));
    let count = nvml.device_count().map_err(silent)?;
    // A card that fell off the bus answers nothing; it is left out, the others stay.
    let gpus: Vec<Gpu> =
        (0..count).filter_map(|index| gpu(&nvml.device_by_index(index).ok()?, index)).collect();
    if gpus.is_empty() {
        return Err(GpuAbsent::NoDevice { driver_version });
    }
    Ok(GpuInventory { driver_version, cuda_version, gpus })
}

/// Nothing when the card does not even tell its UUID or memory. The rest may be missing: MIG hides most of it.
fn gpu(device: &Device<'_>, index: u32) -> Option<Gpu> {
    let memory = device.memory_info().ok()?;
    Some(Gpu {
        index,
        uuid: device.uuid().ok()?,
        name: device.name().unwrap_or_else(|_| "unnamed GPU".to_owned()),
        pci_bus_id: device.pci_info().map(|pci| pci.bus_id).unwrap_or_default(),
        memory_total_bytes: memory.total,
        memory_free_bytes: memory.free,
        memory_used_bytes: memory.used,
        utilization_percent: device.utilization_rates().ok().map(|rates| rates.gpu),
        encoder_utilization_percent: device.encoder_utilization().ok().map(|info| info.utilization),
        decoder_utilization_percent: device.decoder_utilization().ok().map(|info| info.utilization),
        encoder_sessions: device.encoder_stats().ok().map(|stats| stats.session_count),
        temperature_celsius: device.temperature(TemperatureSensor::Gpu).ok(),
        temperature_slowdown_celsius: device.temperature_threshold(TemperatureThreshold::Slowdown).ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_twice_answers_or_names_the_reason_and_never_panics() {
        let source = NvmlSource::new();
        for _ in 0..2 {
            match source.snapshot() {
                Ok(inventory) => assert!(!inventory.gpus.is_empty()),
                Err(absent) => assert!(absent.to_string().contains("NVIDIA driver"), "{absent}"),
            }
        }
    }
}
