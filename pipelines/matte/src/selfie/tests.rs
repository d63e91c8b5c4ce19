//! Scenes for the tracker, with a segmenter that knows one colour.

use super::*;
use crate::picture::{ColourSpace, Picture};

/// Answers with what is red, when there is enough of it in the view: a real network does not see small figures either.
struct RedIsSomebody {
    /// Counts the pictures it was shown.
    looks: usize,
    /// Also answers to what is green and lies in the left half of what it is shown: not so in the mirror.
    is_fooled: bool,
    /// Noise of the picture in the answer.
    noise: f32,
}

impl RedIsSomebody {
    fn new() -> Self {
        Self { looks: 0, is_fooled: false, noise: 0.0 }
    }
}

impl Segment for RedIsSomebody {
    type Error = String;

    fn segment(&mut self, rows: &[f32]) -> Result<Vec<f32>, String> {
        let mut answers = Vec::new();
        for rows in rows.chunks_exact(3 * AREA) {
            self.looks += 1;
            let (red, rest) = rows.split_at(AREA);
            let (green, blue) = rest.split_at(AREA);
            let colours = red.iter().zip(green).zip(blue);
            let mut answer: Vec<f32> = colours
                .enumerate()
                .map(|(at, ((red, green), blue))| {
                    let is_fooling = self.is_fooled && at % SIDE < SIDE / 2 && *green > 0.5 && *red < 0.4;
                    let red = (red - 0.5 * (green + blue)).clamp(0.0, 1.0);
                    if is_fooling {
                        1.0
                    } else {
                        ((red - 0.25) * 4.0 + self.noise * (green - 0.3)).clamp(0.0, 1.0)
                    }
                })
                .collect();
            if answer.iter().sum::<f32>() < 0.02 * AREA as f32 {
                answer.fill(0.0);
            }
            answers.append(&mut answer);
        }
        Ok(answers)
    }
}

const WIDTH: usize = 960;
const HEIGHT: usize = 540;

/// A grey wall with stripes.
fn wall(brightness: u8) -> Picture {
    let mut picture = Picture::black(WIDTH, HEIGHT);
    for (at, luma) in picture.planes_mut()[0].iter_mut().enumerate() {
        *luma = brightness + (at % WIDTH / 40 % 2 * 12) as u8 + (at / WIDTH / 60 % 2 * 8) as u8;
    }
    picture
}

/// Draws a standing ellipse of a colour.
fn draw(picture: &mut Picture, (x, y): (f32, f32), (wide, tall): (f32, f32), rgb: [f32; 3]) {
    let colour = ColourSpace::BT601.ycbcr_from_rgb(rgb);
    let is_within = |column: usize, row: usize, scale: f32| {
        let across = ((column as f32 + 0.5) * scale - x) / (wide / 2.0);
        let down = ((row as f32 + 0.5) * scale - y) / (tall / 2.0);
        across * across + down * down <= 1.0
    };
    for (plane, value) in picture.planes_mut().into_iter().zip(colour) {
        let scale = if plane.len() == WIDTH * HEIGHT { 1 } else { 2 };
        let width = WIDTH / scale;
        for (at, sample) in plane.iter_mut().enumerate() {
            if is_within(at % width, at / width, scale as f32) {
                *sample = value;
            }
        }
    }
}

const RED: [f32; 3] = [0.9, 0.1, 0.1];

fn red_at(x: f32, y: f32) -> Picture {
    let mut picture = wall(90);
    draw(&mut picture, (x, y), (50.0, 130.0), RED);
    picture
}

/// The guess at full size, and how well that agrees with an ellipse there.
fn overlap(picture: &Picture, guess: &Guess, (x, y): (f32, f32)) -> f32 {
    let alpha = crate::finish::alpha_from_guess(picture, guess);
    let (mut both, mut either) = (0, 0);
    for (at, alpha) in alpha.iter().enumerate() {
        let (across, down) = (((at % WIDTH) as f32 + 0.5 - x) / 25.0, ((at / WIDTH) as f32 + 0.5 - y) / 65.0);
        let (is_drawn, is_found) = (across * across + down * down <= 1.0, *alpha > 127);
        both += u32::from(is_drawn && is_found);
        either += u32::from(is_drawn || is_found);
    }
    both as f32 / either.max(1) as f32
}

fn tracker() -> Tracker {
    Tracker::new(ColourSpace::BT601)
}

#[test]
fn a_figure_too_small_for_the_whole_frame_is_found_and_followed() {
    let (mut tracker, mut network) = (tracker(), RedIsSomebody::new());
    for frame in 0..60 {
        let (x, y) = (150.0 + 11.0 * frame as f32, 250.0 + 60.0 * (frame as f32 / 8.0).sin());
        let picture = red_at(x, y);
        let guess = tracker.step(&picture, &mut network).unwrap();
        assert_eq!(guess.parts.len(), 1, "frame {frame}");
        let overlap = overlap(&picture, &guess, (x, y));
        assert!(overlap > 0.9, "frame {frame}: {overlap}");
    }
}

#[test]
fn after_the_first_frame_little_is_looked_at() {
    let (mut tracker, mut network) = (tracker(), RedIsSomebody::new());
    tracker.step(&red_at(300.0, 250.0), &mut network).unwrap();
    let first = network.looks;
    for _ in 0..100 {
        tracker.step(&red_at(300.0, 250.0), &mut network).unwrap();
    }
    assert!(first < 120, "{first}");
    assert!(network.looks - first < 250, "{}", network.looks - first);
}

#[test]
fn an_empty_scene_gives_nobody() {
    let (mut tracker, mut network) = (tracker(), RedIsSomebody::new());
    for frame in 0..20 {
        let guess = tracker.step(&wall(90 + frame), &mut network).unwrap();
        assert_eq!(guess.parts, []);
    }
}

#[test]
fn what_looks_otherwise_in_the_mirror_is_nobody() {
    let mut picture = wall(90);
    draw(&mut picture, (400.0, 270.0), (160.0, 300.0), [0.1, 0.9, 0.1]);
    let mut network = RedIsSomebody { is_fooled: true, ..RedIsSomebody::new() };
    let mut tracker = tracker();
    for _ in 0..20 {
        assert_eq!(tracker.step(&picture, &mut network).unwrap().parts, []);
    }
}

#[test]
fn two_people_are_two_parts_and_one_who_leaves_is_forgotten() {
    let (mut tracker, mut network) = (tracker(), RedIsSomebody::new());
    let both = |x: f32| {
        let mut picture = red_at(x, 250.0);
        draw(&mut picture, (200.0, 300.0), (60.0, 150.0), RED);
        picture
    };
    assert_eq!(tracker.step(&both(700.0), &mut network).unwrap().parts.len(), 2);
    let mut counts = Vec::new();
    for frame in 0..40 {
        let guess = tracker.step(&both(700.0 + 12.0 * frame as f32), &mut network).unwrap();
        counts.push(guess.parts.len());
    }
    assert_eq!((counts[0], counts[10], counts[35]), (2, 2, 1), "{counts:?}");
}

#[test]
fn somebody_who_comes_in_is_found_by_the_motion() {
    let (mut tracker, mut network) = (tracker(), RedIsSomebody::new());
    let mut found_at = None;
    for frame in 0..40 {
        let guess = tracker.step(&red_at(-40.0 + 9.0 * frame as f32, 250.0), &mut network).unwrap();
        if found_at.is_none() && !guess.parts.is_empty() {
            found_at = Some(frame);
        }
    }
    // The whole of it is in the frame from frame 8 on.
    assert!(found_at.is_some_and(|frame| frame <= 20), "{found_at:?}");
}

#[test]
fn a_run_that_goes_on_from_a_written_state_is_the_same_run() {
    let picture = |frame: usize| red_at(300.0 + 17.0 * frame as f32, 250.0 + frame as f32);
    let (mut whole, mut network) = (tracker(), RedIsSomebody::new());
    let mut written = String::new();
    let mut wanted = Vec::new();
    for frame in 0..24 {
        if frame == 11 {
            written = serde_json::to_string(whole.state()).unwrap();
        }
        wanted.push(whole.step(&picture(frame), &mut network).unwrap());
    }
    let state: State = serde_json::from_str(&written).unwrap();
    let mut resumed = Tracker::resume(ColourSpace::BT601, state);
    for (frame, wanted) in wanted.iter().enumerate().skip(11) {
        assert_eq!(&resumed.step(&picture(frame), &mut network).unwrap(), wanted, "frame {frame}");
    }
    assert_eq!(resumed.state(), whole.state());
}

#[test]
fn the_first_frame_after_a_cut_is_a_fresh_start() {
    let (mut tracker, mut network) = (tracker(), RedIsSomebody::new());
    for frame in 0..9 {
        let guess = tracker.step(&red_at(300.0 + frame as f32, 250.0), &mut network).unwrap();
        assert_eq!(guess.is_cut, frame == 0);
    }
    let mut other = wall(180);
    draw(&mut other, (330.0, 260.0), (60.0, 150.0), RED);
    let guess = tracker.step(&other, &mut network).unwrap();
    assert!(guess.is_cut);
    let mut fresh = Tracker::new(ColourSpace::BT601);
    assert_eq!(guess, fresh.step(&other, &mut network).unwrap());
    assert_eq!(tracker.state(), fresh.state());
}

#[test]
fn a_still_person_in_noise_flickers_less_than_the_answers_do() {
    let mut seed = 1u32;
    let mut noisy = |_| {
        let mut picture = red_at(480.0, 270.0);
        for luma in picture.planes_mut()[0].iter_mut() {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *luma = luma.saturating_add_signed((seed >> 29) as i8 - 4);
        }
        picture
    };
    let pictures: Vec<_> = (0..12).map(&mut noisy).collect();
    let flicker = |masks: &[Vec<u8>]| -> u64 {
        let pairs = masks.windows(2).skip(2);
        pairs
            .flat_map(|pair| pair[0].iter().zip(&pair[1]))
            .map(|(one, other)| u64::from(one.abs_diff(*other)))
            .sum()
    };
    let mut network = RedIsSomebody { noise: 2.0, ..RedIsSomebody::new() };
    let mut tracker = tracker();
    let steady: Vec<_> = pictures
        .iter()
        .map(|picture| tracker.step(picture, &mut network).unwrap().parts.remove(0).mask)
        .collect();
    let fresh: Vec<_> = pictures
        .iter()
        .map(|picture| {
            Tracker::new(ColourSpace::BT601).step(picture, &mut network).unwrap().parts.remove(0).mask
        })
        .collect();
    assert!(flicker(&fresh) > 0);
    assert!(flicker(&steady) * 2 < flicker(&fresh), "{} {}", flicker(&steady), flicker(&fresh));
}

#[test]
fn a_failed_step_leaves_the_state_as_it_was() {
    struct Broken;
    impl Segment for Broken {
        type Error = String;
        fn segment(&mut self, rows: &[f32]) -> Result<Vec<f32>, String> {
            Ok(vec![0.0; rows.len() / 3 - 1])
        }
    }
    let mut tracker = tracker();
    tracker.step(&red_at(300.0, 250.0), &mut RedIsSomebody::new()).unwrap();
    let before = tracker.state().clone();
    let told = tracker.step(&red_at(310.0, 250.0), &mut Broken).unwrap_err();
    assert!(matches!(told, GuessError::Answer { .. }), "{told}");
    assert_eq!(tracker.state(), &before);
}

#[test]
fn frames_of_odd_and_tiny_sizes_are_taken() {
    for (width, height) in [(1, 1), (2, 2), (3, 7), (33, 31), (641, 361), (64, 900)] {
        let picture = Picture::black(width, height);
        let guess = tracker().step(&picture, &mut RedIsSomebody::new()).unwrap();
        assert_eq!(guess.parts, [], "{width}x{height}");
    }
}
