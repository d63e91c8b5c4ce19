//! Cells of waves.

use std::sync::Arc;

use reel_device::DeviceWish;
use reel_kernels::{DrawWaves, MeasureWaves, Options, Place, STEPS, WaveGrid, draw_waves, measure_waves};

use super::{assert_on_device, noise, place, wild};

/// Few, since a device that is the CPU takes a while.
const ROUNDS: u64 = 25;

fn grid(random: &mut fastrand::Rng) -> Arc<WaveGrid> {
    let size = (random.u32(1..150), random.u32(1..90));
    let cell_px = random.u32(1..40);
    let waves = random.usize(1..23);
    let tables: Vec<Vec<i16>> =
        (0..waves).map(|_| noise(random, (cell_px * cell_px) as usize, wild)).collect();
    let steps: Vec<[i16; STEPS]> = (0..waves).map(|_| std::array::from_fn(|_| wild(random))).collect();
    let places = (0..size.1 / cell_px).flat_map(|row| (0..size.0 / cell_px).map(move |column| (column, row)));
    let mut cells: Vec<(u32, u32)> = places
        .filter(|_| random.u8(..4) > 0)
        .map(|(column, row)| (column * cell_px, row * cell_px))
        .collect();
    random.shuffle(&mut cells);
    // One that is given twice: the last counts.
    cells.extend(cells.first().copied());
    Arc::new(WaveGrid::new(size, cell_px, &tables, &steps, cells).unwrap())
}

#[test]
fn waves_are_drawn_as_the_twin_draws_them() {
    let Some(place) = place() else { return };
    for seed in 0..ROUNDS {
        let mut random = fastrand::Rng::with_seed(seed);
        let grid = grid(&mut random);
        let count = random.usize(0..4);
        let levels = noise(&mut random, count * grid.level_count(), |random| random.u8(..));
        let base = noise(&mut random, grid.picture_size(), |random| random.u8(..));
        let drawing = DrawWaves::new(Arc::clone(&grid), base.clone(), 1, &place);
        // A batch of another size than the first must not read what that left behind.
        for levels in [&levels[..levels.len().min(grid.level_count())], &levels] {
            let got = drawing.draw(levels);
            assert_eq!(got.len(), levels.len() / grid.level_count().max(1));
            for (got, levels) in got.iter().zip(levels.chunks(grid.level_count().max(1))) {
                let mut expected = base.clone();
                draw_waves(&grid, levels, &mut expected);
                assert!(*got == expected, "seed {seed}: {grid:?}");
            }
        }
        assert_on_device(&drawing.ran_on());
    }
}

#[test]
fn waves_are_measured_as_the_twin_measures_them() {
    let Some(place) = place() else { return };
    for seed in 0..ROUNDS {
        let mut random = fastrand::Rng::with_seed(seed);
        let grid = grid(&mut random);
        let measuring = MeasureWaves::new(Arc::clone(&grid), &place);
        for size in [grid.picture_size(), grid.picture_size() - 1, grid.picture_size() + 1] {
            let luma = noise(&mut random, size, |random| random.u8(..));
            let got = measuring.measure(&luma);
            let mut expected = vec![0; got.len()];
            measure_waves(&grid, &luma, &mut expected);
            assert!(got == expected, "seed {seed}: {grid:?}");
        }
        assert_on_device(&measuring.ran_on());
    }
}

#[test]
fn unless_a_device_is_asked_for_the_faster_one_is_taken_and_stays_taken() {
    if place().is_none() {
        return;
    }
    let auto = Place::choose(DeviceWish::Auto, &[], Options { allow_cpu: true });
    let grid = grid(&mut fastrand::Rng::with_seed(1));
    let first = MeasureWaves::new(Arc::clone(&grid), &auto).ran_on();
    assert!(!first.is_fallback, "{first:?}");
    match &first.gpu {
        Some(_) => assert_eq!(first.reason, None),
        None => assert!(first.reason.as_deref().unwrap().contains("was measured to be faster"), "{first:?}"),
    }
    assert_eq!(MeasureWaves::new(grid, &auto).ran_on(), first);
}
