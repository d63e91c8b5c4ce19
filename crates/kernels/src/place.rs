//! Where kernels shall run: what a person wishes, and what is there.

use std::sync::Arc;

use reel_device::{DeviceWish, Gpu as KnownGpu};

use crate::error::KernelError;
use crate::gpu::Gpu;
use crate::listing::{Options, usable};

/// A device, or the CPU, for kernels to come.
#[derive(Clone, Debug)]
pub struct Place {
    pub(crate) gpu: Option<Arc<Gpu>>,
    /// Whether a person asked for a GPU: then it is used even where the twin is faster, and the CPU is a fallback.
    pub(crate) forced: bool,
    /// Why it is the CPU, where that was not wished.
    pub(crate) reason: Option<String>,
}

impl Place {
    /// The CPU; no device is looked for.
    pub fn cpu() -> Self {
        Self { gpu: None, forced: false, reason: None }
    }

    /// What `wish` means here. `known` is what the management library lists; a GPU of another maker is not in it.
    pub fn choose(wish: DeviceWish, known: &[KnownGpu], options: Options) -> Self {
        let forced = match wish {
            DeviceWish::Cpu => return Self::cpu(),
            DeviceWish::Auto => false,
            DeviceWish::Gpu | DeviceWish::GpuIndex(_) => true,
        };
        match open(wish, known, options) {
            Ok(gpu) => Self { gpu: Some(gpu), forced, reason: None },
            Err(error) => Self { gpu: None, forced, reason: Some(error.to_string()) },
        }
    }

    /// The device that kernels will be tried on.
    pub fn gpu(&self) -> Option<&Gpu> {
        self.gpu.as_deref()
    }
}

fn open(wish: DeviceWish, known: &[KnownGpu], options: Options) -> Result<Arc<Gpu>, KernelError> {
    // Loading drivers starts threads and compilers of theirs; where there is nothing to gain, nothing of theirs can fail.
    if wish == DeviceWish::Auto && !options.allow_cpu && known.is_empty() && !has_gpu_node() {
        return Err(KernelError::NoGpuNode);
    }
    let usable = usable(known, options)?;
    let count = usable.len();
    let found = match wish {
        DeviceWish::GpuIndex(wanted) if usable.iter().any(|(_, index)| index.is_some()) => {
            usable.into_iter().find(|(_, index)| *index == Some(wanted)).ok_or(wanted)
        }
        DeviceWish::GpuIndex(wanted) => usable.into_iter().nth(wanted as usize).ok_or(wanted),
        _ => usable.into_iter().next().ok_or(0),
    };
    let (device, index) = found.map_err(|index| KernelError::NoSuchDevice { index, count })?;
    Gpu::open(&device, index)
}

/// Whether the kernel of this system shows a GPU of any maker; true where that cannot be told.
fn has_gpu_node() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let in_folder = |folder: &str, starts: &[&str]| {
        let names = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
        names.into_iter().any(|name| starts.iter().any(|start| name.to_string_lossy().starts_with(start)))
    };
    // NVIDIA; AMD for computing; Windows' GPU within its Linux; whatever draws.
    in_folder("/dev", &["nvidia", "kfd", "dxg"]) || in_folder("/dev/dri", &["renderD"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_is_no_fallback_where_it_was_wished() {
        let place = Place::choose(DeviceWish::Cpu, &[], Options { allow_cpu: true });
        assert!(place.gpu().is_none() && place.reason.is_none() && !place.forced);
    }
}
