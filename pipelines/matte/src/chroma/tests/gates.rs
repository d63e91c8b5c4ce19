//! How good a moving matte has to be, before an encoder has had the film; no constant was chosen by the scenes kept out.

use super::{BLUE, SCENE, Scene, draw, mad, picture};
use crate::chroma::{Scratch, find_screen, key};
use crate::finish::Controls;
use crate::picture::Picture;

const FRAMES: usize = 5;

/// dtSSD as the literature has it (Erofeev et al., BMVC 2015; the evaluation of Robust Video Matting computes the same): the root of the
/// mean over all pixels of the squared difference of steps from frame to frame, its mean over all pairs of frames, in hundredths.
fn dtssd(found: &[Vec<u8>], truth: &[Vec<u8>]) -> f64 {
    let pairs = found.windows(2).zip(truth.windows(2)).map(|(found, truth)| {
        let step = |pair: &[Vec<u8>], at: usize| f64::from(pair[1][at]) - f64::from(pair[0][at]);
        let squares = (0..found[0].len()).map(|at| (step(found, at) - step(truth, at)).powi(2));
        (squares.sum::<f64>() / found[0].len() as f64).sqrt() / 255.0 * 100.0
    });
    pairs.sum::<f64>() / (found.len() - 1) as f64
}

/// MAD in thousandths and dtSSD in hundredths.
fn measured(frames: Vec<(Picture, Vec<u8>)>) -> (f64, f64) {
    let screen = find_screen(&frames[0].0, None).unwrap();
    let mut scratch = Scratch::default();
    let (mut found, mut truth) = (Vec::new(), Vec::new());
    for (picture, drawn) in frames {
        found.push(key(picture, screen, false, &Controls::default(), &mut scratch).alpha);
        truth.push(drawn);
    }
    let far = found.iter().zip(&truth).map(|(found, truth)| mad(found, truth)).sum::<f64>();
    (far / found.len() as f64, dtssd(&found, &truth))
}

fn check(scene: Scene, speed: f32) {
    let frame = |at: usize| draw(&Scene { seed: scene.seed + at as u32, ..scene }, speed * at as f32);
    let (far, flicker) = measured((0..FRAMES).map(frame).collect());
    println!("{scene:?} at {speed}: MAD {far:.3} thousandths, dtSSD {flicker:.3} hundredths");
    assert!(far <= 3.0 && flicker <= 0.6, "MAD {far:.3}, dtSSD {flicker:.3}: {scene:?} at {speed}");
}

#[test]
fn hairs_that_move_do_not_flicker() {
    let scene = Scene { width: 640, height: 360, uneven: 0.15, noise: 2.0, ..SCENE };
    check(scene, 1.3);
    check(Scene { hairs: 40.0, noise: 0.0, ..scene }, 1.3);
    check(Scene { hairs: 0.01, ..scene }, 1.3);
    check(Scene { hairs: 12.0, front: [0.1, 0.07, 0.06], screen: BLUE, ..scene }, 1.3);
    check(Scene { hairs: 12.0, front: [0.9, 0.8, 0.1], ..scene }, 1.3);
}

#[test]
fn hairs_kept_out_of_the_tuning_do_not_flicker() {
    let scene = Scene { width: 640, height: 360, uneven: 0.25, noise: 2.0, seed: 77, ..SCENE };
    check(Scene { hairs: 16.0, ..scene }, 2.7);
    check(Scene { hairs: 30.0, front: [0.1, 0.07, 0.06], screen: [0.1, 0.6, 0.2], ..scene }, -3.3);
    check(Scene { hairs: 20.0, front: [0.55, 0.35, 0.2], screen: [0.1, 0.3, 0.75], ..scene }, 0.4);
    check(Scene { hairs: 18.0, front: [0.85, 0.82, 0.78], ..scene }, 5.1);
}

/// Squares side by side, each of another colour, in front of a screen: the outline is hard and there is no one colour in front.
fn squares(seed: u32, shift: f32) -> (Picture, Vec<u8>) {
    let (width, height) = (640, 360);
    let (mut pixels, mut truth) = (Vec::new(), Vec::new());
    for y in 0..height {
        for x in 0..width {
            let (dx, dy) = (x as f32 + 0.5 - 250.0 - shift, y as f32 + 0.5 - 180.0);
            let inside = |distance: f32| (72.5 - distance.abs()).clamp(0.0, 1.0);
            let alpha = inside(dx) * inside(dy);
            let cell = ((dx / 24.0).floor() as i32 * 31 + (dy / 24.0).floor() as i32) as u32 ^ seed;
            let mixed = cell.wrapping_mul(0x9E37_79B1) ^ (cell.wrapping_mul(0x85EB_CA77) >> 13);
            let [_, a, b, c] = mixed.to_be_bytes().map(|byte| f32::from(byte) / 255.0);
            // No colour of the screen's.
            let front = [a.max(b), 0.8 * b, c];
            truth.push((alpha * 255.0).round() as u8);
            pixels.push(std::array::from_fn(|part| alpha * front[part] + (1.0 - alpha) * super::GREEN[part]));
        }
    }
    (picture(width, height, &pixels), truth)
}

#[test]
fn hard_edges_of_many_colours_are_found() {
    for (seed, speed) in [(1, 1.3), (2, 0.7), (51, 2.4)] {
        let (far, flicker) = measured((0..FRAMES).map(|at| squares(seed, speed * at as f32)).collect());
        println!("squares {seed} at {speed}: MAD {far:.3} thousandths, dtSSD {flicker:.3} hundredths");
        assert!(far <= 3.0, "MAD {far:.3} thousandths, dtSSD {flicker:.3} hundredths");
    }
}
