//! Why a kernel does not run on a device.

/// What went wrong; its text is the `fallback_reason` of a result that the CPU made.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KernelError {
    /// The library that finds the drivers cannot be loaded.
    #[error("no OpenCL here: {0}")]
    NoLoader(String),
    /// The library is there and no driver offers a device.
    #[error("OpenCL finds no device")]
    NoDevice,
    /// The system has no device node of a GPU, so no driver was asked.
    #[error("no GPU on this machine")]
    NoGpuNode,
    /// Devices that are the CPU under another name are not used unless asked for.
    #[error("OpenCL finds no GPU, only {0}, which is the CPU")]
    OnlyCpuDevices(String),
    /// There is no GPU of this number.
    #[error("OpenCL has no GPU {index}; it has {count}")]
    NoSuchDevice {
        /// The number that was asked for.
        index: u32,
        /// How many GPUs it has.
        count: usize,
    },
    /// The driver's compiler refuses a kernel.
    #[error("{device} cannot compile {kernel}: {log}")]
    BuildFailed {
        /// Which kernel.
        kernel: &'static str,
        /// Name of the device.
        device: String,
        /// What the compiler said.
        log: String,
    },
    /// The device does not compute what the twin computes.
    #[error("{device} computes {kernel} wrongly: {got} in the place of {expected} at {at}")]
    Mismatch {
        /// Which kernel.
        kernel: &'static str,
        /// Name of the device.
        device: String,
        /// The first place that differs.
        at: usize,
        /// What the device gave.
        got: i64,
        /// What the twin gave.
        expected: i64,
    },
    /// The device has no room for a buffer.
    #[error("{device} has no room for {bytes} bytes")]
    OutOfMemory {
        /// Name of the device.
        device: String,
        /// Bytes of the buffer.
        bytes: usize,
    },
    /// The driver refused a call.
    #[error("{call} failed on {device} with code {code}")]
    CallFailed {
        /// Name of the device.
        device: String,
        /// The function of OpenCL.
        call: &'static str,
        /// Its code, as OpenCL numbers them.
        code: i32,
    },
}
