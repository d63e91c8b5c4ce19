//! A drawn person with long hair, in front of a shelf or of a green screen.

pub(crate) const WIDTH: usize = 640;
pub(crate) const HEIGHT: usize = 480;
/// Each pixel is the mean of so many by so many.
const FINE: usize = 3;

type Rgb = [f32; 3];

const SKIN: Rgb = [0.86, 0.66, 0.55];
const HAIR: Rgb = [0.36, 0.21, 0.12];
const SHIRT: Rgb = [0.72, 0.24, 0.22];

/// What is behind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behind {
    Shelf,
    Screen,
}

/// Red, green and blue of each pixel, row by row.
pub(crate) fn draw(behind: Behind) -> Vec<u8> {
    let mut canvas = Canvas { pixels: Vec::with_capacity(WIDTH * FINE * HEIGHT * FINE), seed: 7 };
    for y in 0..HEIGHT * FINE {
        for x in 0..WIDTH * FINE {
            let (x, y) = ((x as f32 + 0.5) / FINE as f32, (y as f32 + 0.5) / FINE as f32);
            canvas.pixels.push(if behind == Behind::Shelf { shelf(x, y) } else { screen(x, y) });
        }
    }
    person(&mut canvas);
    canvas.shrunk()
}

/// Books of many colours and widths, with light from the right.
fn shelf(x: f32, y: f32) -> Rgb {
    let row = (y / 122.0).floor();
    let (down, light) = (y - row * 122.0, 0.45 + 0.45 * x / WIDTH as f32);
    if down > 110.0 {
        return [0.42, 0.3, 0.2].map(|part| part * light);
    }
    let warped = x + 9.0 * (x / 37.0 + row * 1.7).sin();
    let book = (warped / 23.0).floor();
    let (across, height) = (warped - book * 23.0, 80.0 + 25.0 * (book * 12.9 + row * 4.1).sin().abs());
    if down < 110.0 - height || across < 1.2 {
        return [0.1, 0.08, 0.07];
    }
    let part = |offset: f32| 0.35 + 0.3 * (book * 2.4 + row * 1.3 + offset).sin();
    let band = if (down - 40.0).abs() < 5.0 || (down - 92.0).abs() < 3.0 { 1.5 } else { 1.0 };
    [part(0.0), part(2.1), part(4.2)].map(|part| part * light * band)
}

/// A cloth that is brighter in its middle.
fn screen(x: f32, y: f32) -> Rgb {
    let far = ((x - 320.0) / 420.0).hypot((y - 200.0) / 380.0);
    [0.08, 0.66, 0.26].map(|part| part * (1.02 - 0.18 * far))
}

fn person(canvas: &mut Canvas) {
    // Hair behind the neck.
    canvas.ellipse((320.0, 205.0), (104.0, 128.0), HAIR.map(|part| part * 0.75));
    let mut strands = Vec::new();
    for index in 0..260 {
        let turn = (index as f32 / 259.0 - 0.5) * 5.2;
        let (sin, cos) = turn.sin_cos();
        let length = 46.0 + 44.0 * canvas.chance();
        let root = (320.0 + 88.0 * sin, 205.0 - 116.0 * cos);
        let bent =
            (root.0 + 0.55 * length * sin + 14.0 * (canvas.chance() - 0.5), root.1 - 0.45 * length * cos);
        let tip =
            (bent.0 + 26.0 * (canvas.chance() - 0.5) + 12.0 * sin, bent.1 + 0.75 * length * canvas.chance());
        strands.push((root, bent, tip, 0.35 + 0.45 * canvas.chance(), 0.7 + 0.6 * canvas.chance()));
    }
    for (root, bent, tip, radius, light) in strands {
        canvas.strand(root, bent, tip, radius, HAIR.map(|part| part * light));
    }
    // Shoulders, neck, head.
    canvas.ellipse((320.0, 520.0), (205.0, 158.0), SHIRT);
    canvas.ellipse((320.0, 372.0), (46.0, 62.0), SKIN.map(|part| part * 0.86));
    canvas.ellipse((320.0, 215.0), (76.0, 100.0), SKIN);
    for side in [-1.0, 1.0] {
        canvas.ellipse((320.0 + 31.0 * side, 203.0), (12.0, 6.5), [0.96, 0.95, 0.93]);
        canvas.ellipse((320.0 + 31.0 * side, 203.0), (5.5, 6.0), [0.2, 0.14, 0.1]);
        canvas.ellipse((320.0 + 31.0 * side, 184.0), (16.0, 3.2), HAIR);
        canvas.ellipse((320.0 + 44.0 * side, 243.0), (17.0, 11.0), [0.88, 0.6, 0.52]);
    }
    canvas.ellipse((320.0, 232.0), (9.0, 15.0), SKIN.map(|part| part * 0.93));
    canvas.ellipse((320.0, 272.0), (25.0, 7.5), [0.7, 0.32, 0.3]);
    // The fringe.
    for index in 0..120 {
        let turn = (index as f32 / 119.0 - 0.5) * 2.5;
        let (sin, cos) = turn.sin_cos();
        let root = (320.0 + 84.0 * sin, 205.0 - 116.0 * cos);
        let tip = (320.0 + 92.0 * sin, 150.0 + 70.0 * turn.abs() + 16.0 * canvas.chance());
        let bent = (0.5 * (root.0 + tip.0) + 6.0 * sin, 0.5 * (root.1 + tip.1) - 8.0);
        let light = 0.75 + 0.5 * canvas.chance();
        canvas.strand(root, bent, tip, 1.6, HAIR.map(|part| part * light));
    }
}

struct Canvas {
    pixels: Vec<Rgb>,
    seed: u32,
}

impl Canvas {
    fn ellipse(&mut self, (x, y): (f32, f32), (across, down): (f32, f32), colour: Rgb) {
        self.fill((x - across, y - down), (x + across, y + down), |px, py| {
            let (dx, dy) = ((px - x) / across, (py - y) / down);
            // Light from the upper right.
            (dx * dx + dy * dy <= 1.0).then(|| colour.map(|part| part * (1.0 + 0.1 * dx - 0.12 * dy)))
        });
    }

    /// A bent line of this radius, thinner towards its end.
    fn strand(&mut self, from: (f32, f32), over: (f32, f32), to: (f32, f32), radius: f32, colour: Rgb) {
        for step in 0..=160 {
            let t = step as f32 / 160.0;
            let at = |a: f32, b: f32, c: f32| (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c;
            let (x, y) = (at(from.0, over.0, to.0), at(from.1, over.1, to.1));
            let radius = radius * (1.0 - 0.6 * t);
            self.fill((x - radius, y - radius), (x + radius, y + radius), |px, py| {
                ((px - x).hypot(py - y) <= radius.max(0.24)).then_some(colour)
            });
        }
    }

    fn fill(&mut self, from: (f32, f32), to: (f32, f32), colour: impl Fn(f32, f32) -> Option<Rgb>) {
        let (width, height) = (WIDTH * FINE, HEIGHT * FINE);
        let cell = |value: f32, most: usize| ((value * FINE as f32).max(0.0) as usize).min(most);
        for y in cell(from.1 - 1.0, height)..cell(to.1 + 1.0, height) {
            for x in cell(from.0 - 1.0, width)..cell(to.0 + 1.0, width) {
                let at = ((x as f32 + 0.5) / FINE as f32, (y as f32 + 0.5) / FINE as f32);
                if let Some(colour) = colour(at.0, at.1) {
                    self.pixels[y * width + x] = colour;
                }
            }
        }
    }

    /// From 0 to 1, the same in each run.
    fn chance(&mut self) -> f32 {
        self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.seed >> 8) as f32 / 16_777_216.0
    }

    fn shrunk(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(3 * WIDTH * HEIGHT);
        for y in 0..HEIGHT {
            for x in 0..WIDTH {
                let mut sum = [0.0; 3];
                for row in self.pixels[y * FINE * WIDTH * FINE..].chunks(WIDTH * FINE).take(FINE) {
                    for pixel in &row[x * FINE..(x + 1) * FINE] {
                        sum.iter_mut().zip(pixel).for_each(|(sum, part)| *sum += part);
                    }
                }
                out.extend(sum.map(|sum| (sum / (FINE * FINE) as f32 * 255.0 + 0.5).clamp(0.0, 255.0) as u8));
            }
        }
        out
    }
}
