//! Which accelerators are here, what each can really do, choosing one, leases.
//!
//! [`NvmlSource`] says what is there, an [`EncoderProbe`] says what works, [`Devices`] chooses and lends, and a
//! [`DeviceFault`] says what a failure means for the next attempt.

mod choice;
mod clock;
mod devices;
mod encoder;
mod fault;
mod inventory;
mod known_faults;
mod lease;
mod nvml;
mod probe_cache;
mod quarantine;
mod slots;
mod status;
mod wish;

pub use choice::{Candidate, Choice, MEMORY_FREE_BYTES_MIN, TEMPERATURE_CELSIUS_MAX, Verdict};
pub use clock::Clock;
pub use devices::Devices;
pub use encoder::{EncoderProbe, NVENC_ENCODERS};
pub use fault::{Advice, DeviceFault, FaultClass, QUARANTINE_SECS, classify};
pub use inventory::{Gpu, GpuAbsent, GpuInventory, GpuSource};
pub use known_faults::{KNOWN_FAULTS, KnownFault};
pub use lease::Lease;
pub use nvml::NvmlSource;
pub use probe_cache::{NEGATIVE_SECS, ProbeCache, ProbeKey, ProbeResult};
pub use slots::SLOTS_DEFAULT;
pub use status::{DeviceStatus, GpuStatus};
pub use wish::{DeviceWish, WishError};
