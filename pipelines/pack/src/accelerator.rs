//! Which device draws and measures cells, and what is told of it.

use reel_device::DeviceWish;
use reel_engine::RunContext;
use reel_kernels::{Options, Place, RanOn};
use serde::{Deserialize, Serialize};

/// What the wish means on this machine. With `auto` the faster one is taken when the work begins.
pub(crate) fn choose(wish: DeviceWish, cx: &RunContext<'_>) -> Place {
    if wish == DeviceWish::Cpu {
        return Place::cpu();
    }
    // What NVIDIA's library lists gives the numbers; OpenCL may have devices of others.
    let known = cx.devices().inventory().map(|inventory| inventory.gpus.clone()).unwrap_or_default();
    Place::choose(wish, &known, Options::from_env())
}

/// The same where cells of colour are made and read: nothing is drawn unless a GPU is asked for, since looking up and
/// computing from cells are faster than that.
pub(crate) fn choose_for_cells(wish: DeviceWish, cx: &RunContext<'_>) -> Place {
    match wish {
        DeviceWish::Cpu | DeviceWish::Auto => Place::cpu(),
        DeviceWish::Gpu | DeviceWish::GpuIndex(_) => choose(wish, cx),
    }
}

/// The words of the old converter.
pub(crate) fn log(ran_on: &RanOn) {
    match (&ran_on.gpu, &ran_on.reason) {
        (Some(gpu), _) => tracing::info!(gpu, "Using GPU-accelerated frame generator"),
        (None, Some(reason)) => tracing::info!(reason, "Using CPU frame generator"),
        (None, None) => tracing::info!("Using CPU frame generator"),
    }
}

/// Which device drew or measured, in the words that every result has.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub(crate) struct DeviceTold {
    /// Whether a GPU did.
    gpu_enabled: bool,
    /// Its number in `reel gpu`, where it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gpu_device: Option<u32>,
    /// What its driver calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gpu_name: Option<String>,
    /// Whether a GPU was to do it, and the CPU did.
    gpu_fallback: bool,
    /// Why it was not a GPU, where that was not wished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fallback_reason: Option<String>,
}

impl DeviceTold {
    /// Of work on several videos: a GPU counts when it did all of it.
    pub(crate) fn and(self, other: &Self) -> Self {
        if self.gpu_enabled { other.clone() } else { self }
    }
}

impl From<RanOn> for DeviceTold {
    fn from(ran_on: RanOn) -> Self {
        Self {
            gpu_enabled: ran_on.gpu.is_some(),
            gpu_device: ran_on.gpu_index,
            gpu_name: ran_on.gpu,
            gpu_fallback: ran_on.is_fallback,
            fallback_reason: ran_on.reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_video_from_the_cpu_is_told_among_those_of_a_gpu() {
        let gpu = DeviceTold::from(RanOn { gpu: Some("card".to_owned()), ..RanOn::default() });
        let reason = Some("it broke".to_owned());
        let cpu = DeviceTold::from(RanOn { is_fallback: true, reason, ..RanOn::default() });
        assert_eq!(gpu.clone().and(&cpu), cpu);
        assert_eq!(cpu.clone().and(&gpu), cpu);
        assert!(gpu.clone().and(&gpu).gpu_enabled);
    }
}
