//! Drawn figures whose alpha is known.

use super::*;
use crate::picture::ColourSpace;
use crate::selfie::{AREA, Part, Rect, SIDE, Sample};

const WIDTH: usize = 640;
const HEIGHT: usize = 480;

/// A number from 0 to 1 that depends on a place alone.
fn random(x: usize, y: usize, seed: u32) -> f32 {
    let mut value = (x as u32).wrapping_mul(374_761_393) ^ (y as u32).wrapping_mul(668_265_263) ^ seed;
    value = (value ^ (value >> 13)).wrapping_mul(1_274_126_177);
    ((value ^ (value >> 16)) & 0xffff) as f32 / 65535.0
}

/// Smooth patches of colour with a finer grain on top.
fn texture(x: usize, y: usize, seed: u32) -> [f32; 3] {
    let patch = |cell: usize, seed: u32| {
        let (column, row) = (x / cell, y / cell);
        let (across, down) = ((x % cell) as f32 / cell as f32, (y % cell) as f32 / cell as f32);
        let at = |dx: usize, dy: usize| random(column + dx, row + dy, seed);
        let upper = at(0, 0) * (1.0 - across) + at(1, 0) * across;
        let lower = at(0, 1) * (1.0 - across) + at(1, 1) * across;
        upper * (1.0 - down) + lower * down
    };
    std::array::from_fn(|channel| {
        let seed = seed.wrapping_mul(31).wrapping_add(channel as u32 * 7919);
        0.6 * patch(60, seed) + 0.3 * patch(17, seed + 1) + 0.1 * patch(5, seed + 2)
    })
}

struct Drawn {
    picture: Picture,
    /// 0 to 1.
    alpha: Vec<f32>,
    /// What the figure's colour is, everywhere.
    figure: Vec<[f32; 3]>,
}

/// Head, shoulders and thin strands of hair before a texture; edges a pixel soft.
fn drawn(seed: u32) -> Drawn {
    let (middle, head) = (310.0 + 20.0 * random(1, 2, seed), 170.0);
    let ellipse = |x: f32, y: f32, (cx, cy): (f32, f32), (a, b): (f32, f32)| {
        let q = (((x - cx) / a).powi(2) + ((y - cy) / b).powi(2)).sqrt();
        (0.5 - (q - 1.0) * a.min(b)).clamp(0.0, 1.0)
    };
    let strands: Vec<[f32; 4]> = (0..40)
        .map(|index| {
            let angle = std::f32::consts::PI * (1.0 + random(index, 3, seed));
            let length = 10.0 + 25.0 * random(index, 4, seed);
            let (x, y) = (middle + 78.0 * angle.cos(), head + 98.0 * angle.sin());
            [x, y, x + length * angle.cos(), y + length * angle.sin()]
        })
        .collect();
    let strand = |x: f32, y: f32| {
        let distance = |[x0, y0, x1, y1]: &[f32; 4]| {
            let (dx, dy) = (x1 - x0, y1 - y0);
            let along = (((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
            ((x - x0 - along * dx).powi(2) + (y - y0 - along * dy).powi(2)).sqrt()
        };
        strands.iter().map(|strand| (1.2 - distance(strand)).clamp(0.0, 1.0)).fold(0.0, f32::max)
    };
    let hair = [0.12 + 0.3 * random(9, 9, seed), 0.1, 0.08];
    let shirt: [f32; 3] = std::array::from_fn(|channel| 0.15 + 0.7 * random(channel, 11, seed));
    let mut picture = Picture::black(WIDTH, HEIGHT);
    let (mut alpha, mut figure) = (vec![0.0; WIDTH * HEIGHT], vec![[0.0; 3]; WIDTH * HEIGHT]);
    let mut colours = vec![[0u8; 3]; WIDTH * HEIGHT];
    for at in 0..WIDTH * HEIGHT {
        let (x, y) = (at % WIDTH, at / WIDTH);
        let (fx, fy) = (x as f32 + 0.5, y as f32 + 0.5);
        let in_head = ellipse(fx, fy, (middle, head), (80.0, 100.0));
        let in_body = ellipse(fx, fy, (middle, 490.0), (200.0, 190.0));
        alpha[at] = in_head.max(in_body).max(strand(fx, fy));
        let base = if fy > 285.0 {
            shirt
        } else if fy < head || in_head < 1.0 {
            hair
        } else {
            [0.8, 0.6, 0.5]
        };
        let grain = 0.06 * (random(x / 2, y / 2, seed + 5) - 0.5);
        figure[at] = base.map(|value| value + grain);
        let behind = texture(x, y, seed);
        let noise = 0.02 * (random(x, y, seed + 6) - 0.5);
        let rgb = std::array::from_fn(|channel| {
            (alpha[at] * figure[at][channel] + (1.0 - alpha[at]) * behind[channel] + noise).clamp(0.0, 1.0)
        });
        colours[at] = ColourSpace::BT709.ycbcr_from_rgb(rgb);
    }
    let [luma, cb, cr] = picture.planes_mut();
    for (at, colour) in colours.iter().enumerate() {
        luma[at] = colour[0];
    }
    for at in 0..cb.len() {
        let (x, y) = (at % (WIDTH / 2) * 2, at / (WIDTH / 2) * 2);
        let near = [y * WIDTH + x, y * WIDTH + x + 1, (y + 1) * WIDTH + x, (y + 1) * WIDTH + x + 1];
        let mean =
            |channel: usize| (near.iter().map(|at| u32::from(colours[*at][channel])).sum::<u32>() / 4) as u8;
        (cb[at], cr[at]) = (mean(1), mean(2));
    }
    Drawn { picture, alpha, figure }
}

/// The true alpha as a small network would tell it: reduced, and soft over some cells.
fn guess_of(drawn: &Drawn) -> Guess {
    let view = Rect::whole(WIDTH, HEIGHT);
    let mut cells = vec![[0.0f32; 1]; AREA];
    let mut counts = vec![0.0f32; AREA];
    for (at, alpha) in drawn.alpha.iter().enumerate() {
        let cell = (at / WIDTH * SIDE / HEIGHT) * SIDE + at % WIDTH * SIDE / WIDTH;
        cells[cell][0] += alpha;
        counts[cell] += 1.0;
    }
    cells.iter_mut().zip(&counts).for_each(|(cell, count)| cell[0] /= count);
    // What a network of this size does not see: strands.
    let ones = vec![[1.0f32; 1]; AREA];
    let mean = |cells: &[[f32; 1]], reach: usize| -> Vec<[f32; 1]> {
        let counts = grid::blurred(&ones, SIDE, reach);
        let sums = grid::blurred(cells, SIDE, reach);
        sums.iter().zip(&counts).map(|(sum, count)| [sum[0] / count[0]]).collect()
    };
    let hard: Vec<_> = mean(&cells, 2).iter().map(|cell| [f32::from(u8::from(cell[0] > 0.5))]).collect();
    let soft = mean(&mean(&hard, 1), 1);
    let mask = soft.iter().map(|cell| (cell[0] * 255.0 + 0.5) as u8).collect();
    let part = Part { view, mask, sample: Sample::of(&drawn.picture, &view) };
    Guess { parts: vec![part], is_cut: true }
}

/// The mask enlarged, and nothing else.
fn bilinear(mask: &[u8]) -> Vec<u8> {
    let place = |pixel: usize, length: usize| {
        let place = ((pixel as f32 + 0.5) * SIDE as f32 / length as f32 - 0.5).clamp(0.0, 255.0);
        let cell = (place as usize).min(SIDE - 2);
        (cell, place - cell as f32)
    };
    (0..WIDTH * HEIGHT)
        .map(|at| {
            let ((column, across), (row, down)) = (place(at % WIDTH, WIDTH), place(at / WIDTH, HEIGHT));
            let at = |dx: usize, dy: usize| f32::from(mask[(row + dy) * SIDE + column + dx]);
            let upper = at(0, 0) * (1.0 - across) + at(1, 0) * across;
            let lower = at(0, 1) * (1.0 - across) + at(1, 1) * across;
            (upper * (1.0 - down) + lower * down + 0.5) as u8
        })
        .collect()
}

/// Pixels within some of the true edge.
fn band(drawn: &Drawn) -> Vec<bool> {
    let edge: Vec<u8> =
        drawn.alpha.iter().map(|alpha| if (0.02..0.98).contains(alpha) { 255 } else { 0 }).collect();
    grid::dilated(&edge, WIDTH, 10).into_iter().map(|value| value > 0).collect()
}

/// Mean absolute difference there, 0 to 1.
fn band_error(drawn: &Drawn, alpha: &[u8]) -> f32 {
    let band = band(drawn);
    let (mut sum, mut count) = (0.0, 0.0);
    for ((alpha, truth), is_in) in alpha.iter().zip(&drawn.alpha).zip(&band) {
        if *is_in {
            sum += (f32::from(*alpha) / 255.0 - truth).abs();
            count += 1.0;
        }
    }
    sum / count
}

#[test]
fn edges_are_a_fifth_better_than_those_of_the_mask_enlarged() {
    for seed in [1, 2, 3, 4, 5] {
        let drawn = drawn(seed);
        let guess = guess_of(&drawn);
        let plain = band_error(&drawn, &bilinear(&guess.parts[0].mask));
        let ours = band_error(&drawn, &alpha_from_guess(&drawn.picture, &guess));
        assert!(ours < 0.8 * plain, "{seed}: {ours} {plain}");
    }
}

#[test]
fn inside_is_all_and_outside_is_nothing() {
    let drawn = drawn(7);
    let alpha = alpha_from_guess(&drawn.picture, &guess_of(&drawn));
    let band = band(&drawn);
    let far = grid::dilated(&band.iter().map(|is_in| u8::from(*is_in)).collect::<Vec<_>>(), WIDTH, 12);
    for (at, ((alpha, truth), near)) in alpha.iter().zip(&drawn.alpha).zip(&far).enumerate() {
        if *near == 0 {
            let wanted = if *truth > 0.5 { 255 } else { 0 };
            assert_eq!(*alpha, wanted, "at {}, {}", at % WIDTH, at / WIDTH);
        }
    }
}

#[test]
fn edges_take_the_colour_of_the_figure() {
    let drawn = drawn(3);
    let alpha: Vec<u8> = drawn.alpha.iter().map(|alpha| (alpha * 255.0 + 0.5) as u8).collect();
    let before = drawn.picture.clone();
    let after = finish_alpha(drawn.picture.clone(), alpha.clone(), &Controls::default()).picture;
    let error = |picture: &Picture| {
        let (mut sum, mut count) = (0.0, 0.0);
        for (at, alpha) in alpha.iter().enumerate().filter(|(_, alpha)| (60..200).contains(*alpha)) {
            let wanted =
                ColourSpace::BT709.ycbcr_from_rgb(drawn.figure[at].map(|value| value.clamp(0.0, 1.0)));
            sum += f32::from(picture.luma()[at].abs_diff(wanted[0])) * f32::from(*alpha) / 255.0;
            count += f32::from(*alpha) / 255.0;
        }
        sum / count
    };
    assert!(error(&after) < 0.5 * error(&before), "{} {}", error(&after), error(&before));
}

#[test]
fn far_from_everybody_the_picture_is_blank() {
    let drawn = drawn(3);
    let alpha: Vec<u8> = drawn.alpha.iter().map(|alpha| (alpha * 255.0 + 0.5) as u8).collect();
    let matted = finish_alpha(drawn.picture.clone(), alpha.clone(), &Controls::default());
    let near = grid::dilated(&alpha, WIDTH, 48);
    let blank = near.iter().zip(matted.picture.luma()).filter(|(near, _)| **near == 0);
    let mut count = 0;
    for (_, luma) in blank {
        assert_eq!(*luma, 16);
        count += 1;
    }
    assert!(count > 10_000, "{count}");
    // What is wholly somebody is not touched.
    for (at, alpha) in alpha.iter().enumerate() {
        if *alpha == 255 {
            assert_eq!(matted.picture.luma()[at], drawn.picture.luma()[at]);
        }
    }
}

#[test]
fn no_controls_leave_an_alpha_as_it_is() {
    let alpha: Vec<u8> = (0..WIDTH * HEIGHT).map(|at| (at % 251) as u8).collect();
    let matted = finish_alpha(Picture::black(WIDTH, HEIGHT), alpha.clone(), &Controls::default());
    assert_eq!(matted.alpha, alpha);
}

#[test]
fn controls_thin_soften_and_harden() {
    let square = |x: usize, y: usize| (200..400).contains(&x) && (100..300).contains(&y);
    let alpha: Vec<u8> =
        (0..WIDTH * HEIGHT).map(|at| if square(at % WIDTH, at / WIDTH) { 255 } else { 0 }).collect();
    let shaped =
        |controls: Controls| finish_alpha(Picture::black(WIDTH, HEIGHT), alpha.clone(), &controls).alpha;
    let count = |alpha: &[u8]| alpha.iter().filter(|alpha| **alpha == 255).count();
    let thin = shaped(Controls { erode_pixels: 3, ..Controls::default() });
    assert_eq!(count(&thin), 194 * 194);
    let thick = shaped(Controls { erode_pixels: -3, ..Controls::default() });
    assert_eq!(count(&thick), 206 * 206);
    let soft = shaped(Controls { feather_pixels: 8, ..Controls::default() });
    let row: Vec<u8> = soft[200 * WIDTH + 180..200 * WIDTH + 220].to_vec();
    assert!(row.is_sorted() && row[0] == 0 && row[39] == 255, "{row:?}");
    assert!(row.iter().filter(|alpha| (1..255).contains(*alpha)).count() >= 8, "{row:?}");
    let hard = shaped(Controls { feather_pixels: 8, levels: (0.4, 0.6), ..Controls::default() });
    assert_eq!(soft, hard, "levels come before the feather");
}

#[test]
fn pictures_of_any_size_are_finished() {
    for (width, height) in [(0, 0), (1, 1), (2, 3), (7, 5), (17, 9), (641, 361)] {
        let view = Rect::whole(width, height);
        let picture = Picture::black(width, height);
        let part = Part { view, mask: vec![200; AREA], sample: Sample::of(&picture, &view) };
        let controls = Controls { erode_pixels: 2, feather_pixels: 3, levels: (0.1, 0.9) };
        let matted = finish(picture, &Guess { parts: vec![part], is_cut: true }, &controls);
        assert_eq!(matted.alpha.len(), width * height);
    }
}

#[test]
fn checks_in_the_mask_leave_no_dots_where_colours_tell_nothing() {
    // Somebody on the left, nobody on the right, and between them what a network's last layers leave where it does not know.
    let mask = (0..AREA).map(|at| match (at % SIDE, at / SIDE % 2) {
        (..100, _) => 255,
        (156.., _) => 0,
        (column, row) => {
            if (column + row).is_multiple_of(2) {
                90
            } else {
                160
            }
        }
    });
    let view = Rect::whole(1024, 1024);
    let picture = Picture::black(1024, 1024);
    let part = Part { view, mask: mask.collect(), sample: Sample::of(&picture, &view) };
    let alpha = alpha_from_guess(&picture, &Guess { parts: vec![part], is_cut: true });
    let between = alpha.chunks_exact(1024).flat_map(|row| &row[416..608]);
    let (least, greatest) =
        between.fold((255, 0), |(least, greatest), alpha| (*alpha.min(&least), *alpha.max(&greatest)));
    assert!(greatest - least <= 2 && least > 100, "{least} to {greatest}");
}

#[test]
fn parts_of_another_picture_are_left_out() {
    let picture = Picture::black(64, 48);
    let view = Rect { left: 32, top: 0, right: 65, bottom: 48 };
    let beyond = Part { view, mask: vec![255; AREA], sample: Sample::of(&picture, &view) };
    let short = Part { view: Rect::whole(64, 48), mask: vec![255; 9], sample: beyond.sample.clone() };
    let guess = Guess { parts: vec![beyond, short], is_cut: false };
    assert_eq!(alpha_from_guess(&picture, &guess), vec![0; 64 * 48]);
}
