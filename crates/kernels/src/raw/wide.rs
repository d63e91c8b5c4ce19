//! The hot loops of the twins for AVX2, where the CPU has it: two products of 16 bits and their sum in one instruction.
//!
//! They wrap as the plain ones do: the one sum of two products that 32 bits do not hold, 2^31, becomes -2^31 in both.

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::WideWaves;

#[cfg(not(target_arch = "x86_64"))]
pub(crate) use other::WideWaves;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m128i, __m256i, _mm_add_epi32, _mm_cvtepu8_epi16, _mm_cvtsi64_si128, _mm_cvtsi128_si32,
        _mm_cvtsi128_si64, _mm_max_epi16, _mm_min_epi16, _mm_packs_epi32, _mm_packus_epi16, _mm_set1_epi16,
        _mm_shuffle_epi32, _mm_sub_epi16, _mm256_add_epi32, _mm256_castsi256_si128, _mm256_extracti128_si256,
        _mm256_madd_epi16, _mm256_set_epi64x, _mm256_set_m128i, _mm256_set1_epi32, _mm256_setzero_si256,
        _mm256_srai_epi32,
    };

    use crate::wave_grid::{LUMA_RANGE, MIDDLE, STEP_BITS, STEPS, WAVE_BITS, WaveGrid};

    const BITS: i32 = (WAVE_BITS + STEP_BITS) as i32;
    /// Pixels at a time.
    const LANES: usize = 8;

    /// The waves as these loops read them. Only a CPU with AVX2 has one.
    #[derive(Debug)]
    pub(crate) struct WideWaves {
        /// Groups of eight pixels in a row of a cell.
        across: usize,
        /// \[row\]\[group\]\[pair of waves\]: eight samples of each, by turns.
        pairs: Vec<__m256i>,
        /// \[wave\]\[two groups\]: sixteen samples.
        singles: Vec<__m256i>,
        /// How many of these a wave has.
        singles_per_wave: usize,
    }

    impl WideWaves {
        pub(crate) fn new(waves: &[i16], steps: &[[i16; STEPS]], cell_px: usize) -> Option<Self> {
            let has_one = matches!(steps.len().div_ceil(2), 1 | 2 | 3 | 5 | 8 | 11);
            if !has_one || !is_x86_feature_detected!("avx2") {
                return None;
            }
            let (across, size) = (cell_px.div_ceil(LANES), cell_px * cell_px);
            let sample = |wave: usize, row: usize, column: usize| match column < cell_px && row < cell_px {
                true if wave < steps.len() => {
                    waves.get(wave * size + row * cell_px + column).copied().unwrap_or(0)
                }
                _ => 0,
            };
            let mut pairs = Vec::new();
            for group in 0..cell_px * across {
                for pair in 0..steps.len().div_ceil(2) {
                    let lane = |lane: usize| {
                        sample(2 * pair + lane % 2, group / across, group % across * LANES + lane / 2)
                    };
                    pairs.push(std::array::from_fn(lane));
                }
            }
            let singles_per_wave = (cell_px * across).div_ceil(2);
            let mut singles = Vec::new();
            for wave in 0..steps.len() {
                for two in 0..singles_per_wave {
                    let lane = |lane: usize| {
                        let group = 2 * two + lane / LANES;
                        sample(wave, group / across, group % across * LANES + lane % LANES)
                    };
                    singles.push(std::array::from_fn(lane));
                }
            }
            // SAFETY: this CPU has AVX2.
            let registers = |table: &[[i16; 16]]| unsafe { registers(table) };
            Some(Self { across, pairs: registers(&pairs), singles: registers(&singles), singles_per_wave })
        }

        pub(crate) fn draw(&self, grid: &WaveGrid, levels: &[u8], picture: &mut [u8]) {
            // SAFETY: there is no value of this type without AVX2.
            unsafe {
                match grid.steps.len().div_ceil(2) {
                    1 => self.draw_pairs::<1>(grid, levels, picture),
                    2 => self.draw_pairs::<2>(grid, levels, picture),
                    3 => self.draw_pairs::<3>(grid, levels, picture),
                    5 => self.draw_pairs::<5>(grid, levels, picture),
                    8 => self.draw_pairs::<8>(grid, levels, picture),
                    _ => self.draw_pairs::<11>(grid, levels, picture),
                }
            }
        }

        pub(crate) fn measure(&self, grid: &WaveGrid, luma: &[u8], products: &mut [i32]) {
            // SAFETY: as above.
            unsafe { self.measure_cells(grid, luma, products) }
        }

        #[target_feature(enable = "avx2")]
        fn draw_pairs<const PAIRS: usize>(&self, grid: &WaveGrid, levels: &[u8], picture: &mut [u8]) {
            let (table, _) = self.pairs.as_chunks::<PAIRS>();
            let (darkest, lightest) = (_mm_set1_epi16(LUMA_RANGE.0), _mm_set1_epi16(LUMA_RANGE.1));
            let half = _mm256_set1_epi32((MIDDLE << BITS) + (1 << (BITS - 1)));
            for (&(x, y), levels) in grid.cells.iter().zip(levels.chunks_exact(grid.steps.len())) {
                let mut strengths = [half; PAIRS];
                for ((to, steps), levels) in
                    strengths.iter_mut().zip(grid.steps.chunks(2)).zip(levels.chunks(2))
                {
                    let step = |wave: usize| match (steps.get(wave), levels.get(wave)) {
                        (Some(steps), Some(level)) => i32::from(steps[usize::from(*level) % STEPS]),
                        _ => 0,
                    };
                    *to = _mm256_set1_epi32(step(0) & 0xFFFF | step(1) << 16);
                }
                let start = y as usize * grid.width + x as usize;
                // By hand: an iterator over rows would divide by their length for each cell.
                for line in 0..grid.cell_px {
                    let from = start + line * grid.width;
                    let table = table.get(line * self.across..(line + 1) * self.across).unwrap_or_default();
                    let row = picture.get_mut(from..from + grid.cell_px).unwrap_or_default();
                    for (pixels, waves) in row.chunks_mut(LANES).zip(table) {
                        let mut sum = half;
                        for (wave, strength) in waves.iter().zip(&strengths) {
                            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(*wave, *strength));
                        }
                        let luma = _mm256_srai_epi32::<BITS>(sum);
                        let luma = _mm_packs_epi32(
                            _mm256_castsi256_si128(luma),
                            _mm256_extracti128_si256::<1>(luma),
                        );
                        let luma = _mm_min_epi16(_mm_max_epi16(luma, darkest), lightest);
                        let bytes = _mm_cvtsi128_si64(_mm_packus_epi16(luma, luma)).to_le_bytes();
                        match pixels.len() {
                            LANES => pixels.copy_from_slice(&bytes),
                            4 => pixels.iter_mut().zip(&bytes[..4]).for_each(|(pixel, byte)| *pixel = *byte),
                            _ => pixels.iter_mut().zip(bytes).for_each(|(pixel, byte)| *pixel = byte),
                        }
                    }
                }
            }
        }

        #[target_feature(enable = "avx2")]
        fn measure_cells(&self, grid: &WaveGrid, luma: &[u8], products: &mut [i32]) {
            let count = grid.cells.len().max(1);
            let middle = _mm_set1_epi16(MIDDLE as i16);
            let widened = |bytes: [u8; LANES]| {
                _mm_sub_epi16(_mm_cvtepu8_epi16(_mm_cvtsi64_si128(i64::from_le_bytes(bytes))), middle)
            };
            // What lies beyond the cell meets samples that are 0.
            let mut groups = vec![middle; self.singles_per_wave * 2];
            let mut pixels = vec![_mm256_setzero_si256(); self.singles_per_wave];
            for (cell, &(x, y)) in grid.cells.iter().enumerate() {
                let mut to = groups.iter_mut();
                for row in 0..grid.cell_px {
                    let start = (y as usize + row) * grid.width + x as usize;
                    for group in 0..self.across {
                        let from = start + group * LANES;
                        let bytes = match luma.get(from..from + LANES).map(<[u8; LANES]>::try_from) {
                            Some(Ok(bytes)) => bytes,
                            _ => last_bytes(luma, from),
                        };
                        if let Some(to) = to.next() {
                            *to = widened(bytes);
                        }
                    }
                }
                for (two, groups) in pixels.iter_mut().zip(groups.chunks_exact(2)) {
                    if let [low, high] = groups {
                        *two = _mm256_set_m128i(*high, *low);
                    }
                }
                let waves = self.singles.chunks_exact(self.singles_per_wave);
                for (wave, products) in waves.zip(products.chunks_exact_mut(count)) {
                    let mut sum = _mm256_setzero_si256();
                    for (pixels, samples) in pixels.iter().zip(wave) {
                        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(*pixels, *samples));
                    }
                    if let Some(product) = products.get_mut(cell) {
                        *product = total(sum);
                    }
                }
            }
        }
    }

    /// The last bytes of a picture, and zeros.
    fn last_bytes(luma: &[u8], from: usize) -> [u8; LANES] {
        let mut bytes = [0; LANES];
        let rest = luma.get(from..).unwrap_or_default();
        bytes.iter_mut().zip(rest).for_each(|(byte, pixel)| *byte = *pixel);
        bytes
    }

    #[target_feature(enable = "avx2")]
    fn total(sums: __m256i) -> i32 {
        let four: __m128i = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums));
        let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b01_00_11_10>(four));
        _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32::<0b10_11_00_01>(two)))
    }

    #[target_feature(enable = "avx2")]
    fn registers(table: &[[i16; 16]]) -> Vec<__m256i> {
        let register = |lanes: &[i16; 16]| {
            let four = |from: usize| {
                let lanes = lanes.iter().skip(from).take(4).rev();
                lanes.fold(0i64, |all, lane| all << 16 | i64::from(*lane as u16))
            };
            _mm256_set_epi64x(four(12), four(8), four(4), four(0))
        };
        table.iter().map(register).collect()
    }
}

/// Other machines have the plain twins.
#[cfg(not(target_arch = "x86_64"))]
mod other {
    use crate::wave_grid::{STEPS, WaveGrid};

    #[derive(Debug)]
    pub(crate) enum WideWaves {}

    impl WideWaves {
        pub(crate) fn new(_: &[i16], _: &[[i16; STEPS]], _: usize) -> Option<Self> {
            None
        }

        pub(crate) fn draw(&self, _: &WaveGrid, _: &[u8], _: &mut [u8]) {
            match *self {}
        }

        pub(crate) fn measure(&self, _: &WaveGrid, _: &[u8], _: &mut [i32]) {
            match *self {}
        }
    }
}
