//! Cells of waves, from pixels to the product of each wave with each cell.

use std::sync::Arc;

use crate::error::KernelError;
use crate::gpu::{Gpu, Launcher, Source};
use crate::place::Place;
use crate::raw::session::{Arg, Buffer};
use crate::runner::{RanOn, Runner, fastest, shape};
use crate::sample::{self, Noise};
use crate::wave_grid::{MIDDLE, WaveGrid};

/// The kernel.
pub static MEASURE_WAVES: Source =
    Source { name: "measure_waves", text: include_str!("measure_waves.cl"), entry: c"measure_waves" };

/// The twin. Writes to `products` (\[wave\]\[cell\], [`WaveGrid::level_count`] of them) the sum over a cell's pixels of
/// luma less [`MIDDLE`] times the wave's sample, modulo 2^32; zeros when `luma` has less than a picture.
pub fn measure_waves(grid: &WaveGrid, luma: &[u8], products: &mut [i32]) {
    match luma.get(..grid.picture_size()) {
        None => products.fill(0),
        Some(luma) => match &grid.wide {
            Some(wide) => wide.measure(grid, luma, products),
            None => measure_picture(grid, luma, products),
        },
    }
}

/// Written to be compared with the kernel; the one for wide registers is compared with this.
pub(crate) fn measure_picture(grid: &WaveGrid, luma: &[u8], products: &mut [i32]) {
    let (count, size) = (grid.cells.len().max(1), grid.cell_size());
    let mut pixels = vec![0i16; size];
    for (cell, (x, y)) in grid.cells.iter().enumerate() {
        let from = *y as usize * grid.width + *x as usize;
        let rows = luma.get(from..).unwrap_or_default().chunks(grid.width);
        for (row, to) in rows.zip(pixels.chunks_exact_mut(grid.cell_px)) {
            row.iter().zip(to).for_each(|(pixel, to)| *to = i16::from(*pixel) - MIDDLE as i16);
        }
        for (wave, products) in grid.waves.chunks_exact(size).zip(products.chunks_exact_mut(count)) {
            let product = |(pixel, sample): (&i16, &i16)| i32::from(*pixel) * i32::from(*sample);
            let sum = pixels.iter().zip(wave).map(product).fold(0, i32::wrapping_add);
            if let Some(place) = products.get_mut(cell) {
                *place = sum;
            }
        }
    }
}

/// Measures on a device, or by the twin.
#[derive(Debug)]
pub struct MeasureWaves {
    grid: Arc<WaveGrid>,
    runner: Runner<OnGpu>,
}

impl MeasureWaves {
    /// Of pictures of this shape.
    pub fn new(grid: Arc<WaveGrid>, place: &Place) -> Self {
        let make = |gpu: &Arc<Gpu>| OnGpu::new(gpu, &grid);
        let seconds = |on_gpu: &mut OnGpu| {
            let luma = Noise::new(1).bytes(grid.picture_size());
            let mut products = vec![0; grid.level_count()];
            let gpu = fastest(|| on_gpu.measure(&grid, &luma, &mut products))?;
            let twin = fastest(|| {
                measure_waves(&grid, &luma, &mut products);
                Ok::<_, KernelError>(())
            })?;
            Ok((gpu, twin))
        };
        let runner = Runner::new(place, (MEASURE_WAVES.name, shape(grid.shape())), make, seconds);
        Self { grid, runner }
    }

    /// The products; see [`measure_waves`].
    pub fn measure(&self, luma: &[u8]) -> Vec<i32> {
        let mut products = vec![0; self.grid.level_count()];
        self.runner.run(
            &mut products,
            |on_gpu, products| on_gpu.measure(&self.grid, luma, products),
            |products| measure_waves(&self.grid, luma, products),
        );
        products
    }

    /// What measured last.
    pub fn ran_on(&self) -> RanOn {
        self.runner.ran_on()
    }
}

/// The kernel with its tables on a device.
#[derive(Debug)]
struct OnGpu {
    launcher: Launcher,
    waves: Buffer,
    cells: Buffer,
    luma: Buffer,
    products: Buffer,
}

impl OnGpu {
    fn new(gpu: &Arc<Gpu>, grid: &WaveGrid) -> Result<Self, KernelError> {
        gpu.checked(&MEASURE_WAVES, check)?;
        Self::unchecked(gpu, grid)
    }

    fn unchecked(gpu: &Arc<Gpu>, grid: &WaveGrid) -> Result<Self, KernelError> {
        let launcher = gpu.launcher(&MEASURE_WAVES)?;
        let cells: Vec<u32> = grid.cells.iter().flat_map(|(x, y)| [*x, *y]).collect();
        Ok(Self {
            waves: launcher.upload(&grid.waves)?,
            cells: launcher.upload(&cells)?,
            luma: launcher.room::<u8>(grid.picture_size())?,
            products: launcher.room::<i32>(grid.level_count())?,
            launcher,
        })
    }

    fn measure(&mut self, grid: &WaveGrid, luma: &[u8], products: &mut [i32]) -> Result<(), KernelError> {
        let Some(luma) = luma.get(..grid.picture_size()) else {
            products.fill(0);
            return Ok(());
        };
        self.launcher.write(&self.luma, luma)?;
        let buffers = [&self.waves, &self.cells, &self.luma, &self.products];
        let sizes = [grid.width, grid.cell_px, grid.cells.len(), grid.steps.len()];
        let args: Vec<Arg<'_>> =
            buffers.into_iter().map(Arg::Buffer).chain(sizes.map(|size| Arg::U32(size as u32))).collect();
        self.launcher.run(&args, grid.cells.len(), grid.steps.len())?;
        self.launcher.download(&self.products, 0, products)
    }
}

/// The device against the twin, with values as wild as their types allow.
fn check(gpu: &Arc<Gpu>) -> Result<(), KernelError> {
    for (seed, (width, height, cell_px, waves)) in (0..).zip(sample::GRIDS) {
        let grid = sample::grid(seed, (width, height), cell_px, waves);
        let luma = Noise::new(seed).bytes(grid.picture_size());
        let (mut got, mut expected) = (vec![0; grid.level_count()], vec![0; grid.level_count()]);
        OnGpu::unchecked(gpu, &grid)?.measure(&grid, &luma, &mut got)?;
        measure_waves(&grid, &luma, &mut expected);
        gpu.compare(&MEASURE_WAVES, &got, &expected)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wide_twin_measures_the_same_products() {
        for (seed, (width, height, cell_px, waves)) in (0..).zip(sample::GRIDS) {
            let grid = sample::grid(seed, (width, height), cell_px, waves);
            let luma = Noise::new(seed).bytes(grid.picture_size());
            let (mut got, mut expected) = (vec![1; grid.level_count()], vec![2; grid.level_count()]);
            measure_waves(&grid, &luma, &mut got);
            measure_picture(&grid, &luma, &mut expected);
            assert!(got == expected, "{width}x{height}, {waves} waves in {cell_px} px");
        }
    }

    #[test]
    fn a_sum_too_large_for_its_type_wraps_and_does_not_stop_the_program() {
        let wave = vec![vec![i16::MAX; 72 * 72]];
        let grid = WaveGrid::new((72, 72), 72, &wave, &[[0; 16]], vec![(0, 0)]).expect("fits");
        let mut products = [0];
        measure_waves(&grid, &[255; 72 * 72], &mut products);
        assert_eq!(i64::from(products[0]), i64::from((129i64 * 32767 * 72 * 72) as i32));
    }

    #[test]
    fn a_picture_that_is_too_short_gives_zeros() {
        let grid = sample::grid(1, (16, 16), 8, 2);
        let mut products = vec![5; grid.level_count()];
        measure_waves(&grid, &[0; 255], &mut products);
        assert!(products.iter().all(|product| *product == 0));
    }
}
