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

/// The twin. Draws one picture for each [`WaveGrid::level_count`] of `levels` (\[picture\]\[cell\]\[wave\], each taken
/// modulo 16) into [`WaveGrid::picture_size`] of `pictures`; what lies in no cell is as in `base`. Pictures without
/// levels, or all of them when `base` has another size, stay as they are.
pub fn draw_waves(grid: &WaveGrid, levels: &[u8], base: &[u8], pictures: &mut [u8]) {
    if base.len() != grid.picture_size() || base.is_empty() {
        return;
    }
    let per_picture = grid.level_count();
    for (number, picture) in pictures.chunks_exact_mut(base.len()).enumerate() {
        let Some(levels) = levels.get(number * per_picture..(number + 1) * per_picture) else { return };
        picture.copy_from_slice(base);
        match &grid.wide {
            Some(wide) => wide.draw(grid, levels, picture),
            None => draw_picture(grid, levels, picture),
        }
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
            let mut pictures = vec![0; batch * grid.picture_size()];
            let gpu = fastest(|| on_gpu.draw(&grid, &levels, &mut pictures))?;
            let twin = fastest(|| {
                draw_waves(&grid, &levels, &base, &mut pictures);
                Ok::<_, KernelError>(())
            })?;
            Ok((gpu, twin))
        };
        let runner = Runner::new(place, (DRAW_WAVES.name, shape((grid.shape(), batch))), make, seconds);
        Self { grid, base, runner }
    }

    /// The pictures, one for each [`WaveGrid::level_count`] of `levels`; see [`draw_waves`].
    pub fn draw(&self, levels: &[u8]) -> Vec<u8> {
        let count = levels.len() / self.grid.level_count().max(1);
        let mut pictures = vec![0; count * self.grid.picture_size()];
        self.runner.run(
            &mut pictures,
            |on_gpu, pictures| on_gpu.draw(&self.grid, levels, pictures),
            |pictures| draw_waves(&self.grid, levels, &self.base, pictures),
        );
        pictures
    }

    /// What drew last.
    pub fn ran_on(&self) -> RanOn {
        self.runner.ran_on()
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

    /// As many pictures as there are levels for.
    fn draw(&mut self, grid: &WaveGrid, levels: &[u8], pictures: &mut [u8]) -> Result<(), KernelError> {
        let count = pictures.len() / grid.picture_size().max(1);
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
        self.launcher.download(pixels, pictures)
    }
}

/// The device against the twin, with values as wild as their types allow.
fn check(gpu: &Arc<Gpu>) -> Result<(), KernelError> {
    for (seed, (width, height, cell_px, waves)) in (0..).zip(sample::GRIDS) {
        let grid = sample::grid(seed, (width, height), cell_px, waves);
        let mut noise = Noise::new(seed);
        let (levels, base) = (noise.bytes(2 * grid.level_count()), noise.bytes(grid.picture_size()));
        let (mut got, mut expected) = (vec![0; 2 * base.len()], vec![0; 2 * base.len()]);
        OnGpu::unchecked(gpu, &grid, &base)?.draw(&grid, &levels, &mut got)?;
        draw_waves(&grid, &levels, &base, &mut expected);
        gpu.compare(&DRAW_WAVES, &got, &expected)?;
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
            let mut got = vec![0; expected.len()];
            draw_waves(&grid, &levels, &expected, &mut got);
            draw_picture(&grid, &levels, &mut expected);
            assert!(got == expected, "{width}x{height}, {waves} waves in {cell_px} px");
        }
    }

    #[test]
    fn pictures_without_levels_stay_as_they_are() {
        let grid = sample::grid(1, (16, 16), 8, 2);
        let levels = vec![0; grid.level_count() + 1];
        let mut pictures = vec![7; 3 * grid.picture_size()];
        draw_waves(&grid, &levels, &vec![9; grid.picture_size()], &mut pictures);
        assert!(pictures[..256] != [7; 256] && pictures[256..].iter().all(|pixel| *pixel == 7));
        let before = pictures.clone();
        draw_waves(&grid, &levels, &[9; 3], &mut pictures);
        assert_eq!(pictures, before);
    }
}
