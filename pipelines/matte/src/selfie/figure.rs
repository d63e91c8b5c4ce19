//! Somebody who is followed.

use serde::{Deserialize, Serialize};

use super::blobs::{Blob, FAINT, Mask, SOLID, blobs, frame_from_cells, is_cut_off};
use super::find::{stands_doubts, view_around};
use super::steady::{History, steadied};
use super::view::Seen;
use super::{AREA, Part, Rect, SIDE};

/// Less than this many cells are nobody.
const CELLS_MIN: u32 = (AREA / 400) as u32;
/// Cells around solid ones that stay with them: the soft edge, and hair.
const RIM: usize = 6;
/// Frames without anybody after which a figure is given up.
const WEAK_MAX: u8 = 3;
/// Answers in the mirror that were other before a figure is given up.
const DOUBT_MAX: u8 = 2;
const AGREE_MIRRORED_MIN: f32 = 0.7;
/// How often somebody who comes later has to stand doubts first.
const PROBATION: u8 = 2;
/// The same for what fills the frame: a view that cannot be widened tells less.
const PROBATION_WHOLE: u8 = 6;
/// The view is moved before somebody comes nearer to its border than this share of its side.
const ROOM_MIN: f32 = 0.06;

/// One followed figure; plain data, so that a later run can begin where this one ended.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Figure {
    /// What the network will look at.
    pub view: Rect,
    /// Where it was last seen.
    pub home: Rect,
    /// How its middle moves, in pixels a frame.
    drift: (f32, f32),
    weak: u8,
    doubt: u8,
    /// So many times it still has to stand doubts before it is shown.
    probation: u8,
    history: Option<History>,
}

/// What a look told about a figure.
pub(super) enum Told {
    /// It is there; the mask holds nothing else.
    There(Mask),
    /// There, but the view cuts through it.
    CutOff,
    /// Nothing to be seen of it.
    Nobody,
}

impl Figure {
    /// One that was there when the scene began.
    pub(super) fn new(home: Rect, view: Rect) -> Self {
        Self { view, home, drift: (0.0, 0.0), weak: 0, doubt: 0, probation: 0, history: None }
    }

    /// One that has come later: nobody misses it for a few frames, while something that is nobody would be seen to flash up.
    pub(super) fn newcomer(home: Rect, view: Rect, frame: &Rect) -> Self {
        let probation = if view == *frame { PROBATION_WHOLE } else { PROBATION };
        Self { probation, ..Self::new(home, view) }
    }

    /// Whether it is not shown yet.
    pub(super) fn is_on_probation(&self) -> bool {
        self.probation > 0
    }

    /// Whether it can be in such a frame.
    pub(super) fn is_within(&self, frame: &Rect) -> bool {
        let is_within = |rect: &Rect| !rect.is_empty() && rect.intersect(frame) == *rect;
        is_within(&self.view) && is_within(&self.home)
    }

    /// Whether it has been gone, or doubtful, for too long.
    pub(super) fn is_lost(&self) -> bool {
        self.weak >= WEAK_MAX || self.doubt >= DOUBT_MAX
    }

    /// Finds the figure in a look at its view, and where it is now.
    pub(super) fn read(&mut self, seen: &Seen, frame: &Rect) -> Told {
        let (all, labels) = blobs(&seen.mask, FAINT, 12);
        let own = own_parts(&all, &seen.view, &self.home, frame);
        let Some((cells, count)) = solid_bounds(&seen.mask, &labels, &own) else { return Told::Nobody };
        if count < CELLS_MIN {
            return Told::Nobody;
        }
        let home = frame_from_cells(&cells, &seen.view);
        if is_cut_off(&cells, &seen.view, frame) {
            let (old, new) = (self.home.middle(), home.middle());
            let (width, height) =
                (home.width().max(self.home.width()), home.height().max(self.home.height()));
            let middle = (new.0 + (new.0 - old.0), new.1 + (new.1 - old.1));
            self.home = Rect::around(middle, (width as f32 * 1.1, height as f32 * 1.1), frame).union(&home);
            self.view = view_around(&self.home, frame);
            return Told::CutOff;
        }
        if let Some(doubts) = &seen.doubts {
            let stands = stands_doubts(&seen.mask, doubts, &cells, AGREE_MIRRORED_MIN);
            self.doubt = match (stands, self.is_on_probation()) {
                (true, _) => 0,
                (false, false) => self.doubt + 1,
                (false, true) => DOUBT_MAX,
            };
            self.probation = self.probation.saturating_sub(1);
        }
        let (old, new) = (self.home.middle(), home.middle());
        if self.history.is_some() {
            self.drift.0 += 0.5 * (new.0 - old.0 - self.drift.0);
            self.drift.1 += 0.5 * (new.1 - old.1 - self.drift.1);
        }
        self.home = home;
        self.weak = 0;
        Told::There(kept(&seen.mask, &labels, &own))
    }

    /// Steadies the mask, and chooses what will be looked at in the next frame.
    pub(super) fn settle(&mut self, mask: Mask, seen: Seen, frame: &Rect) -> Part {
        let history = steadied(mask, &seen.sample, &seen.view, self.history.as_ref());
        let part = Part { view: seen.view, mask: history.mask_bytes(), sample: seen.sample };
        self.history = Some(history);
        self.view = self.next_view(frame);
        part
    }

    /// One more frame without it.
    pub(super) fn miss(&mut self) {
        self.weak = if self.is_on_probation() { WEAK_MAX } else { self.weak + 1 };
        self.history = None;
    }

    /// The same view while it fits: a view that moves changes the network's answer a little.
    fn next_view(&self, frame: &Rect) -> Rect {
        let wanted = view_around(&self.home, frame);
        let (home, view) = (&self.home, &self.view);
        let (across, down) = (view.width() as f32 * ROOM_MIN, view.height() as f32 * ROOM_MIN);
        let has_room = |is_frame: bool, room: i64, least: f32| is_frame || room as f32 >= least;
        let room = |one: u32, other: u32| i64::from(one) - i64::from(other);
        let is_inside = has_room(view.left == frame.left, room(home.left, view.left), across)
            && has_room(view.right == frame.right, room(view.right, home.right), across)
            && has_room(view.top == frame.top, room(home.top, view.top), down)
            && has_room(view.bottom == frame.bottom, room(view.bottom, home.bottom), down);
        let ratio = view.area() as f32 / wanted.area().max(1) as f32;
        if is_inside && (0.6..1.7).contains(&ratio) {
            return *view;
        }
        let (x, y) = home.middle();
        let ahead = (x + self.drift.0 * 3.0, y + self.drift.1 * 3.0);
        let moved = Rect::around(ahead, (wanted.width() as f32, wanted.height() as f32), frame);
        // Never so far ahead that the border cuts it off.
        if home.share_within(&moved) >= 1.0 { moved } else { wanted }
    }
}

/// The parts that belong to somebody who was at `home`: those that lie there for the greater part, or the largest that does at all.
fn own_parts(all: &[Blob], view: &Rect, home: &Rect, frame: &Rect) -> Vec<u16> {
    let near = home.grown(0.2, frame);
    let share = |blob: &Blob| frame_from_cells(&blob.cells, view).share_within(&near);
    let largest = all
        .iter()
        .filter(|blob| share(blob) > 0.0)
        .max_by_key(|blob| (share(blob) * blob.count as f32) as u32);
    let own = |blob: &&Blob| share(blob) > 0.6 || largest.is_some_and(|largest| largest.label == blob.label);
    all.iter().filter(own).map(|blob| blob.label).collect()
}

/// Bounds and number of the solid cells of some parts.
fn solid_bounds(mask: &[u16], labels: &[u16], own: &[u16]) -> Option<(Rect, u32)> {
    let mut bounds: Option<Rect> = None;
    let mut count = 0;
    for (row, (mask, labels)) in mask.chunks_exact(SIDE).zip(labels.chunks_exact(SIDE)).enumerate() {
        for (column, (cell, label)) in mask.iter().zip(labels).enumerate() {
            if *cell >= SOLID && own.contains(label) {
                let (left, top) = (column as u32, row as u32);
                let cell = Rect { left, top, right: left + 1, bottom: top + 1 };
                bounds = Some(bounds.map_or(cell, |bounds| bounds.union(&cell)));
                count += 1;
            }
        }
    }
    bounds.map(|bounds| (bounds, count))
}

/// The solid cells of some parts with their rims, and nothing else: what is faint far from anything solid is haze.
fn kept(mask: &[u16], labels: &[u16], own: &[u16]) -> Mask {
    let is_own = |label: &u16| *label != 0 && own.contains(label);
    let is_solid: Vec<u8> =
        mask.iter().zip(labels).map(|(cell, label)| u8::from(*cell >= SOLID && is_own(label))).collect();
    let mut across = vec![0u8; AREA];
    for (row, out) in is_solid.chunks_exact(SIDE).zip(across.chunks_exact_mut(SIDE)) {
        let mut since = RIM + 1;
        for (cell, out) in row.iter().zip(out.iter_mut()) {
            since = if *cell == 1 { 0 } else { since + 1 };
            *out = u8::from(since <= RIM);
        }
        since = RIM + 1;
        for (cell, out) in row.iter().zip(out.iter_mut()).rev() {
            since = if *cell == 1 { 0 } else { since + 1 };
            *out |= u8::from(since <= RIM);
        }
    }
    let mut near = vec![0u8; AREA];
    for (row, out) in near.chunks_exact_mut(SIDE).enumerate() {
        for other in row.saturating_sub(RIM)..(row + RIM + 1).min(SIDE) {
            for (out, cell) in out.iter_mut().zip(&across[other * SIDE..(other + 1) * SIDE]) {
                *out |= cell;
            }
        }
    }
    let parts = mask.iter().zip(&near).zip(labels);
    parts
        .map(|((cell, near), label)| if *near == 1 && (*label == 0 || is_own(label)) { *cell } else { 0 })
        .collect()
}
