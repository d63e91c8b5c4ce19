//! What a 1080p frame costs besides the network: CPU milliseconds of the guess and of the finish, on one thread.
//!
//! `cargo run --release -p reel-matte --example selfie_cost`

#![expect(clippy::unwrap_used, reason = "a measurement ends with the first error")]

use std::time::Instant;

use reel_matte::finish::{Controls, finish};
use reel_matte::picture::{ColourSpace, Picture};
use reel_matte::selfie::{AREA, Segment, Tracker};

const WIDTH: usize = 1920;
const HEIGHT: usize = 1080;
const FRAMES: usize = 100;

/// Answers with what is red, and counts its own time.
#[derive(Default)]
struct RedIsSomebody {
    millis: f64,
}

impl Segment for RedIsSomebody {
    type Error = std::convert::Infallible;

    fn segment(&mut self, rows: &[f32]) -> Result<Vec<f32>, Self::Error> {
        let start = cpu_millis();
        let answers = rows
            .chunks_exact(3 * AREA)
            .flat_map(|rows| {
                let (red, rest) = rows.split_at(AREA);
                red.iter().zip(rest).map(|(red, green)| ((red - green - 0.15) * 4.0).clamp(0.0, 1.0))
            })
            .collect();
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

/// Somebody red, from the head to the hips, before stripes; with some noise.
fn picture(frame: usize) -> Picture {
    let mut picture = Picture::black(WIDTH, HEIGHT);
    let mut seed = frame as u32 + 1;
    for (at, luma) in picture.planes_mut()[0].iter_mut().enumerate() {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *luma = 60 + ((at % WIDTH + at / WIDTH) / 16 % 8 * 16) as u8 + (seed >> 29) as u8;
    }
    for (at, sample) in picture.planes_mut()[2].iter_mut().enumerate() {
        let across = ((at % (WIDTH / 2)) as f32 - 480.0) / 240.0;
        let down = ((at / (WIDTH / 2)) as f32 - 540.0) / 450.0;
        if across * across + down * down < 1.0 {
            *sample = 200;
        }
    }
    picture
}

fn main() {
    let mut network = RedIsSomebody::default();
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
