//! An open device: kernels are compiled once a process, and compared with their twins before they are used.

use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::error::KernelError;
use crate::listing::ComputeDevice;
use crate::raw::devices::DeviceId;
use crate::raw::session::{Arg, Buffer, Context, Kernel, Plain, Program, Queue, Refused};

/// `CL_MEM_OBJECT_ALLOCATION_FAILURE`, `CL_OUT_OF_RESOURCES`, `CL_OUT_OF_HOST_MEMORY` and `CL_INVALID_BUFFER_SIZE`.
const MEMORY_CODES: [i32; 4] = [-4, -5, -6, -61];

/// A file of OpenCL C and the function of the same name in it.
#[derive(Debug)]
pub struct Source {
    /// Both names.
    pub name: &'static str,
    /// The file.
    pub text: &'static str,
    pub(crate) entry: &'static CStr,
}

/// An open device.
#[derive(Debug)]
pub struct Gpu {
    device: ComputeDevice,
    /// Its index in the list of the management library, where it is there.
    index: Option<u32>,
    context: Context,
    programs: Mutex<HashMap<&'static str, Result<Arc<Program>, KernelError>>>,
    checks: Mutex<HashMap<&'static str, Result<(), KernelError>>>,
}

/// A kernel on a device with a queue of its own.
#[derive(Debug)]
pub(crate) struct Launcher {
    gpu: Arc<Gpu>,
    queue: Queue,
    kernel: Kernel,
}

type Opened = HashMap<DeviceId, Result<Arc<Gpu>, KernelError>>;

impl Gpu {
    /// The device, opened once a process.
    pub(crate) fn open(device: &ComputeDevice, index: Option<u32>) -> Result<Arc<Self>, KernelError> {
        static OPENED: OnceLock<Mutex<Opened>> = OnceLock::new();
        let mut opened = lock(OPENED.get_or_init(Mutex::default));
        let open = || {
            let context = Context::new(device.id).map_err(|refused| failed(device, refused))?;
            let (device, programs, checks) = (device.clone(), Mutex::default(), Mutex::default());
            Ok(Arc::new(Self { device, index, context, programs, checks }))
        };
        opened.entry(device.id).or_insert_with(open).clone()
    }

    /// What it is.
    pub fn device(&self) -> &ComputeDevice {
        &self.device
    }

    /// Its number in `reel gpu`, where it is there.
    pub fn index(&self) -> Option<u32> {
        self.index
    }

    /// The kernel, compiled on first use.
    pub(crate) fn launcher(self: &Arc<Self>, source: &'static Source) -> Result<Launcher, KernelError> {
        let program = self.program(source)?;
        let kernel = program.kernel(source.entry).map_err(|refused| failed(&self.device, refused))?;
        let queue = self.context.queue(self.device.id).map_err(|refused| failed(&self.device, refused))?;
        Ok(Launcher { gpu: Arc::clone(self), queue, kernel })
    }

    /// Runs `check` on first use of the kernel on this device.
    pub(crate) fn checked(
        self: &Arc<Self>,
        source: &'static Source,
        check: impl FnOnce(&Arc<Self>) -> Result<(), KernelError>,
    ) -> Result<(), KernelError> {
        lock(&self.checks).entry(source.name).or_insert_with(|| check(self)).clone()
    }

    /// Says where a kernel and its twin differ.
    pub(crate) fn compare<T: Copy + PartialEq + Into<i64>>(
        &self,
        source: &'static Source,
        got: &[T],
        expected: &[T],
    ) -> Result<(), KernelError> {
        match got.iter().zip(expected).enumerate().find(|(_, (got, expected))| got != expected) {
            None => Ok(()),
            Some((at, (got, expected))) => Err(KernelError::Mismatch {
                kernel: source.name,
                device: self.device.name.clone(),
                at,
                got: (*got).into(),
                expected: (*expected).into(),
            }),
        }
    }

    fn program(&self, source: &'static Source) -> Result<Arc<Program>, KernelError> {
        let compile = || {
            let compiled = self.context.compile(self.device.id, source.text, c"-cl-std=CL1.2");
            compiled.map(Arc::new).map_err(|(refused, log)| match log.is_empty() {
                true => failed(&self.device, refused),
                false => {
                    KernelError::BuildFailed { kernel: source.name, device: self.device.name.clone(), log }
                }
            })
        };
        lock(&self.programs).entry(source.name).or_insert_with(compile).clone()
    }
}

impl Launcher {
    /// Room for `count` numbers.
    pub(crate) fn room<T: Plain>(&self, count: usize) -> Result<Buffer, KernelError> {
        let device = &self.gpu.device;
        let bytes = count.saturating_mul(size_of::<T>());
        self.gpu.context.buffer(bytes).map_err(|refused| match MEMORY_CODES.contains(&refused.code) {
            true => KernelError::OutOfMemory { device: device.name.clone(), bytes },
            false => failed(device, refused),
        })
    }

    /// These numbers on the device.
    pub(crate) fn upload<T: Plain>(&self, data: &[T]) -> Result<Buffer, KernelError> {
        let buffer = self.room::<T>(data.len())?;
        self.write(&buffer, data)?;
        Ok(buffer)
    }

    pub(crate) fn write<T: Plain>(&self, buffer: &Buffer, data: &[T]) -> Result<(), KernelError> {
        self.queue.write(buffer, data).map_err(|refused| failed(&self.gpu.device, refused))
    }

    /// One work item for each of `across × down`, or some more.
    pub(crate) fn run(&mut self, args: &[Arg<'_>], across: usize, down: usize) -> Result<(), KernelError> {
        let ran = self.queue.run(&mut self.kernel, args, across, down);
        ran.map_err(|refused| failed(&self.gpu.device, refused))
    }

    /// The download of what stands from byte `from` on: what was started before is done when it returns.
    pub(crate) fn download<T: Plain>(
        &self,
        buffer: &Buffer,
        from: usize,
        data: &mut [T],
    ) -> Result<(), KernelError> {
        self.queue.read(buffer, from, data).map_err(|refused| failed(&self.gpu.device, refused))
    }
}

fn failed(device: &ComputeDevice, refused: Refused) -> KernelError {
    KernelError::CallFailed { device: device.name.clone(), call: refused.call, code: refused.code }
}

/// A thread that panicked while it held one of these left whole values behind.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
