//! Drawn people before a screen: the matte that is found against the one that was drawn.

mod gates;
mod rival;

use super::{Scratch, find_screen, key};
use crate::finish::Controls;
use crate::picture::{ColourSpace, Matted, Picture};

const GREEN: [f32; 3] = [0.05, 0.69, 0.25];
const BLUE: [f32; 3] = [0.05, 0.2, 0.7];
const SKIN: [f32; 3] = [0.8, 0.58, 0.46];

/// What is drawn: the colours, how uneven the light is, how much noise the camera has.
#[derive(Clone, Copy, Debug)]
struct Scene {
    width: usize,
    height: usize,
    front: [f32; 3],
    hairs: f32,
    screen: [f32; 3],
    uneven: f32,
    noise: f32,
    seed: u32,
}

const SCENE: Scene = Scene {
    width: 321,
    height: 241,
    front: SKIN,
    hairs: 24.0,
    screen: GREEN,
    uneven: 0.0,
    noise: 0.0,
    seed: 1,
};

/// A disc with hairs of one to three pixels around it, moved by `shift`.
fn share(scene: &Scene, shift: f32, (x, y): (f32, f32)) -> f32 {
    let (dx, dy) = (x - scene.width as f32 / 2.0 - shift, y - scene.height as f32 / 2.0);
    let (radius, angle) = (dx.hypot(dy), dy.atan2(dx));
    let body = (60.5 - radius).clamp(0.0, 1.0);
    let turn = (angle / std::f32::consts::TAU * scene.hairs + radius / 80.0).rem_euclid(1.0) - 0.5;
    let beside = turn.abs() * std::f32::consts::TAU / scene.hairs * radius;
    let hair = (1.0 + 0.5 * (angle * 3.0).sin() + 0.5 - beside).clamp(0.0, 1.0);
    if radius < 100.0 { body.max(hair) } else { body }
}

fn draw(scene: &Scene, shift: f32) -> (Picture, Vec<u8>) {
    let Scene { width, height, .. } = *scene;
    let mut seed = scene.seed;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let mut truth = Vec::with_capacity(width * height);
    let mut pixels: Vec<[f32; 3]> = Vec::with_capacity(width * height);
    for y in 0..height {
        for x in 0..width {
            let alpha = share(scene, shift, (x as f32 + 0.5, y as f32 + 0.5));
            let light = 1.0 - scene.uneven * (x as f32 / width as f32);
            truth.push((alpha * 255.0).round() as u8);
            pixels.push(std::array::from_fn(|part| {
                let mixed = alpha * scene.front[part] + (1.0 - alpha) * scene.screen[part] * light;
                mixed + scene.noise / 255.0 * noise()
            }));
        }
    }
    (picture(width, height, &pixels), truth)
}

fn picture(width: usize, height: usize, pixels: &[[f32; 3]]) -> Picture {
    let space = ColourSpace::BT709;
    let mut picture = Picture::black(width, height);
    let (across, down) = picture.chroma_size();
    let [luma, cb, cr] = picture.planes_mut();
    for (luma, pixel) in luma.iter_mut().zip(pixels) {
        *luma = space.ycbcr_from_rgb(*pixel)[0];
    }
    for y in 0..down {
        for x in 0..across {
            let at = |dx: usize, dy: usize| {
                pixels[(2 * y + dy).min(height - 1) * width + (2 * x + dx).min(width - 1)]
            };
            let four = [at(0, 0), at(1, 0), at(0, 1), at(1, 1)];
            let mean = std::array::from_fn(|part| four.iter().map(|pixel| pixel[part]).sum::<f32>() / 4.0);
            let colour = space.ycbcr_from_rgb(mean);
            (cb[y * across + x], cr[y * across + x]) = (colour[1], colour[2]);
        }
    }
    picture
}

fn matte(picture: &Picture) -> Matted {
    let screen = find_screen(picture, None).unwrap();
    key(picture.clone(), screen, false, &Controls::default(), &mut Scratch::default())
}

/// Mean absolute difference, in thousandths.
fn mad(found: &[u8], truth: &[u8]) -> f64 {
    let sum: u64 = found.iter().zip(truth).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / 255.0 / truth.len() as f64 * 1000.0
}

#[test]
fn hairs_are_found_before_any_screen() {
    let check = |scene: Scene, most: f64| {
        let (picture, truth) = draw(&scene, 0.0);
        let found = mad(&matte(&picture).alpha, &truth);
        assert!(found < most, "{found:.2} thousandths instead of {most}");
    };
    // A hundred times denser than hair is: 24 strokes across a small picture.
    check(SCENE, 4.0);
    check(Scene { screen: BLUE, ..SCENE }, 4.0);
    check(Scene { front: [0.1, 0.07, 0.06], uneven: 0.4, ..SCENE }, 4.0);
    check(Scene { noise: 4.0, uneven: 0.3, ..SCENE }, 8.0);
    check(Scene { front: [0.9, 0.8, 0.1], ..SCENE }, 8.0);
}

#[test]
fn what_is_surely_screen_or_surely_not_is_exact() {
    for noise in [0.0, 3.0] {
        let scene = Scene { noise, uneven: 0.3, ..SCENE };
        let (picture, truth) = draw(&scene, 0.0);
        let alpha = matte(&picture).alpha;
        let middle = |x: usize, y: usize| (x as f32 - 160.5).hypot(y as f32 - 120.5);
        for (at, (found, truth)) in alpha.iter().zip(&truth).enumerate() {
            let radius = middle(at % scene.width, at / scene.width);
            if !(50.0..=108.0).contains(&radius) {
                assert_eq!(found, truth, "{} {}", at % scene.width, at / scene.width);
            }
        }
    }
}

#[test]
fn colours_lose_the_screen() {
    let (picture, truth) = draw(&SCENE, 0.0);
    let matted = matte(&picture);
    let expected = ColourSpace::BT709.ycbcr_from_rgb(SKIN);
    let [luma, cb, cr] = matted.picture.planes();
    for (at, truth) in truth.iter().enumerate().filter(|(_, truth)| **truth > 0) {
        let (x, y) = (at % SCENE.width, at / SCENE.width);
        let place = y / 2 * SCENE.width.div_ceil(2) + x / 2;
        let seen = [luma[at], cb[place], cr[place]];
        let far = seen.iter().zip(expected).map(|(a, b)| a.abs_diff(b)).max().unwrap();
        assert!(far <= if *truth > 128 { 24 } else { 60 }, "{seen:?} instead of {expected:?} at {x} {y}");
    }
}

#[test]
fn a_state_gives_the_same_screen_again() {
    let (picture, _) = draw(&SCENE, 0.0);
    let screen = find_screen(&picture, None).unwrap();
    assert_eq!(super::Screen::from_bytes(screen.to_bytes()), screen);
    let told = ColourSpace::BT709.ycbcr_from_rgb([0.0, 0.6, 0.2]);
    let refined = find_screen(&picture, Some(told)).unwrap();
    assert!(
        (refined.cb - screen.cb).hypot(refined.cr - screen.cr) < 0.5,
        "{refined:?} instead of {screen:?}"
    );
}

#[test]
fn pictures_without_a_screen_are_all_people() {
    let grey = Picture::black(33, 17);
    assert_eq!(find_screen(&grey, None), None);
    let told = ColourSpace::BT709.ycbcr_from_rgb(GREEN);
    let screen = find_screen(&grey, Some(told)).unwrap();
    let matted = key(grey, screen, false, &Controls::default(), &mut Scratch::default());
    assert_eq!(matted.alpha, vec![255; 33 * 17]);
}

#[test]
fn every_size_has_its_matte() {
    let mut scratch = Scratch::default();
    let told = ColourSpace::BT709.ycbcr_from_rgb(GREEN);
    for (width, height) in [(0, 0), (1, 1), (1, 9), (2, 3), (31, 2), (33, 35), (64, 32), (67, 1)] {
        let picture = picture(width, height, &vec![GREEN; width * height]);
        let screen = find_screen(&picture, Some(told)).unwrap();
        let controls = Controls { erode_pixels: -3, feather_pixels: 2, ..Controls::default() };
        let matted = key(picture, screen, true, &controls, &mut scratch);
        assert_eq!(matted.alpha, vec![0; width * height], "{width}x{height}");
    }
}
