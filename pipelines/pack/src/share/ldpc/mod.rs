//! The inner code: a low-density parity-check code that takes soft values.
//!
//! Information bits stand in blocks of [`LANES`]; each is in a few checks (irregular repeat), and the parity bits are
//! the running sum of the checks (accumulate), so encoding is a walk over rotated 128-bit words.

mod decode;
mod encode;
mod graph;

pub(super) use decode::information;
pub(super) use graph::Code;

/// Bits in a block: the code is made of 128 × 128 rotated identity matrices.
pub(super) const LANES: usize = 128;

#[cfg(test)]
mod tests;
