//! The right to run one process on a GPU.

use std::sync::Arc;

use crate::choice::Choice;
use crate::devices::Devices;
use crate::fault::DeviceFault;
use crate::inventory::Gpu;
use crate::slots::Slot;

/// Take it before a process is spawned and drop it after that process has ended.
#[derive(Debug)]
pub struct Lease {
    /// The GPU as it was when it was chosen.
    pub gpu: Gpu,
    /// Why it was chosen, and why the others were not.
    pub choice: Choice,
    pub(crate) slot: Option<Slot>,
    pub(crate) devices: Arc<Devices>,
}

impl Lease {
    /// What the process needs in its environment to see this GPU alone, as device 0. Pinned by UUID: the driver and
    /// CUDA count devices in different orders.
    pub fn env(&self) -> [(&'static str, String); 1] {
        [("CUDA_VISIBLE_DEVICES", self.gpu.uuid.clone())]
    }

    /// Whether it decodes films of this sort; see [`Devices::decodes`].
    ///
    /// # Errors
    /// Why not.
    pub fn decodes(&self, decoder: &str) -> Result<(), DeviceFault> {
        self.devices.decodes(decoder, &self.gpu)
    }

    /// Says that the process failed on it; see [`Devices::report`].
    pub fn report(&self, fault: &DeviceFault) {
        self.devices.report(&self.gpu.uuid, fault);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.devices.give_back(&self.gpu.uuid, slot);
        }
    }
}
