//! Looking for people of whom nothing is known yet.
//!
//! The network says "somebody" to many things that stand out. Somebody who is really there is answered alike when the part of
//! the frame is a little other and when it is mirrored; a path, a tree or a cupboard is not.

use super::blobs::{Blob, Mask, SOLID, blobs, carried, frame_from_cells, is_cut_off};
use super::view::{Doubts, Eye, GuessError, Seen};
use super::{AREA, Rect, SIDE, Segment};

/// The least share of a view's cells that is looked into.
const CELLS_MIN: u32 = (AREA / 100) as u32;
/// Answers agree from here on, as the sum of what both have over the sum of what either has.
const AGREE_MIN: f32 = 0.82;
const AGREE_MIRRORED_MIN: f32 = 0.86;
/// Far less is asked of a picture in a grey frame: of people some part is still seen, of a path into the distance nothing is.
const AGREE_FRAMED_MIN: f32 = 0.12;
/// How often a view is moved to hold the whole of somebody.
const MOVES_MAX: usize = 3;
/// Places that are looked into in one frame at most, the promising ones first.
const PLACES_MAX: usize = 24;
/// Sides of the search windows, as shares of the frame's short side.
const WINDOW_SHARES: [f32; 3] = [1.0, 0.6, 0.36];
/// How far windows that are neighbours lie apart, as a share of their side.
const STEP_SHARE: f32 = 0.5;

/// Somebody, confirmed.
pub(super) struct Find {
    /// Where, in pixels of the frame.
    pub home: Rect,
    /// The view that holds all of it.
    pub view: Rect,
}

/// The whole frame, then squares of three sizes that overlap by half.
pub(super) fn windows(frame: &Rect) -> Vec<Rect> {
    let mut all = vec![*frame];
    let short = frame.width().min(frame.height()) as f32;
    for side in WINDOW_SHARES.map(|share| short * share).into_iter().filter(|side| *side >= 32.0) {
        let places = |length: u32| {
            let count = ((length as f32 - side) / (side * STEP_SHARE)).ceil().max(0.0) as u32 + 1;
            // A panorama is not searched for ever.
            let count = count.min(24);
            let step = (length as f32 - side) / (count.max(2) - 1) as f32;
            (0..count).map(move |index| side / 2.0 + index as f32 * step)
        };
        for down in places(frame.height()) {
            for across in places(frame.width()) {
                let window = Rect::around((across, down), (side, side), frame);
                if !all.contains(&window) {
                    all.push(window);
                }
            }
        }
    }
    all
}

/// One window around a place, of one of the three sizes.
pub(super) fn window_around(middle: (f32, f32), size_index: usize, frame: &Rect) -> Rect {
    let short = frame.width().min(frame.height()) as f32;
    let side = short * WINDOW_SHARES[size_index % WINDOW_SHARES.len()];
    Rect::around(middle, (side, side), frame)
}

/// A view with room around somebody; the whole frame when that is nearly it.
pub(super) fn view_around(home: &Rect, frame: &Rect) -> Rect {
    let (width, height) = (home.width() as f32, home.height() as f32);
    let tall = (height * 1.35).max(width * 0.8).max(48.0);
    let wide = (width * 1.4).max(tall * 0.62).max(48.0);
    let view = Rect::around(home.middle(), (wide, tall), frame);
    let is_most = |part: u32, all: u32| part as f32 > 0.8 * all as f32;
    if is_most(view.width(), frame.width()) && is_most(view.height(), frame.height()) { *frame } else { view }
}

/// Looks through windows, and looks again at whatever was there and is not within `known`.
pub(super) fn find<S: Segment>(
    eye: &mut Eye<'_, S>,
    windows: &[Rect],
    known: &[Rect],
) -> Result<Vec<Find>, GuessError<S::Error>> {
    let views: Vec<_> = windows.iter().map(|window| (*window, false)).collect();
    let seen = eye.look(&views)?;
    find_in(eye, &seen, known)
}

/// The same for views that have been looked at.
pub(super) fn find_in<S: Segment>(
    eye: &mut Eye<'_, S>,
    seen: &[Seen],
    known: &[Rect],
) -> Result<Vec<Find>, GuessError<S::Error>> {
    let frame = eye.frame();
    let mut places = Vec::new();
    for seen in seen {
        for blob in blobs(&seen.mask, SOLID, CELLS_MIN).0 {
            let home = frame_from_cells(&blob.cells, &seen.view);
            places.push((is_cut_off(&blob.cells, &seen.view, &frame), home));
        }
    }
    // Whole ones first, and large ones before their parts.
    places.sort_by_key(|(is_cut, home)| (*is_cut, std::cmp::Reverse(home.area())));
    let mut finds: Vec<Find> = Vec::new();
    let mut looked: Vec<Rect> = Vec::new();
    for (_, home) in places {
        let is_known = known
            .iter()
            .chain(finds.iter().map(|find| &find.home))
            .any(|known| home.share_within(known) > 0.6);
        let is_looked = looked.iter().any(|looked| home.overlap(looked) > 0.7);
        if is_known || is_looked || looked.len() >= PLACES_MAX {
            continue;
        }
        looked.push(home);
        if let Some(find) = confirm(eye, home)?
            && !known
                .iter()
                .chain(finds.iter().map(|find| &find.home))
                .any(|known| find.home.share_within(known) > 0.6)
        {
            finds.push(find);
        }
    }
    Ok(finds)
}

/// Moves a view until it holds the whole of what is there, then asks in two more ways.
fn confirm<S: Segment>(eye: &mut Eye<'_, S>, home: Rect) -> Result<Option<Find>, GuessError<S::Error>> {
    let frame = eye.frame();
    let mut home = home;
    for _ in 0..MOVES_MAX {
        let view = view_around(&home, &frame);
        let other = other_view(&view, &home, &frame);
        let mut seen = eye.look(&[(view, true), (other, false)])?.into_iter();
        let (Some(first), Some(second)) = (seen.next(), seen.next()) else { return Ok(None) };
        let Some((blob, labels)) = largest_within(&first, &home) else { return Ok(None) };
        let found = frame_from_cells(&blob.cells, &view);
        if is_cut_off(&blob.cells, &view, &frame) || found.overlap(&home) < 0.6 {
            home = found;
            continue;
        }
        let only: Mask = alone(&first.mask, &labels, blob.label);
        let stands = first
            .doubts
            .as_ref()
            .is_some_and(|doubts| stands_doubts(&only, doubts, &blob.cells, AGREE_MIRRORED_MIN));
        let is_there = stands && agreement_between(&only, &blob.cells, &view, &second) >= AGREE_MIN;
        return Ok(is_there.then_some(Find { home: found, view }));
    }
    Ok(None)
}

/// A view that is a little other: larger, and off the middle; smaller where the frame allows no larger one.
fn other_view(view: &Rect, home: &Rect, frame: &Rect) -> Rect {
    let (across, down) = view.middle();
    let (width, height) = (view.width() as f32, view.height() as f32);
    let larger =
        Rect::around((across + width * 0.05, down - height * 0.04), (width * 1.2, height * 1.2), frame);
    if larger.area() as f32 > view.area() as f32 * 1.15 {
        return larger;
    }
    // What reaches the frame's border keeps doing so.
    let inset = |low: u32, high: u32, home_low: u32, home_high: u32| {
        let step = (high - low) / 12;
        let low_step = if home_low > low + step { step } else { 0 };
        let high_step = if home_high + step < high { step } else { 0 };
        (low + low_step, high - high_step)
    };
    let (left, right) = inset(view.left, view.right, home.left, home.right);
    let (top, bottom) = inset(view.top, view.bottom, home.top, home.bottom);
    let inset = Rect { left, top, right, bottom };
    if inset == *view {
        Rect { left: left + view.width() / 16, top: top + view.height() / 16, right, bottom }
    } else {
        inset
    }
}

/// The largest part that lies where somebody is thought to be.
fn largest_within(seen: &Seen, home: &Rect) -> Option<(Blob, Vec<u16>)> {
    let (found, labels) = blobs(&seen.mask, SOLID, CELLS_MIN);
    let blob = found
        .into_iter()
        .filter(|blob| !frame_from_cells(&blob.cells, &seen.view).intersect(home).is_empty())
        .max_by_key(|blob| blob.count)?;
    Some((blob, labels))
}

/// One part of a mask without the others; what is too faint for any part stays.
fn alone(mask: &[u16], labels: &[u16], label: u16) -> Mask {
    mask.iter().zip(labels).map(|(cell, own)| if *own == label || *own == 0 { *cell } else { 0 }).collect()
}

/// Whether what was answered otherwise is about the same.
pub(super) fn stands_doubts(mask: &[u16], doubts: &Doubts, cells: &Rect, mirrored_min: f32) -> bool {
    agreement(mask, &doubts.mirrored, cells) >= mirrored_min
        && doubts.framed.as_ref().is_none_or(|framed| agreement(mask, framed, cells) >= AGREE_FRAMED_MIN)
}

/// How alike two masks of one view are within some cells, 0 to 1.
fn agreement(one: &[u16], other: &[u16], cells: &Rect) -> f32 {
    let (mut both, mut either) = (0u64, 0u64);
    for row in cells.top..cells.bottom {
        let start = row as usize * SIDE;
        let range = start + cells.left as usize..start + cells.right as usize;
        let (Some(one), Some(other)) = (one.get(range.clone()), other.get(range)) else { continue };
        for (one, other) in one.iter().zip(other) {
            both += u64::from(*one.min(other));
            either += u64::from(*one.max(other));
        }
    }
    if either == 0 { 0.0 } else { both as f32 / either as f32 }
}

/// The same for masks of two views, where both reach.
fn agreement_between(one: &[u16], cells: &Rect, view: &Rect, other: &Seen) -> f32 {
    let moved = carried(&other.mask, &other.view, view);
    let one: Mask =
        one.iter().zip(&moved).map(|(cell, moved)| if moved.is_some() { *cell } else { 0 }).collect();
    let moved: Mask = moved.into_iter().map(Option::unwrap_or_default).collect();
    agreement(&one, &moved, cells)
}
