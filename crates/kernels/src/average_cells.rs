//! Cells of one colour each, from pixels to the mean of each channel.

use std::sync::Arc;

use crate::cell_frame::CellFrame;
use crate::error::KernelError;
use crate::gpu::{Gpu, Launcher, Source};
use crate::place::Place;
use crate::raw::session::{Arg, Buffer};
use crate::runner::{RanOn, Runner, fastest, shape};
use crate::sample::{FRAMES, Noise};

/// The kernel.
pub static AVERAGE_CELLS: Source =
    Source { name: "average_cells", text: include_str!("average_cells.cl"), entry: c"average_cells" };

/// Bytes of a pixel at most.
const CHANNELS_MAX: usize = 4;

/// How the pixels of a cell make a mean.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CellWeights {
    weights: Vec<u8>,
    /// The weight of all pixels of a cell.
    whole: u32,
    parts: u32,
    channels: usize,
}

impl CellWeights {
    /// A pixel weighs the product of the weights of its row and its column in the cell; means are in `parts` of a step,
    /// halves rounded up. `channels` bytes make a pixel.
    ///
    /// `None` when nothing weighs anything, or a mean would not fit into 16 bits or its sum not into 32.
    pub fn new(weights: &[u8], parts: u16, channels: u8) -> Option<Self> {
        let side: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
        let whole = side.checked_mul(side)?;
        let sum_max = whole.checked_mul(255)?.checked_mul(parts.into())?.checked_add(whole / 2)?;
        let fits = whole > 0
            && (1..=CHANNELS_MAX).contains(&usize::from(channels))
            && sum_max <= u32::MAX.into()
            && 255 * u32::from(parts) <= u16::MAX.into();
        fits.then(|| Self {
            weights: weights.to_vec(),
            whole: whole as u32,
            parts: parts.into(),
            channels: channels.into(),
        })
    }

    /// The plain mean of the pixels that are at least `inset_px` from the edge of a cell of `cell_px`².
    pub fn inner(cell_px: u32, inset_px: u32, channels: u8) -> Option<Self> {
        let (side, inset) = (cell_px as usize, inset_px as usize);
        let inner = side.checked_sub(inset.checked_mul(2)?).filter(|_| side <= 4096)?;
        let weights: Vec<u8> = (0..side).map(|at| u8::from((inset..inset + inner).contains(&at))).collect();
        Self::new(&weights, 1, channels)
    }

    /// Bytes of a pixel.
    pub fn channels(&self) -> usize {
        self.channels
    }
}

/// The twin. The means of all whole cells, row by row, channel by channel. Those of rows that `pixels` does not have
/// whole are 0, and so are all when the weights are those of another size of cell.
pub fn average_cells(frame: &CellFrame, weights: &CellWeights, pixels: &[u8], means: &mut [u16]) {
    means.fill(0);
    if weights.weights.len() != frame.cell_px() {
        return;
    }
    let line_bytes = frame.width() * weights.channels;
    let row_bytes = line_bytes * frame.cell_px();
    if line_bytes == 0 || frame.columns() == 0 {
        return;
    }
    let mut sums = vec![0u32; line_bytes];
    let rows = pixels.chunks_exact(row_bytes).take(frame.rows());
    for (row, means) in rows.zip(means.chunks_mut(frame.columns() * weights.channels)) {
        // First down the columns of pixels, which are all of a kind, then across.
        sums.fill(0);
        for (line, weight) in row.chunks_exact(line_bytes).zip(&weights.weights) {
            for (sum, value) in sums.iter_mut().zip(line) {
                *sum += u32::from(*weight) * u32::from(*value);
            }
        }
        let cells = sums.chunks_exact(frame.cell_px() * weights.channels);
        for (sums, means) in cells.zip(means.chunks_mut(weights.channels)) {
            let mut totals = [0u32; CHANNELS_MAX];
            for (sums, weight) in sums.chunks_exact(weights.channels).zip(&weights.weights) {
                for (total, sum) in totals.iter_mut().zip(sums) {
                    *total += sum * u32::from(*weight);
                }
            }
            for (mean, total) in means.iter_mut().zip(totals) {
                *mean = ((total * weights.parts + weights.whole / 2) / weights.whole) as u16;
            }
        }
    }
}

/// Averages on a device, or by the twin.
#[derive(Debug)]
pub struct AverageCells {
    frame: CellFrame,
    weights: CellWeights,
    runner: Runner<OnGpu>,
}

impl AverageCells {
    /// Of pictures of this shape.
    pub fn new(frame: CellFrame, weights: CellWeights, place: &Place) -> Self {
        let make = |gpu: &Arc<Gpu>| OnGpu::new(gpu, &frame, &weights);
        let seconds = |on_gpu: &mut OnGpu| {
            let pixels = Noise::new(1).bytes(frame.pixel_count() * weights.channels);
            let mut means = vec![0; frame.cell_count() * weights.channels];
            let gpu = fastest(|| on_gpu.average(&frame, &weights, &pixels, &mut means))?;
            let twin = fastest(|| {
                average_cells(&frame, &weights, &pixels, &mut means);
                Ok::<_, KernelError>(())
            })?;
            Ok((gpu, twin))
        };
        let runner =
            Runner::new(place, (AVERAGE_CELLS.name, shape((frame, weights.channels))), make, seconds);
        Self { frame, weights, runner }
    }

    /// The means; see [`average_cells`].
    pub fn average(&self, pixels: &[u8]) -> Vec<u16> {
        let mut means = vec![0; self.frame.cell_count() * self.weights.channels];
        self.runner.run(
            means.as_mut_slice(),
            |on_gpu, means| on_gpu.average(&self.frame, &self.weights, pixels, means),
            |means| average_cells(&self.frame, &self.weights, pixels, means),
        );
        means
    }

    /// What averaged last.
    pub fn ran_on(&self) -> RanOn {
        self.runner.ran_on()
    }
}

/// The kernel with its buffers on a device.
#[derive(Debug)]
struct OnGpu {
    launcher: Launcher,
    weights: Buffer,
    pixels: Buffer,
    means: Buffer,
}

impl OnGpu {
    fn new(gpu: &Arc<Gpu>, frame: &CellFrame, weights: &CellWeights) -> Result<Self, KernelError> {
        gpu.checked(&AVERAGE_CELLS, check)?;
        Self::unchecked(gpu, frame, weights)
    }

    fn unchecked(gpu: &Arc<Gpu>, frame: &CellFrame, weights: &CellWeights) -> Result<Self, KernelError> {
        let launcher = gpu.launcher(&AVERAGE_CELLS)?;
        Ok(Self {
            weights: launcher.upload(&weights.weights)?,
            pixels: launcher.room::<u8>(frame.pixel_count() * weights.channels)?,
            means: launcher.room::<u16>(frame.cell_count() * weights.channels)?,
            launcher,
        })
    }

    fn average(
        &mut self,
        frame: &CellFrame,
        weights: &CellWeights,
        pixels: &[u8],
        means: &mut [u16],
    ) -> Result<(), KernelError> {
        means.fill(0);
        if weights.weights.len() != frame.cell_px() || frame.columns() == 0 {
            return Ok(());
        }
        let row_bytes = frame.width() * weights.channels * frame.cell_px();
        let rows = (pixels.len() / row_bytes.max(1)).min(frame.rows());
        let count = rows * frame.columns() * weights.channels;
        self.launcher.write(&self.pixels, pixels.get(..rows * row_bytes).unwrap_or_default())?;
        let buffers = [&self.weights, &self.means];
        let sizes = [
            frame.width() as u32,
            frame.cell_px() as u32,
            frame.columns() as u32,
            rows as u32,
            weights.channels as u32,
            weights.parts,
            weights.whole,
        ];
        let buffers = [&self.pixels].into_iter().chain(buffers).map(Arg::Buffer);
        let args: Vec<Arg<'_>> = buffers.chain(sizes.map(Arg::U32)).collect();
        self.launcher.run(&args, count, 1)?;
        self.launcher.download(&self.means, 0, means.get_mut(..count).unwrap_or_default())
    }
}

/// The device against the twin.
fn check(gpu: &Arc<Gpu>) -> Result<(), KernelError> {
    for (seed, (width, height, cell_px)) in (0..).zip(FRAMES) {
        let mut noise = Noise::new(seed);
        let channels = 1 + (seed % 3) as u8;
        let wild: Vec<u8> = noise.bytes(cell_px as usize).into_iter().map(|weight| weight % 4).collect();
        let weights =
            CellWeights::new(&wild, 16, channels).or_else(|| CellWeights::inner(cell_px, 0, channels));
        let (Some(frame), Some(weights)) = (CellFrame::new(width, height, cell_px), weights) else {
            continue;
        };
        let pixels = noise.bytes(frame.pixel_count() * usize::from(channels));
        let mut got = vec![0; frame.cell_count() * usize::from(channels)];
        let mut expected = got.clone();
        OnGpu::unchecked(gpu, &frame, &weights)?.average(&frame, &weights, &pixels, &mut got)?;
        average_cells(&frame, &weights, &pixels, &mut expected);
        gpu.compare(&AVERAGE_CELLS, &got, &expected)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(weights: Option<CellWeights>, cell_px: u32, pixels: &[u8], expected: &[u16]) {
        let weights = weights.expect("fits");
        let width = pixels.len() / weights.channels() / cell_px as usize;
        let frame = CellFrame::new(width as u32, cell_px, cell_px).expect("fits");
        let mut means = vec![7; frame.cell_count() * weights.channels()];
        average_cells(&frame, &weights, pixels, &mut means);
        assert_eq!(means, expected);
    }

    #[test]
    fn halves_are_rounded_up() {
        check(CellWeights::inner(2, 0, 1), 2, &[0, 0, 3, 3, 0, 2, 3, 4], &[1, 3]);
        check(CellWeights::inner(2, 0, 1), 2, &[0, 0, 0, 1], &[0]);
    }

    #[test]
    fn only_inner_pixels_count() {
        check(CellWeights::inner(3, 1, 1), 3, &[255, 255, 255, 255, 40, 255, 255, 255, 255], &[40]);
        assert_eq!(CellWeights::inner(4, 2, 3), None);
        assert_eq!(CellWeights::inner(3, 2, 3), None);
    }

    #[test]
    fn channels_are_kept_apart_and_parts_of_a_step_are_told() {
        check(CellWeights::new(&[1, 1], 16, 2), 2, &[10, 255, 10, 255, 11, 255, 10, 255], &[164, 255 * 16]);
    }

    #[test]
    fn sums_that_do_not_fit_are_refused() {
        assert!(CellWeights::new(&[255; 16], 1, 1).is_some());
        assert_eq!(CellWeights::new(&[255; 17], 1, 1), None);
        assert_eq!(CellWeights::new(&[1], 258, 1), None);
        assert_eq!(CellWeights::new(&[0, 0], 1, 1), None);
        assert_eq!(CellWeights::new(&[], 1, 1), None);
    }
}
