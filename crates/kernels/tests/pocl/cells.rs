//! Cells of one colour each.

use reel_kernels::{
    AverageCells, CellFrame, CellStyle, CellWeights, Channels, DrawCells, Rest, average_cells, draw_cells,
};

use super::{assert_on_device, noise, place};

const ROUNDS: u64 = 60;

fn frame(random: &mut fastrand::Rng) -> CellFrame {
    CellFrame::new(random.u32(0..120), random.u32(0..70), random.u32(1..20)).unwrap()
}

#[test]
fn cells_are_drawn_as_the_twin_draws_them() {
    let Some(place) = place() else { return };
    for seed in 0..ROUNDS {
        let mut random = fastrand::Rng::with_seed(seed);
        let frame = frame(&mut random);
        let colours = random.usize(0..300);
        let palette = noise(&mut random, colours, |random| [random.u8(..), random.u8(..), random.u8(..)]);
        let rest = if random.bool() { Rest::Background } else { Rest::LastCell };
        let channels = if random.bool() { Channels::Together } else { Channels::Planar };
        let style = CellStyle::new(&palette, [9, 8, 7], rest, channels);
        let drawing = DrawCells::new(frame, style.clone(), &place);
        for count in [frame.cell_count(), frame.cell_count() / 2, frame.cell_count() + 3] {
            let cells = noise(&mut random, count, |random| random.u8(..));
            let got = drawing.draw(&cells);
            let mut expected = vec![0; got.len()];
            draw_cells(&frame, &style, &cells, &mut expected);
            assert!(got == expected, "seed {seed}: {frame:?} {style:?}");
        }
        assert_on_device(&drawing.ran_on());
    }
}

#[test]
fn cells_are_averaged_as_the_twin_averages_them() {
    let Some(place) = place() else { return };
    for seed in 0..ROUNDS {
        let mut random = fastrand::Rng::with_seed(seed);
        let frame = frame(&mut random);
        let channels = random.u8(1..4);
        // Now and then those of another size of cell.
        let weights_side = frame.cell_px() + usize::from(random.u8(..8) == 0);
        let weights = noise(&mut random, weights_side, |random| random.u8(..8));
        let Some(weights) = CellWeights::new(&weights, 16, channels) else { continue };
        let averaging = AverageCells::new(frame, weights.clone(), &place);
        let size = frame.pixel_count() * usize::from(channels);
        for size in [size, size / 2, size + 1] {
            let pixels = noise(&mut random, size, |random| random.u8(..));
            let got = averaging.average(&pixels);
            let mut expected = vec![0; got.len()];
            average_cells(&frame, &weights, &pixels, &mut expected);
            assert!(got == expected, "seed {seed}: {frame:?} {weights:?}");
        }
        assert_on_device(&averaging.ran_on());
    }
}
