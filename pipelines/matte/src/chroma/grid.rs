//! Colours of coarse cells, some of them known, the others filled in from around.

/// Cells in rows; each has a weight and a sum of three values.
#[derive(Clone, Default)]
pub(super) struct Grid {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) cells: Vec<[f32; 4]>,
}

impl Grid {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { width, height, cells: vec![[0.0; 4]; width * height] }
    }

    /// Turns sums into means, and fills cells of no weight from the means of larger and larger neighbourhoods.
    pub(super) fn fill(&mut self, fallback: [f32; 3]) {
        if self.width <= 1 && self.height <= 1 {
            for cell in &mut self.cells {
                *cell = mean(*cell)
                    .map_or([0.0, fallback[0], fallback[1], fallback[2]], |m| [1.0, m[0], m[1], m[2]]);
            }
            return;
        }
        let mut coarse = Self::new(self.width.div_ceil(2), self.height.div_ceil(2));
        for (y, row) in self.cells.chunks_exact(self.width).enumerate() {
            for (x, cell) in row.iter().enumerate() {
                let into = &mut coarse.cells[y / 2 * coarse.width + x / 2];
                // One cell counts as one, however many places it knows.
                if let Some(mean) = mean(*cell) {
                    let weight = cell[0].min(1.0);
                    into[0] += weight;
                    into.iter_mut().skip(1).zip(mean).for_each(|(sum, value)| *sum += weight * value);
                }
            }
        }
        coarse.fill(fallback);
        let width = self.width;
        for (y, row) in self.cells.chunks_exact_mut(width).enumerate() {
            for (x, cell) in row.iter_mut().enumerate() {
                let known = cell[0].min(1.0);
                let [_, a, b, c] = coarse.at((x as f32 - 0.5) / 2.0, (y as f32 - 0.5) / 2.0);
                let own = mean(*cell).unwrap_or([a, b, c]);
                let mix = |own: f32, wide: f32| own * known + wide * (1.0 - known);
                *cell = [known, mix(own[0], a), mix(own[1], b), mix(own[2], c)];
            }
        }
    }

    /// The values of `N` places in a row, `STEP` places a cell; `x` is a multiple of that.
    #[inline]
    pub(super) fn run<const STEP: usize, const N: usize>(&self, x: usize, y: usize) -> [[f32; N]; 3] {
        let row = (y as f32 + 0.5) / STEP as f32 - 0.5;
        let share = row - row.floor();
        let line = |row: f32| {
            let row = (row.max(0.0) as usize).min(self.height - 1);
            &self.cells[row * self.width..(row + 1) * self.width]
        };
        let (over, under) = (line(row.floor()), line(row.floor() + 1.0));
        let first = x / STEP;
        let cell = |cell: usize| {
            let at = cell.min(self.width - 1);
            let (over, under) = (&over[at], &under[at]);
            [1, 2, 3].map(|index| over[index] + (under[index] - over[index]) * share)
        };
        let mut out = [[0.0; N]; 3];
        let half = STEP / 2;
        let (before, mut left) = (cell(first.saturating_sub(1)), cell(first));
        // The first half of the first cell lies between the cell before and itself.
        for (index, out) in out.iter_mut().enumerate() {
            let slope = (left[index] - before[index]) / STEP as f32;
            for (place, out) in out[..half].iter_mut().enumerate() {
                *out = before[index] + slope * ((place + half) as f32 + 0.5);
            }
        }
        for begin in (half..N).step_by(STEP) {
            let right = cell(first + begin / STEP + 1);
            for (index, out) in out.iter_mut().enumerate() {
                let slope = (right[index] - left[index]) / STEP as f32;
                let end = (begin + STEP).min(N);
                for (place, out) in out[begin..end].iter_mut().enumerate() {
                    *out = left[index] + slope * (place as f32 + 0.5);
                }
            }
            left = right;
        }
        out
    }

    /// Between the middles of cells; cell 0 has its middle at 0.
    pub(super) fn at(&self, x: f32, y: f32) -> [f32; 4] {
        let (x, y) = (x.clamp(0.0, (self.width - 1) as f32), y.clamp(0.0, (self.height - 1) as f32));
        let (left, upper) = (x as usize, y as usize);
        let (right, lower) = ((left + 1).min(self.width - 1), (upper + 1).min(self.height - 1));
        let (fx, fy) = (x - left as f32, y - upper as f32);
        let cell = |x: usize, y: usize| self.cells[y * self.width + x];
        let (a, b, c, d) = (cell(left, upper), cell(right, upper), cell(left, lower), cell(right, lower));
        std::array::from_fn(|index| {
            let upper = a[index] + (b[index] - a[index]) * fx;
            let lower = c[index] + (d[index] - c[index]) * fx;
            upper + (lower - upper) * fy
        })
    }
}

fn mean(cell: [f32; 4]) -> Option<[f32; 3]> {
    let [weight, a, b, c] = cell;
    (weight > 0.0).then(|| [a / weight, b / weight, c / weight])
}
