//! Where the networks of one chunk run.

use reel_device::{DeviceWish, FaultClass, Lease};
use reel_engine::{RunContext, RunError};

use serde::{Deserialize, Serialize};

use crate::backend::RanOn;
use crate::look::Look;
use crate::params::Model;
use crate::patience::Patience;

/// The place for one chunk; a GPU's is held as long as this lives.
pub(crate) struct Place {
    /// What a network is told.
    pub(crate) wish: DeviceWish,
    lease: Option<Lease>,
    /// Why it is no GPU, when one might have been.
    why_cpu: Option<String>,
}

impl Place {
    /// A place on the best GPU where this chunk was given out as work for one, else the CPU.
    ///
    /// # Errors
    /// [`RunError::Busy`] while other work of reel fills the GPUs.
    pub(crate) fn take(look: &Look, patience: &Patience, cx: &RunContext<'_>) -> Result<Self, RunError> {
        let cpu = |why_cpu| Ok(Self { wish: DeviceWish::Cpu, lease: None, why_cpu });
        if look.model == Model::Chroma || look.device == DeviceWish::Cpu || !cx.on_gpu() {
            return cpu(None);
        }
        match cx.devices().lease_compute(&look.device, patience.lease, cx.cancel()) {
            Ok(lease) => {
                Ok(Self { wish: DeviceWish::GpuIndex(lease.gpu.index), lease: Some(lease), why_cpu: None })
            }
            Err(_) if cx.cancel().is_cancelled() => Err(RunError::Cancelled),
            Err(fault) if fault.class == FaultClass::Busy => Err(RunError::Busy(fault.to_string())),
            Err(fault) => cpu(Some(fault.in_words())),
        }
    }

    /// The GPU that is held.
    pub(crate) fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }

    /// What the report says: where it ran, whether that was a GPU, and why not when one might have been.
    pub(crate) fn told(&self, ran_on: RanOn) -> RanTold {
        let on_gpu = ran_on.on_gpu;
        let gpu = self.lease.as_ref().map(|lease| format!("gpu:{} {}", lease.gpu.index, lease.gpu.name));
        RanTold {
            name: ran_on.name,
            on_gpu: ran_on.on_gpu,
            passed_over: ran_on.why_not.clone().filter(|_| on_gpu),
            why_not_gpu: ran_on.why_not.or_else(|| self.why_cpu.clone()).filter(|_| !on_gpu),
            gpu,
        }
    }
}

/// Where one chunk ran.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct RanTold {
    /// What the network ran on.
    pub(crate) name: String,
    /// Whether that was a GPU.
    pub(crate) on_gpu: bool,
    /// The GPU that was held for it.
    pub(crate) gpu: Option<String>,
    /// Why no GPU did it, when one might have.
    pub(crate) why_not_gpu: Option<String>,
    /// Why a GPU did it in another way than the one that was tried first.
    #[serde(default)]
    pub(crate) passed_over: Option<String>,
}
