//! What a 1080p frame costs besides the network: CPU milliseconds of the guess and of the finish, on one thread.
//!
//! `cargo run --release -p reel-matte --example selfie_cost`

#![expect(clippy::unwrap_used, reason = "a measurement ends with the first error")]

use std::time::Instant;

use reel_matte::finish::{Controls, finish};
use reel_matte::picture::{ColourSpace, Picture};
use reel_matte::selfie::{AREA, SIDE, Segment, Tracker};

const WIDTH: usize = 1920;
const HEIGHT: usize = 1080;
const FRAMES: usize = 100;

/// Answers with a soft disc of a third of the view, wherever it looks, and counts its own time.
struct Disc {
    answer: Vec<f32>,
    millis: f64,
}

impl Segment for Disc {
    type Error = std::convert::Infallible;

    fn segment(&mut self, rows: &[f32]) -> Result<Vec<f32>, Self::Error> {
        let start = cpu_millis();
        let answers = self.answer.repeat(rows.len() / (3 * AREA));
        self.millis += cpu_millis() - start;
        Ok(answers)
    }
}

/// CPU time of this thread, where the system tells it; else the clock's.
fn cpu_millis() -> f64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|told| told.split(' ').next()?.parse::<f64>().ok());
    nanos.unwrap_or_else(|| START.get_or_init(Instant::now).elapsed().as_nanos() as f64) / 1e6
}

/// Stripes that move a little, and some noise.
fn picture(frame: usize) -> Picture {
    let mut picture = Picture::black(WIDTH, HEIGHT);
    let mut seed = frame as u32 + 1;
    for (at, luma) in picture.planes_mut()[0].iter_mut().enumerate() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *luma = 60 + ((at % WIDTH + at / WIDTH) / 16 % 8 * 16) as u8 + (seed >> 29) as u8;
    }
    picture
}

fn main() {
    let answer = (0..AREA)
        .map(|at| {
            let (x, y) = ((at % SIDE) as f32 - 127.5, (at / SIDE) as f32 - 127.5);
            ((84.0 - (x * x + y * y).sqrt()) / 6.0).clamp(0.0, 1.0)
        })
        .collect();
    let mut network = Disc { answer, millis: 0.0 };
    let mut tracker = Tracker::new(ColourSpace::BT709);
    let pictures: Vec<_> = (0..4).map(picture).collect();
    tracker.step(&pictures[0], &mut network).unwrap();
    network.millis = 0.0;
    let (mut guess_millis, mut finish_millis) = (0.0, 0.0);
    for frame in 0..FRAMES {
        let start = cpu_millis();
        let guess = tracker.step(&pictures[frame % 4], &mut network).unwrap();
        guess_millis += cpu_millis() - start;
        let picture = pictures[frame % 4].clone();
        let start = cpu_millis();
        let matted = finish(picture, &guess, &Controls::default());
        finish_millis += cpu_millis() - start;
        assert!(matted.alpha.contains(&255) && matted.alpha.contains(&0));
    }
    let frames = FRAMES as f64;
    println!(
        "{WIDTH}x{HEIGHT}: guess {:.2} ms, finish {:.2} ms of CPU a frame",
        (guess_millis - network.millis) / frames,
        finish_millis / frames
    );
}
