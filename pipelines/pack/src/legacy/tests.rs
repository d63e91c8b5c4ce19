//! Every cell comes back from our own JPEG.

use super::*;
use crate::frame::{FileId, FrameHeader, FrameKind, write_header};

fn grid(width: u32, height: u32, count: u16, nine_to_one: bool) -> Grid {
    Grid { width, height, colours: Colours::new(count).unwrap(), nine_to_one }
}

fn body(grid: &Grid, seed: u64) -> Vec<u8> {
    let metadata = format!("{{\"color_count\":{}}}", grid.colours.count());
    let file_id = FileId::of(metadata.as_bytes());
    let header = FrameHeader { kind: FrameKind::Data, file_id, frame_number: 1, symbol_bytes: 64 };
    let mut body = Vec::new();
    write_header(&header, metadata.as_bytes(), &[], &mut body).unwrap();
    let header_bytes = body.len();
    body.resize(grid.capacity_bytes(0), 0);
    fastrand::Rng::with_seed(seed).fill(&mut body[header_bytes..]);
    body
}

#[test]
fn bodies_come_back_from_jpegs_of_any_count_of_colours() {
    for count in [2, 3, 4, 5, 8, 16, 27, 32, 64, 100, 128, 256] {
        for nine_to_one in [true, false] {
            for (width, height) in [(320, 240), (202, 130)] {
                let grid = grid(width, height, count, nine_to_one);
                let writer = PictureWriter::new(grid);
                let (mut jpeg, mut read) = (Vec::new(), Vec::new());
                for seed in 0..4 {
                    let body = body(&grid, seed);
                    writer.write(None, &body, &[], &mut jpeg).unwrap();
                    PictureReader::new().read_jpeg(&jpeg, &mut read).unwrap();
                    assert!(read == body, "{count} colours, {nine_to_one}, {width}x{height}, seed {seed}");
                }
            }
        }
    }
}

#[test]
fn what_is_looked_up_is_what_is_computed() {
    for count in [2, 4, 8] {
        for (width, height) in [(320, 240), (202, 130), (64, 66), (1920, 1080)] {
            let grid = grid(width, height, count, true);
            let writer = PictureWriter::new(grid);
            assert!(writer.looks_up(), "{count} colours");
            let (mut jpeg, mut scan) = (Vec::new(), Vec::new());
            for body in [body(&grid, 1), vec![0xFF; grid.capacity_bytes(0)], vec![0xA5; 17]] {
                writer.write(None, &body, &[], &mut jpeg).unwrap();
                scan.clear();
                writer.compute(None, 0, &body, &mut scan);
                scan.extend_from_slice(&crate::jpeg::marks::TAIL);
                assert!(jpeg.ends_with(&scan), "{count} colours, {width}x{height}");
            }
        }
    }
}

#[test]
fn what_is_recognised_is_what_is_computed() {
    for count in [2, 4, 8] {
        for (width, height) in [(320, 240), (202, 130), (64, 66), (1920, 1080)] {
            let grid = grid(width, height, count, true);
            let writer = PictureWriter::new(grid);
            let mut reader = PictureReader::new();
            let (mut jpeg, mut read) = (Vec::new(), Vec::new());
            for seed in 0..2 {
                let body = body(&grid, seed);
                writer.write(None, &body, &body[..9], &mut jpeg).unwrap();
                reader.read_jpeg(&jpeg, &mut read).unwrap();
                assert!(reader.recognises() && read == body, "{count} colours, {width}x{height}");
            }
            let full = grid.capacity_bytes(0);
            for body in [vec![0xFF; full], vec![0; full]] {
                writer.write(None, &body, &[], &mut jpeg).unwrap();
                let header = crate::jpeg::read_header(&jpeg).unwrap();
                let mut recogniser =
                    recognise::Recogniser::of(&jpeg, &header, std::iter::once(grid)).unwrap();
                recogniser.read(&jpeg, &header, &mut read).unwrap();
                assert!(read == body, "{count} colours, {width}x{height}");
            }
        }
    }
}

#[test]
fn damaged_pictures_are_read_as_without_recognising() {
    let grid = grid(202, 130, 8, true);
    let mut random = fastrand::Rng::with_seed(8);
    let (mut good, mut whole) = (Vec::new(), Vec::new());
    PictureWriter::new(grid).write(None, &body(&grid, 1), &[], &mut good).unwrap();
    let mut reader = PictureReader::new();
    reader.read_jpeg(&good, &mut whole).unwrap();
    assert!(reader.recognises());
    let mut came_back = 0;
    for turn in 0..300 {
        let mut jpeg = good.clone();
        let at = random.usize(..jpeg.len());
        match turn % 3 {
            0 => jpeg[at] ^= 1 << random.u8(..8),
            1 => jpeg.truncate(at),
            _ => drop(jpeg.drain(at..(at + random.usize(1..40)).min(good.len()))),
        }
        let (mut recognised, mut computed) = (Vec::new(), Vec::new());
        let ours = reader.read_jpeg(&jpeg, &mut recognised);
        let plain = PictureReader::new().compute(&jpeg, &mut computed);
        assert_eq!(ours, plain, "turn {turn}");
        if ours.is_ok() {
            assert!(recognised == computed, "turn {turn}");
            came_back += 1;
        }
    }
    assert!((30..290).contains(&came_back), "{came_back}");
    reader.read_jpeg(&good, &mut whole).unwrap();
    assert!(reader.recognises() && whole == body(&grid, 1));
}

#[test]
fn a_plain_encoder_makes_the_same_coefficients_of_the_same_pixels() {
    for (count, nine_to_one) in [(2, true), (8, true), (16, true), (8, false), (256, true)] {
        let grid = grid(208, 120, count, nine_to_one);
        let writer = PictureWriter::new(grid);
        let (body, mut ours) = (body(&grid, 5), Vec::new());
        writer.write(None, &body, &[], &mut ours).unwrap();
        let pixels = draw(&cells_of(&grid, 0, &body), &grid.colours.rgb(), &grid);
        let theirs = writer.plain(&pixels);
        assert!(planes_of(&ours) == planes_of(&theirs), "{count} colours, {nine_to_one}");
    }
}

#[test]
fn the_worst_that_neighbours_and_steps_can_do_leaves_every_cell_clear() {
    for count in [2, 8] {
        let colours = Colours::new(count).unwrap();
        let worst = worst_margin(colours);
        assert!(worst > 0.25, "{count} colours: {worst}");
    }
}

/// How far a cell of 3×3 pixels and two levels stays from the middle at the least, as a part of how far it was: for each
/// block it lies in the worst of all patterns, added up.
fn worst_margin(colours: Colours) -> f32 {
    let levels = colours.levels(0);
    let steps = scheme::quantisers(colours, true)[0].clone();
    let mut margins = [[0.0f32; 8]; 8];
    for (row, column) in (0..3).flat_map(|row| (0..3).map(move |column| (row, column))) {
        let (down, across) = (patterns::SEEN[row], patterns::SEEN[column]);
        let mut least = vec![f32::MAX; (down.1 * across.1) as usize];
        for pattern in 0..1u32 << least.len() {
            let block =
                steps.quantise(&transform::forward(&patterns::samples(&levels, pattern, (row, column))));
            let steps: [f32; 64] = std::array::from_fn(|at| block[at] as f32 * f32::from(steps.steps[at]));
            let samples = inverse::inverse(&steps, 7);
            let mut sums = vec![0.0f32; least.len()];
            for (at, sample) in samples.iter().enumerate() {
                let (y, x) = (row * 8 + at / 8, column * 8 + at % 8);
                let weight = |place: usize| if place % 3 == 1 { 2.0 } else { 1.0 };
                let cell = (y as u32 / 3 - down.0) * across.1 + x as u32 / 3 - across.0;
                sums[cell as usize] += weight(y) * weight(x) * (f32::from(*sample) - 128.0);
            }
            for (cell, (least, sum)) in least.iter_mut().zip(sums).enumerate() {
                let side = if pattern >> cell & 1 == 1 { 1.0 } else { -1.0 };
                *least = least.min(sum * side);
            }
        }
        for (cell, least) in least.into_iter().enumerate() {
            let (y, x) = (down.0 + cell as u32 / across.1, across.0 + cell as u32 % across.1);
            margins[y as usize][x as usize] += least;
        }
    }
    let least = margins.iter().flatten().fold(f32::MAX, |least, margin| least.min(*margin));
    least / 16.0 / f32::from(colours.reach())
}
