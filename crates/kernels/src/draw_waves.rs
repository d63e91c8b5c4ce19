//! Cells of waves, from levels to pixels.

use std::sync::Arc;

use crate::error::KernelError;
use crate::gpu::{Gpu, Launcher, Source};
use crate::place::Place;
use crate::raw::session::{Arg, Buffer};
use crate::runner::{RanOn, Runner, fastest, shape};
use crate::sample::{self, Noise};
use crate::wave_grid::{LUMA_RANGE, MIDDLE, STEP_BITS, STEPS, WAVE_BITS, WaveGrid};

/// The kernel.
pub static DRAW_WAVES: Source =
    Source { name: "draw_waves", text: include_str!("draw_waves.cl"), entry: c"draw_waves" };

const BITS: u32 = WAVE_BITS + STEP_BITS;

/// The twin. Draws into `picture`, which has [`WaveGrid::picture_size`] pixels, the cells whose levels are `levels`
/// (\[cell\]\[wave\], each taken modulo 16). Cells without levels stay as they are.
pub fn draw_waves(grid: &WaveGrid, levels: &[u8], picture: &mut [u8]) {
    match &grid.wide {
        Some(wide) => wide.draw(grid, levels, picture),
        None => draw_picture(grid, levels, picture),
    }
}

/// Written to be compared with the kernel; the one for wide registers is compared with this.
pub(crate) fn draw_picture(grid: &WaveGrid, levels: &[u8], picture: &mut [u8]) {
    let mut sums = vec![0i32; grid.cell_size()];
    for ((x, y), levels) in grid.cells.iter().zip(levels.chunks_exact(grid.steps.len())) {
        sums.fill((MIDDLE << BITS) + (1 << (BITS - 1)));
        for ((wave, steps), level) in grid.waves.chunks_exact(sums.len()).zip(&grid.steps).zip(levels) {
            let step = i32::from(steps[usize::from(*level) % STEPS]);
            for (sum, sample) in sums.iter_mut().zip(wave) {
                *sum = sum.wrapping_add(step * i32::from(*sample));
            }
        }
        let start = *y as usize * grid.width + *x as usize;
        let rows = picture.get_mut(start..).unwrap_or_default().chunks_mut(grid.width);
        for (row, sums) in rows.zip(sums.chunks_exact(grid.cell_px)) {
            for (pixel, sum) in row.iter_mut().zip(sums) {
                *pixel = ((sum >> BITS) as i16).clamp(LUMA_RANGE.0, LUMA_RANGE.1) as u8;
            }
        }
    }
}

/// Draws on a device, or by the twin.
#[derive(Debug)]
pub struct DrawWaves {
    grid: Arc<WaveGrid>,
    base: Vec<u8>,
    runner: Runner<OnGpu>,
}

impl DrawWaves {
    /// `base` is what is seen where there is no cell; where it has another size than a picture, it is black. A device is
    /// measured with `batch` pictures at once.
    pub fn new(grid: Arc<WaveGrid>, mut base: Vec<u8>, batch: usize, place: &Place) -> Self {
        base.resize(grid.picture_size(), 0);
        let make = |gpu: &Arc<Gpu>| OnGpu::new(gpu, &grid, &base);
        let seconds = |on_gpu: &mut OnGpu| {
            let levels = Noise::new(1).bytes(batch * grid.level_count());
            let mut pictures = vec![Vec::new(); batch];
            let gpu = fastest(|| on_gpu.draw(&grid, &levels, &mut pictures))?;
            let twin = fastest(|| {
                twins(&grid, &levels, &base, &mut pictures);
                Ok::<_, KernelError>(())
            })?;
            Ok((gpu, twin))
        };
        let runner = Runner::new(place, (DRAW_WAVES.name, shape((grid.shape(), batch))), make, seconds);
        Self { grid, base, runner }
    }

    /// The pictures, one for each [`WaveGrid::level_count`] of `levels` (\[picture\]\[cell\]\[wave\]).
    pub fn draw(&self, levels: &[u8]) -> Vec<Vec<u8>> {
        let mut pictures = vec![Vec::new(); levels.len() / self.grid.level_count().max(1)];
        self.runner.run(
            pictures.as_mut_slice(),
            |on_gpu, pictures| on_gpu.draw(&self.grid, levels, pictures),
            |pictures| twins(&self.grid, levels, &self.base, pictures),
        );
        pictures
    }

    /// What drew last.
    pub fn ran_on(&self) -> RanOn {
        self.runner.ran_on()
    }
}

fn twins(grid: &WaveGrid, levels: &[u8], base: &[u8], pictures: &mut [Vec<u8>]) {
    for (picture, levels) in pictures.iter_mut().zip(levels.chunks_exact(grid.level_count().max(1))) {
        base.clone_into(picture);
        draw_waves(grid, levels, picture);
    }
}

/// The kernel with its tables on a device.
#[derive(Debug)]
struct OnGpu {
    launcher: Launcher,
    waves: Buffer,
    steps: Buffer,
    cell_at: Buffer,
    base: Buffer,
    /// Levels and pixels of so many pictures.
    batch: Option<(usize, Buffer, Buffer)>,
}

impl OnGpu {
    fn new(gpu: &Arc<Gpu>, grid: &WaveGrid, base: &[u8]) -> Result<Self, KernelError> {
        gpu.checked(&DRAW_WAVES, check)?;
        Self::unchecked(gpu, grid, base)
    }

    fn unchecked(gpu: &Arc<Gpu>, grid: &WaveGrid, base: &[u8]) -> Result<Self, KernelError> {
        let launcher = gpu.launcher(&DRAW_WAVES)?;
        Ok(Self {
            waves: launcher.upload(&grid.waves)?,
            steps: launcher.upload(grid.steps.as_flattened())?,
            cell_at: launcher.upload(&grid.cell_at)?,
            base: launcher.upload(base)?,
            batch: None,
            launcher,
        })
    }

    /// Every picture is made new.
    fn draw(&mut self, grid: &WaveGrid, levels: &[u8], pictures: &mut [Vec<u8>]) -> Result<(), KernelError> {
        let count = pictures.len();
        if self.batch.as_ref().is_none_or(|(room, ..)| *room < count) {
            // What was too small goes first.
            self.batch = None;
            let levels = self.launcher.room::<u8>(count * grid.level_count())?;
            self.batch = Some((count, levels, self.launcher.room::<u8>(count * grid.picture_size())?));
        }
        let Some((_, level_buffer, pixels)) = &self.batch else { return Ok(()) };
        self.launcher.write(level_buffer, levels)?;
        let buffers = [&self.waves, &self.steps, &self.cell_at, level_buffer, &self.base, pixels];
        let sizes = [
            grid.width,
            grid.height,
            grid.cell_px,
            grid.columns,
            grid.rows,
            grid.cells.len(),
            grid.steps.len(),
            count,
        ];
        let args: Vec<Arg<'_>> =
            buffers.into_iter().map(Arg::Buffer).chain(sizes.map(|size| Arg::U32(size as u32))).collect();
        self.launcher.run(&args, grid.picture_size(), count)?;
        for (number, picture) in pictures.iter_mut().enumerate() {
            picture.resize(grid.picture_size(), 0);
            self.launcher.download(pixels, number * grid.picture_size(), picture)?;
        }
        Ok(())
    }
}

/// The device against the twin, with values as wild as their types allow.
fn check(gpu: &Arc<Gpu>) -> Result<(), KernelError> {
    for (seed, (width, height, cell_px, waves)) in (0..).zip(sample::GRIDS) {
        let grid = sample::grid(seed, (width, height), cell_px, waves);
        let mut noise = Noise::new(seed);
        let (levels, base) = (noise.bytes(2 * grid.level_count()), noise.bytes(grid.picture_size()));
        let (mut got, mut expected) = (vec![Vec::new(); 2], vec![Vec::new(); 2]);
        OnGpu::unchecked(gpu, &grid, &base)?.draw(&grid, &levels, &mut got)?;
        twins(&grid, &levels, &base, &mut expected);
        gpu.compare(&DRAW_WAVES, &got.concat(), &expected.concat())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wide_twin_draws_the_same_bytes() {
        for (seed, (width, height, cell_px, waves)) in (0..).zip(sample::GRIDS) {
            let grid = sample::grid(seed, (width, height), cell_px, waves);
            let mut noise = Noise::new(seed);
            let levels = noise.bytes(grid.level_count());
            let mut expected = noise.bytes(grid.picture_size());
            let mut got = expected.clone();
            draw_waves(&grid, &levels, &mut got);
            draw_picture(&grid, &levels, &mut expected);
            assert!(got == expected, "{width}x{height}, {waves} waves in {cell_px} px");
        }
    }

    #[test]
    fn a_picture_or_levels_that_are_too_short_end_the_drawing_and_not_the_program() {
        let grid = sample::grid(1, (33, 29), 8, 3);
        let levels = vec![0; grid.level_count()];
        for size in [0, 1, 100, 500, grid.picture_size()] {
            let (mut wide, mut plain) = (vec![7; size], vec![7; size]);
            draw_waves(&grid, &levels[..size.min(levels.len())], &mut wide);
            draw_picture(&grid, &levels[..size.min(levels.len())], &mut plain);
            assert!(size < grid.picture_size() || wide == plain);
        }
    }
}
