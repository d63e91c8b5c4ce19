//! Finding the finders: dark 1, light 1, dark 3, light 1, dark 1, across and down.

use super::finder::{CORNER_MODULES, is_dark};
use super::picture::Picture;

/// A finder in a picture; the middle of the first pixel is at 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Finder {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) module_x: f64,
    pub(super) module_y: f64,
}

/// A module smaller than this cannot be told from noise.
const MODULE_PX_MIN: f64 = 2.0;
/// Of the 49 modules without the quiet ring, how many must look right.
const SCORE_MIN: u32 = 44;

/// The best finder among the columns and rows given.
pub(super) fn find(
    picture: &Picture<'_>,
    columns: std::ops::Range<usize>,
    rows: std::ops::Range<usize>,
) -> Option<Finder> {
    let threshold = threshold(picture, &columns, &rows)?;
    let mut best: Option<(u32, Finder)> = None;
    for y in rows.step_by(2) {
        for x in middles(picture, &columns, y, threshold) {
            let Some(finder) = confirm(picture, x, y as f64, threshold) else { continue };
            let score = score(picture, &finder, threshold);
            if score >= SCORE_MIN && best.is_none_or(|(other, _)| score > other) {
                best = Some((score, finder));
            }
        }
        if best.is_some_and(|(score, _)| score == 49) {
            break;
        }
    }
    best.map(|(_, finder)| sharpen(picture, finder, threshold))
}

/// Halfway between the darkest and the lightest pixel; `None` when they are too near each other to tell.
fn threshold(
    picture: &Picture<'_>,
    columns: &std::ops::Range<usize>,
    rows: &std::ops::Range<usize>,
) -> Option<f64> {
    let (mut low, mut high) = (255, 0);
    for y in rows.clone().step_by(4) {
        for x in columns.clone().step_by(2) {
            let value = picture.at(x, y);
            low = low.min(value);
            high = high.max(value);
        }
    }
    (high > low.saturating_add(60)).then(|| (f64::from(low) + f64::from(high)) / 2.0)
}

/// Middles of dark runs in a row that stand in the proportions of a finder.
fn middles(picture: &Picture<'_>, columns: &std::ops::Range<usize>, y: usize, threshold: f64) -> Vec<f64> {
    let mut found = Vec::new();
    let mut runs = [0usize; 5];
    let mut dark = false;
    let mut start = columns.start;
    for x in columns.clone().chain([usize::MAX]) {
        let is_dark = x != usize::MAX && f64::from(picture.at(x, y)) < threshold;
        if is_dark == dark && x != usize::MAX {
            continue;
        }
        let end = if x == usize::MAX { columns.end } else { x };
        runs.rotate_left(1);
        runs[4] = end - start;
        if dark && in_proportion(&runs.map(|run| run as f64)) {
            let inner = end as f64 - (runs[4] + runs[3]) as f64 - runs[2] as f64 / 2.0;
            found.push(inner - 0.5);
        }
        dark = is_dark;
        start = end;
    }
    found
}

fn in_proportion(runs: &[f64; 5]) -> bool {
    let module = runs.iter().sum::<f64>() / 7.0;
    // The outermost runs may be cut by a crop, the inner ones not.
    module >= MODULE_PX_MIN
        && runs
            .iter()
            .zip([1.0, 1.0, 3.0, 1.0, 1.0])
            .all(|(run, parts)| (run - parts * module).abs() <= 0.6 * module.max(2.0))
}

fn confirm(picture: &Picture<'_>, x: f64, y: f64, threshold: f64) -> Option<Finder> {
    let (y, _) = cross(|at| picture.between(x, at), y, picture.height, threshold)?;
    let (x, module_x) = cross(|at| picture.between(at, y), x, picture.width, threshold)?;
    let (y, module_y) = cross(|at| picture.between(x, at), y, picture.height, threshold)?;
    (module_x < 2.0 * module_y && module_y < 2.0 * module_x).then_some(Finder { x, y, module_x, module_y })
}

/// Walks from the middle of a finder both ways; gives the middle of the inner square and the size of a module.
fn cross(line: impl Fn(f64) -> f32, from: f64, length: usize, threshold: f64) -> Option<(f64, f64)> {
    let edges = |step: f64| {
        let mut edges = Vec::with_capacity(3);
        let mut at = from.round();
        let mut before = f64::from(line(at));
        let mut dark = true;
        while edges.len() < 3 && at >= 0.0 && at < length as f64 {
            let next = f64::from(line(at + step));
            if dark == (next >= threshold) {
                let part = if next == before { 0.5 } else { (threshold - before) / (next - before) };
                edges.push(at + step * part.clamp(0.0, 1.0));
                dark = !dark;
            }
            at += step;
            before = next;
        }
        <[f64; 3]>::try_from(edges).ok()
    };
    if f64::from(line(from.round())) >= threshold {
        return None;
    }
    let (low, high) = (edges(-1.0)?, edges(1.0)?);
    let runs = [low[1] - low[2], low[0] - low[1], high[0] - low[0], high[1] - high[0], high[2] - high[1]];
    // Light to light across the ring is five modules, whatever the outer edge suffered.
    in_proportion(&runs).then(|| ((low[0] + high[0]) / 2.0, (high[1] - low[1]) / 5.0))
}

fn score(picture: &Picture<'_>, finder: &Finder, threshold: f64) -> u32 {
    let matches = |column: u32, row: u32| {
        let x = finder.x + (f64::from(column) - 4.0) * finder.module_x;
        let y = finder.y + (f64::from(row) - 4.0) * finder.module_y;
        u32::from((f64::from(picture.between(x, y)) < threshold) == is_dark(column, row))
    };
    (1..CORNER_MODULES - 1)
        .flat_map(|row| (1..CORNER_MODULES - 1).map(move |column| (column, row)))
        .map(|(c, r)| matches(c, r))
        .sum()
}

/// Takes the middle again over many lines through the inner square, for a tenth of a pixel.
fn sharpen(picture: &Picture<'_>, finder: Finder, threshold: f64) -> Finder {
    let mean = |values: Vec<f64>, or: f64| {
        if values.is_empty() { or } else { values.iter().sum::<f64>() / values.len() as f64 }
    };
    let offsets: Vec<f64> = (-4..=4).map(|step| f64::from(step) * 0.25).collect();
    let xs = offsets.iter().filter_map(|offset| {
        let y = (finder.y + offset * finder.module_y).round();
        cross(|at| picture.between(at, y), finder.x, picture.width, threshold).map(|(x, _)| x)
    });
    let ys = offsets.iter().filter_map(|offset| {
        let x = (finder.x + offset * finder.module_x).round();
        cross(|at| picture.between(x, at), finder.y, picture.height, threshold).map(|(y, _)| y)
    });
    Finder { x: mean(xs.collect(), finder.x), y: mean(ys.collect(), finder.y), ..finder }
}
