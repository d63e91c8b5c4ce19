//! Contexts, programs, kernels and buffers that are given back when dropped, with errors as values.
//!
//! A kernel of this crate bounds every index by the sizes that it is given, and [`Queue::run`] is told no others than
//! those of the buffers; where cells lie is checked when a grid is made. That is what makes these functions safe to call.

use std::ffi::{CStr, c_void};
use std::ptr;

use cl3::types::{CL_TRUE, cl_event};
use cl3::{command_queue, context, event, kernel, memory, program};

use super::devices::DeviceId;

/// A call that the driver refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Refused {
    pub(crate) call: &'static str,
    pub(crate) code: i32,
}

fn refused(call: &'static str) -> impl Fn(i32) -> Refused {
    move |code| Refused { call, code }
}

/// Numbers without padding, of which every pattern of bits is one.
pub(crate) trait Plain: Copy {}
impl Plain for u8 {}
impl Plain for i16 {}
impl Plain for u16 {}
impl Plain for i32 {}
impl Plain for u32 {}

/// An object of OpenCL that is released when dropped. What a driver says to a release helps nobody.
macro_rules! owned {
    ($name:ident, $release:path, $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug)]
        pub(crate) struct $name(*mut c_void);

        // SAFETY: objects of OpenCL may be used and released on any thread.
        unsafe impl Send for $name {}

        impl Drop for $name {
            fn drop(&mut self) {
                // SAFETY: this is the only owner, and nothing uses it afterwards.
                let _ = unsafe { $release(self.0) };
            }
        }
    };
}

owned!(Context, context::release_context, "What programs and buffers of one device belong to.");
owned!(Program, program::release_program, "A compiled file.");
owned!(
    Kernel,
    kernel::release_kernel,
    "A function of a program, with its arguments: not for two threads at once."
);
owned!(Memory, memory::release_mem_object, "Memory of the device.");
owned!(Queue, command_queue::release_command_queue, "Commands in order.");
owned!(Event, event::release_event, "The end of a command.");

// SAFETY: all functions of OpenCL but the setting of a kernel's arguments may be called by many threads at once.
unsafe impl Sync for Context {}
// SAFETY: as above.
unsafe impl Sync for Program {}

/// A stretch of the device's memory.
#[derive(Debug)]
pub(crate) struct Buffer {
    memory: Memory,
    bytes: usize,
}

/// An argument of a kernel.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arg<'a> {
    /// A pointer to its first byte.
    Buffer(&'a Buffer),
    /// An unsigned number.
    U32(u32),
}

impl Context {
    pub(crate) fn new(device: DeviceId) -> Result<Self, Refused> {
        let ids = [device.0 as *mut c_void];
        let context = context::create_context(&ids, ptr::null(), None, ptr::null_mut());
        context.map(Self).map_err(refused("clCreateContext"))
    }

    pub(crate) fn queue(&self, device: DeviceId) -> Result<Queue, Refused> {
        // SAFETY: the context was made of this device, by those who keep both.
        let queue = unsafe { command_queue::create_command_queue(self.0, device.0 as *mut c_void, 0) };
        queue.map(Queue).map_err(refused("clCreateCommandQueue"))
    }

    /// Memory with unknown content. Devices refuse a buffer of nothing, so that has one byte.
    pub(crate) fn buffer(&self, bytes: usize) -> Result<Buffer, Refused> {
        // SAFETY: the flags ask for memory of the device's own, so there is no pointer to keep alive.
        let memory = unsafe {
            memory::create_buffer(self.0, memory::CL_MEM_READ_WRITE, bytes.max(1), ptr::null_mut())
        };
        memory.map(|memory| Buffer { memory: Memory(memory), bytes }).map_err(refused("clCreateBuffer"))
    }

    /// The program, or what the compiler said.
    pub(crate) fn compile(
        &self,
        device: DeviceId,
        text: &str,
        options: &CStr,
    ) -> Result<Program, (Refused, String)> {
        let created = program::create_program_with_source(self.0, &[text]);
        let program =
            Program(created.map_err(|code| (refused("clCreateProgramWithSource")(code), String::new()))?);
        let ids = [device.0 as *mut c_void];
        match program::build_program(program.0, &ids, options, None, ptr::null_mut()) {
            Ok(()) => Ok(program),
            Err(code) => {
                let log = program::get_program_build_data(program.0, ids[0], program::CL_PROGRAM_BUILD_LOG);
                let log = String::from_utf8_lossy(&log.unwrap_or_default())
                    .trim_end_matches('\0')
                    .trim()
                    .to_owned();
                Err((refused("clBuildProgram")(code), log))
            }
        }
    }
}

impl Program {
    pub(crate) fn kernel(&self, name: &CStr) -> Result<Kernel, Refused> {
        kernel::create_kernel(self.0, name).map(Kernel).map_err(refused("clCreateKernel"))
    }
}

impl Queue {
    /// Copies to the beginning of the buffer, and returns when that is done. What has no room is left out.
    pub(crate) fn write<T: Plain>(&self, buffer: &Buffer, data: &[T]) -> Result<(), Refused> {
        let bytes = size_of_val(data).min(buffer.bytes);
        if bytes == 0 {
            return Ok(());
        }
        // SAFETY: both hold `bytes` bytes, and the call blocks, so `data` outlives it.
        let event = unsafe {
            command_queue::enqueue_write_buffer(
                self.0,
                buffer.memory.0,
                CL_TRUE,
                0,
                bytes,
                data.as_ptr().cast(),
                0,
                ptr::null(),
            )
        };
        finished(event, "clEnqueueWriteBuffer")
    }

    /// Copies what stands from byte `from` on, after all commands before it. What the buffer does not have is left.
    pub(crate) fn read<T: Plain>(&self, buffer: &Buffer, from: usize, data: &mut [T]) -> Result<(), Refused> {
        let bytes = size_of_val(data).min(buffer.bytes.saturating_sub(from));
        if bytes == 0 {
            return Ok(());
        }
        // SAFETY: both hold `bytes` bytes from there on, any bits are a `T`, and the call blocks, so nobody else has `data`.
        let event = unsafe {
            command_queue::enqueue_read_buffer(
                self.0,
                buffer.memory.0,
                CL_TRUE,
                from,
                bytes,
                data.as_mut_ptr().cast(),
                0,
                ptr::null(),
            )
        };
        finished(event, "clEnqueueReadBuffer")
    }

    /// Starts one work item for each of `across × down`, the first rounded up to whole groups.
    pub(crate) fn run(
        &self,
        kernel: &mut Kernel,
        args: &[Arg<'_>],
        across: usize,
        down: usize,
    ) -> Result<(), Refused> {
        for (index, arg) in (0..).zip(args) {
            // SAFETY: a handle of memory and a number of 32 bits are what the parameters of our kernels are; the driver
            // copies them.
            let set = unsafe {
                match arg {
                    Arg::Buffer(buffer) => {
                        let handle = &raw const buffer.memory.0;
                        kernel::set_kernel_arg(kernel.0, index, size_of::<*mut c_void>(), handle.cast())
                    }
                    Arg::U32(value) => {
                        kernel::set_kernel_arg(kernel.0, index, size_of::<u32>(), (&raw const *value).cast())
                    }
                }
            };
            set.map_err(refused("clSetKernelArg"))?;
        }
        // Whole groups are what drivers divide well; a kernel passes over what is too much.
        let sizes = [across.max(1).next_multiple_of(64), down.max(1)];
        // SAFETY: the kernel's arguments are set, and it bounds its indices by them.
        let event = unsafe {
            command_queue::enqueue_nd_range_kernel(
                self.0,
                kernel.0,
                2,
                ptr::null(),
                sizes.as_ptr(),
                ptr::null(),
                0,
                ptr::null(),
            )
        };
        finished(event, "clEnqueueNDRangeKernel")
    }
}

fn finished(event: Result<cl_event, i32>, call: &'static str) -> Result<(), Refused> {
    event.map(|event| drop(Event(event))).map_err(refused(call))
}
