//! The devices that OpenCL offers for computing on pictures.

use reel_kernels::{ComputeDevice, DeviceKind, KernelError};

use super::check::{Check, State};
use crate::text::bytes;

const BRING_LOADER: &str = "for a GPU: apt-get install ocl-icd-libopencl1";
const BRING_DRIVER: &str = "for a GPU: its maker's OpenCL driver; an NVIDIA container wants the capability compute \
                            (NVIDIA_DRIVER_CAPABILITIES=compute,utility)";

/// Without one the CPU computes the same bytes.
pub(super) fn checks() -> Vec<Check> {
    checks_of(reel_kernels::all())
}

fn checks_of(found: Result<Vec<ComputeDevice>, KernelError>) -> Vec<Check> {
    match found {
        Err(error) => vec![absent(&error).with_bring(BRING_LOADER)],
        Ok(devices) if devices.is_empty() => vec![absent(&KernelError::NoDevice).with_bring(BRING_DRIVER)],
        Ok(devices) => devices.iter().map(device).collect(),
    }
}

fn absent(error: &KernelError) -> Check {
    Check::new("OpenCL", State::Absent, format!("{error}; the CPU does all work"))
}

fn device(device: &ComputeDevice) -> Check {
    let name = format!("OpenCL on {}", device.name);
    let told = format!("{}, driver {}, {}", device.vendor, device.driver_version, bytes(device.memory_bytes));
    match device.kind {
        DeviceKind::Cpu => {
            Check::new(name, State::Absent, format!("{told}; it is the CPU, so it is not used"))
                .with_bring(BRING_DRIVER)
        }
        _ => Check::new(name, State::Ok, told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_with_what_brings_it() {
        let no_loader = KernelError::NoLoader("libOpenCL.so.1: cannot open shared object file".to_owned());
        for (found, bring) in [(Err(no_loader), BRING_LOADER), (Ok(Vec::new()), BRING_DRIVER)] {
            let checks = checks_of(found);
            assert_eq!(checks.len(), 1);
            assert_eq!((checks[0].state, checks[0].bring.as_deref()), (State::Absent, Some(bring)));
            assert!(checks[0].found.contains("OpenCL"), "{checks:?}");
        }
    }
}
