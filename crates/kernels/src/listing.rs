//! The devices that OpenCL offers, and which of them count as GPUs.

use reel_device::Gpu as KnownGpu;

use crate::error::KernelError;
use crate::raw::devices::{self, DeviceId};

/// The environment variable for people who test: with the value 1, devices that are the CPU under another name count too.
pub const ALLOW_CPU_VARIABLE: &str = "REEL_OPENCL_CPU";

/// Which devices count.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Options {
    /// Whether devices of the type CPU do: for tests. They are slower than the twins.
    pub allow_cpu: bool,
}

impl Options {
    /// What [`ALLOW_CPU_VARIABLE`] says.
    pub fn from_env() -> Self {
        Self { allow_cpu: std::env::var_os(ALLOW_CPU_VARIABLE).is_some_and(|value| value == "1") }
    }
}

/// What a device is, as its driver says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeviceKind {
    /// The processor under another name.
    Cpu,
    /// A GPU.
    Gpu,
    /// A card made for computing.
    Accelerator,
    /// Something else.
    Other,
}

/// Where a device is plugged in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "the names are those of PCI")]
pub struct PciAddress {
    pub domain: u32,
    pub bus: u32,
    pub device: u32,
    pub function: u32,
}

impl PciAddress {
    /// From `00000000:65:00.0` or `0000:65:00.0`, hex.
    pub fn parse(text: &str) -> Option<Self> {
        let (rest, function) = text.rsplit_once('.')?;
        let mut fields = rest.split(':').chain([function]).map(|field| u32::from_str_radix(field, 16).ok());
        let mut next = || fields.next().flatten();
        Some(Self { domain: next()?, bus: next()?, device: next()?, function: next()? })
    }
}

/// A device that OpenCL offers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ComputeDevice {
    /// What its driver calls it. For people; nothing is decided by it.
    pub name: String,
    /// Who made it.
    pub vendor: String,
    /// The driver's own version.
    pub driver_version: String,
    /// The name of the driver's platform.
    pub platform: String,
    /// What it is.
    pub kind: DeviceKind,
    /// All memory.
    pub memory_bytes: u64,
    /// `GPU-…` as NVIDIA's management library writes it, where the driver tells.
    pub uuid: Option<String>,
    /// Where it is plugged in, where the driver tells.
    pub pci: Option<PciAddress>,
    pub(crate) id: DeviceId,
}

impl ComputeDevice {
    /// Whether this is the device that the management library lists so: by UUID, else by PCI address.
    pub fn is(&self, known: &KnownGpu) -> bool {
        match &self.uuid {
            Some(uuid) => *uuid == known.uuid,
            None => self.pci.is_some() && self.pci == PciAddress::parse(&known.pci_bus_id),
        }
    }
}

/// Every device, the CPU among them, in the order of the drivers. Asks each time.
///
/// # Errors
/// [`KernelError::NoLoader`] without `libOpenCL.so.1`.
pub fn all() -> Result<Vec<ComputeDevice>, KernelError> {
    devices::all()
}

/// The devices that count, those that the management library knows first and in its order, and for each its index there.
///
/// # Errors
/// Why there is none.
pub fn usable(
    known: &[KnownGpu],
    options: Options,
) -> Result<Vec<(ComputeDevice, Option<u32>)>, KernelError> {
    sort(all()?, known, options)
}

fn sort(
    all: Vec<ComputeDevice>,
    known: &[KnownGpu],
    options: Options,
) -> Result<Vec<(ComputeDevice, Option<u32>)>, KernelError> {
    if all.is_empty() {
        return Err(KernelError::NoDevice);
    }
    let counts = |device: &&ComputeDevice| options.allow_cpu || device.kind != DeviceKind::Cpu;
    let index = |device: &ComputeDevice| known.iter().find(|known| device.is(known)).map(|known| known.index);
    let mut usable: Vec<_> =
        all.iter().filter(counts).map(|device| (device.clone(), index(device))).collect();
    if usable.is_empty() {
        let names: Vec<&str> = all.iter().map(|device| device.name.as_str()).collect();
        return Err(KernelError::OnlyCpuDevices(names.join(", ")));
    }
    // Stable: the rest stays in the order of the drivers.
    usable.sort_by_key(|(device, index)| (device.kind == DeviceKind::Cpu, index.unwrap_or(u32::MAX)));
    Ok(usable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::devices::DeviceId;

    fn device(name: &str, kind: DeviceKind) -> ComputeDevice {
        ComputeDevice {
            name: name.to_owned(),
            vendor: String::new(),
            driver_version: String::new(),
            platform: String::new(),
            kind,
            memory_bytes: 0,
            uuid: None,
            pci: None,
            id: DeviceId::none(),
        }
    }

    fn known(index: u32, uuid: &str, pci_bus_id: &str) -> KnownGpu {
        KnownGpu {
            index,
            uuid: uuid.to_owned(),
            name: String::new(),
            pci_bus_id: pci_bus_id.to_owned(),
            memory_total_bytes: 0,
            memory_free_bytes: 0,
            memory_used_bytes: 0,
            utilization_percent: None,
            encoder_utilization_percent: None,
            decoder_utilization_percent: None,
            encoder_sessions: None,
            temperature_celsius: None,
            temperature_slowdown_celsius: None,
        }
    }

    fn check(all: &[ComputeDevice], known: &[KnownGpu], options: Options, expected: Result<&[&str], &str>) {
        let sorted = sort(all.to_vec(), known, options);
        let names = sorted.map(|found| found.into_iter().map(|(device, _)| device.name).collect::<Vec<_>>());
        assert_eq!(
            names.map_err(|error| error.to_string()),
            expected
                .map(<[&str]>::to_vec)
                .map(|names| names.iter().map(|name| (*name).to_owned()).collect())
                .map_err(str::to_owned)
        );
    }

    #[test]
    fn a_cpu_under_another_name_counts_only_when_asked_for() {
        let cpu = device("pocl", DeviceKind::Cpu);
        let all = [cpu.clone(), device("card", DeviceKind::Gpu)];
        check(&all, &[], Options::default(), Ok(&["card"]));
        check(&all, &[], Options { allow_cpu: true }, Ok(&["card", "pocl"]));
        check(&[cpu], &[], Options::default(), Err("OpenCL finds no GPU, only pocl, which is the CPU"));
        check(&[], &[], Options { allow_cpu: true }, Err("OpenCL finds no device"));
    }

    #[test]
    fn devices_are_numbered_as_the_management_library_numbers_them() {
        let mut by_uuid = device("by uuid", DeviceKind::Gpu);
        by_uuid.uuid = Some("GPU-1".to_owned());
        let mut by_address = device("by address", DeviceKind::Gpu);
        by_address.pci = PciAddress::parse("0000:65:00.0");
        let known = [known(0, "GPU-0", "00000000:65:00.0"), known(1, "GPU-1", "00000000:B3:00.0")];
        let all = [device("other", DeviceKind::Gpu), by_uuid, by_address];
        check(&all, &known, Options::default(), Ok(&["by address", "by uuid", "other"]));
    }

    #[test]
    fn what_is_no_pci_address_is_none() {
        for text in ["", ".", "65:00.0", "0000:xx:00.0", "0000:65:00"] {
            assert_eq!(PciAddress::parse(text), None, "{text}");
        }
    }
}
