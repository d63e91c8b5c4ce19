//! Which devices the OpenCL library offers, as it tells them.

use std::sync::{Mutex, PoisonError};

use cl3::device::{
    CL_DEVICE_EXTENSIONS, CL_DEVICE_GLOBAL_MEM_SIZE, CL_DEVICE_NAME, CL_DEVICE_PCI_BUS_ID_NV,
    CL_DEVICE_PCI_BUS_INFO_KHR, CL_DEVICE_PCI_SLOT_ID_NV, CL_DEVICE_TYPE, CL_DEVICE_TYPE_ACCELERATOR,
    CL_DEVICE_TYPE_ALL, CL_DEVICE_TYPE_CPU, CL_DEVICE_TYPE_GPU, CL_DEVICE_UUID_KHR, CL_DEVICE_VENDOR,
    CL_DRIVER_VERSION, get_device_data, get_device_ids,
};
use cl3::platform::{CL_PLATFORM_NAME, get_platform_data, get_platform_ids};

use crate::error::KernelError;
use crate::listing::{ComputeDevice, DeviceKind, PciAddress};

/// Not among the names that the bindings have.
const CL_DEVICE_PCI_DOMAIN_ID_NV: u32 = 0x400A;

/// A device as the driver knows it. Devices live as long as the process.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct DeviceId(pub(super) usize);

#[cfg(test)]
impl DeviceId {
    /// Of no device; never to be opened.
    pub(crate) fn none() -> Self {
        Self(0)
    }
}

/// All devices of all platforms, in the order of the library. A platform that does not answer has none.
pub(crate) fn all() -> Result<Vec<ComputeDevice>, KernelError> {
    // The first call starts the drivers, and not every one bears two first calls.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    cl3::load_library().as_ref().map_err(|error| KernelError::NoLoader(error.to_string()))?;
    // A loader without any driver answers with a code of its own.
    let platforms = get_platform_ids().unwrap_or_default();
    let mut devices = Vec::new();
    for platform in platforms {
        let platform_name = text(get_platform_data(platform, CL_PLATFORM_NAME));
        for id in get_device_ids(platform, CL_DEVICE_TYPE_ALL).unwrap_or_default() {
            devices.push(describe(DeviceId(id as usize), platform_name.clone()));
        }
    }
    Ok(devices)
}

fn describe(id: DeviceId, platform: String) -> ComputeDevice {
    let data = |parameter: u32| get_device_data(id.0 as _, parameter);
    let extensions = text(data(CL_DEVICE_EXTENSIONS));
    let has = |name: &str| extensions.split(' ').any(|extension| extension == name);
    let kind = match number(data(CL_DEVICE_TYPE)).unwrap_or(0) {
        bits if bits & CL_DEVICE_TYPE_CPU != 0 => DeviceKind::Cpu,
        bits if bits & CL_DEVICE_TYPE_GPU != 0 => DeviceKind::Gpu,
        bits if bits & CL_DEVICE_TYPE_ACCELERATOR != 0 => DeviceKind::Accelerator,
        _ => DeviceKind::Other,
    };
    let uuid =
        has("cl_khr_device_uuid").then(|| data(CL_DEVICE_UUID_KHR).ok().and_then(|bytes| uuid(&bytes)));
    let pci = if has("cl_khr_pci_bus_info") {
        data(CL_DEVICE_PCI_BUS_INFO_KHR).ok().and_then(|bytes| pci_of_khr(&bytes))
    } else if has("cl_nv_device_attribute_query") {
        let field = |parameter| number(data(parameter)).map(|value| value as u32);
        pci_of_nvidia(
            field(CL_DEVICE_PCI_DOMAIN_ID_NV).unwrap_or(0),
            field(CL_DEVICE_PCI_BUS_ID_NV),
            field(CL_DEVICE_PCI_SLOT_ID_NV),
        )
    } else {
        None
    };
    ComputeDevice {
        name: text(data(CL_DEVICE_NAME)),
        vendor: text(data(CL_DEVICE_VENDOR)),
        driver_version: text(data(CL_DRIVER_VERSION)),
        platform,
        kind,
        memory_bytes: number(data(CL_DEVICE_GLOBAL_MEM_SIZE)).unwrap_or(0),
        uuid: uuid.flatten(),
        pci,
        id,
    }
}

fn text(data: Result<Vec<u8>, i32>) -> String {
    let data = data.unwrap_or_default();
    String::from_utf8_lossy(&data).trim_end_matches('\0').trim().to_owned()
}

/// Four or eight bytes of this machine's order.
fn number(data: Result<Vec<u8>, i32>) -> Option<u64> {
    let data = data.ok()?;
    let wide = <[u8; 8]>::try_from(data.as_slice()).map(u64::from_ne_bytes);
    let narrow = || <[u8; 4]>::try_from(data.as_slice()).map(|bytes| u32::from_ne_bytes(bytes).into());
    wide.or_else(|_| narrow()).ok()
}

/// As NVIDIA's management library writes it.
fn uuid(bytes: &[u8]) -> Option<String> {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from: usize, to: usize| hex.get(from..to);
    (bytes.len() == 16).then_some(())?;
    Some(format!(
        "GPU-{}-{}-{}-{}-{}",
        part(0, 8)?,
        part(8, 12)?,
        part(12, 16)?,
        part(16, 20)?,
        part(20, 32)?
    ))
}

fn pci_of_khr(bytes: &[u8]) -> Option<PciAddress> {
    let mut fields = bytes.chunks_exact(4).filter_map(|four| Some(u32::from_ne_bytes(four.try_into().ok()?)));
    Some(PciAddress {
        domain: fields.next()?,
        bus: fields.next()?,
        device: fields.next()?,
        function: fields.next()?,
    })
}

/// NVIDIA gives device and function in one number.
fn pci_of_nvidia(domain: u32, bus: Option<u32>, slot: Option<u32>) -> Option<PciAddress> {
    let slot = slot?;
    Some(PciAddress { domain, bus: bus?, device: slot >> 3, function: slot & 7 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_reads_as_the_management_library_writes_it() {
        let bytes: Vec<u8> = (0..16).map(|byte| byte * 17).collect();
        assert_eq!(uuid(&bytes).as_deref(), Some("GPU-00112233-4455-6677-8899-aabbccddeeff"));
        assert_eq!(uuid(&bytes[..15]), None);
    }

    #[test]
    fn both_ways_of_telling_a_pci_address_agree() {
        let khr: Vec<u8> = [1u32, 0x65, 2, 3].iter().flat_map(|field| field.to_ne_bytes()).collect();
        let told = pci_of_khr(&khr);
        assert_eq!(told, Some(PciAddress { domain: 1, bus: 0x65, device: 2, function: 3 }));
        assert_eq!(pci_of_nvidia(1, Some(0x65), Some(2 << 3 | 3)), told);
        assert_eq!(pci_of_khr(&khr[..12]), None);
    }
}
