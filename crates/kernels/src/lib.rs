//! GPU compute: one OpenCL C file and one Rust twin of the same name for each kernel.
//!
//! [`Place::choose`] says where kernels shall run; [`DrawWaves`] and its siblings run there while that works, and
//! else run the twin, which writes the same bytes. `RanOn` says what did the work.

/// Put before a kernel's file, this makes CUDA C++ of it: the door for a host that has CUDA and no OpenCL.
pub const CUDA_PRELUDE: &str = include_str!("cuda_prelude.h");

mod average_cells;
mod cell_frame;
mod draw_cells;
mod draw_waves;
mod error;
mod gpu;
mod listing;
mod measure_waves;
mod place;
mod raw;
mod runner;
mod sample;
mod wave_grid;

pub use average_cells::{AVERAGE_CELLS, AverageCells, CellWeights, average_cells};
pub use cell_frame::CellFrame;
pub use draw_cells::{CellStyle, Channels, DRAW_CELLS, DrawCells, Rest, draw_cells};
pub use draw_waves::{DRAW_WAVES, DrawWaves, draw_waves};
pub use error::KernelError;
pub use gpu::{Gpu, Source};
pub use listing::{ALLOW_CPU_VARIABLE, ComputeDevice, DeviceKind, Options, PciAddress, all, usable};
pub use measure_waves::{MEASURE_WAVES, MeasureWaves, measure_waves};
pub use place::Place;
pub use runner::RanOn;
pub use wave_grid::{LUMA_RANGE, MIDDLE, STEP_BITS, STEPS, WAVE_BITS, WaveGrid};
