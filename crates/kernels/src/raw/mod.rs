//! The one place with `unsafe`: calls into the OpenCL library, and into code for wider registers.
#![expect(
    unsafe_code,
    reason = "a C library loaded at run time, and functions for registers that not every CPU has"
)]

pub(crate) mod devices;
pub(crate) mod session;
pub(crate) mod wide;
