//! Connected parts of a mask.

use super::{AREA, Rect, SIDE};

/// A mask of [`SIDE`] × [`SIDE`]: 0 is nobody, 65535 is somebody.
pub(super) type Mask = Vec<u16>;

/// From here on a cell is somebody.
pub(super) const SOLID: u16 = 32768;
/// From here on a cell hangs on to what it touches.
pub(super) const FAINT: u16 = 16384;

/// Cells that touch each other, also by corners.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Blob {
    /// Where, in cells of the mask.
    pub cells: Rect,
    /// How many cells.
    pub count: u32,
    /// What they bear in the labels.
    pub label: u16,
}

/// The parts of a mask of at least `count_min` cells at or above `threshold`, and the label of each cell (0 is none).
pub(super) fn blobs(mask: &[u16], threshold: u16, count_min: u32) -> (Vec<Blob>, Vec<u16>) {
    let mut labels = vec![0u16; AREA];
    let mut found = Vec::new();
    let mut open = Vec::new();
    let mut label = 0u16;
    for start in 0..mask.len().min(AREA) {
        if mask[start] < threshold || labels[start] != 0 || label == u16::MAX {
            continue;
        }
        label += 1;
        labels[start] = label;
        open.push(start);
        let mut cells = cell(start);
        let mut count = 0;
        while let Some(at) = open.pop() {
            count += 1;
            cells = cells.union(&cell(at));
            let (column, row) = (at % SIDE, at / SIDE);
            for near_row in row.saturating_sub(1)..(row + 2).min(SIDE) {
                for near_column in column.saturating_sub(1)..(column + 2).min(SIDE) {
                    let near = near_row * SIDE + near_column;
                    if labels[near] == 0 && mask[near] >= threshold {
                        labels[near] = label;
                        open.push(near);
                    }
                }
            }
        }
        if count >= count_min {
            found.push(Blob { cells, count, label });
        }
    }
    (found, labels)
}

fn cell(at: usize) -> Rect {
    let (left, top) = ((at % SIDE) as u32, (at / SIDE) as u32);
    Rect { left, top, right: left + 1, bottom: top + 1 }
}

/// A rectangle of cells as pixels of the frame, for a mask that covers `view`.
pub(super) fn frame_from_cells(cells: &Rect, view: &Rect) -> Rect {
    let side = SIDE as u32;
    let across = |cell: u32| view.left + cell * view.width() / side;
    let down = |cell: u32| view.top + cell * view.height() / side;
    Rect {
        left: across(cells.left),
        top: down(cells.top),
        right: across(cells.right).max(across(cells.left) + 1),
        bottom: down(cells.bottom).max(down(cells.top) + 1),
    }
}

/// Whether the view's border cuts through: a border that is not the frame's.
pub(super) fn is_cut_off(cells: &Rect, view: &Rect, frame: &Rect) -> bool {
    let last = SIDE as u32 - 2;
    (cells.left <= 1 && view.left > frame.left)
        || (cells.top <= 1 && view.top > frame.top)
        || (cells.right > last && view.right < frame.right)
        || (cells.bottom > last && view.bottom < frame.bottom)
}

/// The mask of one view as another would have it (bilinear), with `None` where that one does not reach.
pub(super) fn carried(mask: &[u16], from: &Rect, to: &Rect) -> Vec<Option<u16>> {
    let place = |first: u32, length: u32, index: usize, from_first: u32, from_length: u32| {
        let pixel = first as f32 + (index as f32 + 0.5) * length as f32 / SIDE as f32;
        (pixel - from_first as f32) * SIDE as f32 / from_length.max(1) as f32 - 0.5
    };
    let columns: Vec<_> =
        (0..SIDE).map(|column| place(to.left, to.width(), column, from.left, from.width())).collect();
    let mut out = Vec::with_capacity(AREA);
    for row in 0..SIDE {
        let y = place(to.top, to.height(), row, from.top, from.height());
        out.extend(columns.iter().map(|x| bilinear(mask, *x, y)));
    }
    out
}

fn bilinear(mask: &[u16], x: f32, y: f32) -> Option<u16> {
    let last = (SIDE - 1) as f32;
    if x < -0.5 || y < -0.5 || x > last + 0.5 || y > last + 0.5 {
        return None;
    }
    let (x, y) = (x.clamp(0.0, last), y.clamp(0.0, last));
    let (column, row) = (x as usize, y as usize);
    let (right, below) = ((column + 1).min(SIDE - 1), (row + 1).min(SIDE - 1));
    let (across, down) = (x - column as f32, y - row as f32);
    let at = |row: usize, column: usize| f32::from(mask[row * SIDE + column]);
    let upper = at(row, column) * (1.0 - across) + at(row, right) * across;
    let lower = at(below, column) * (1.0 - across) + at(below, right) * across;
    Some((upper * (1.0 - down) + lower * down + 0.5) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(cells: &[(usize, usize, usize, usize)]) -> Mask {
        let mut mask = vec![0; AREA];
        for (left, top, right, bottom) in cells {
            for row in *top..*bottom {
                mask[row * SIDE + left..row * SIDE + right].fill(u16::MAX);
            }
        }
        mask
    }

    #[test]
    fn parts_that_touch_by_a_corner_are_one() {
        let mask = drawn(&[(0, 0, 10, 10), (10, 10, 20, 20), (30, 0, 33, 3)]);
        let (found, labels) = blobs(&mask, SOLID, 1);
        assert_eq!(found.iter().map(|blob| blob.count).collect::<Vec<_>>(), [200, 9]);
        assert_eq!(found[0].cells, Rect { left: 0, top: 0, right: 20, bottom: 20 });
        assert_eq!(labels[31], found[1].label);
        assert_eq!(blobs(&mask, SOLID, 10).0.len(), 1);
    }

    #[test]
    fn only_borders_within_the_frame_cut() {
        let frame = Rect { left: 0, top: 0, right: 1000, bottom: 500 };
        let view = Rect { left: 0, top: 0, right: 500, bottom: 500 };
        let left = Rect { left: 0, top: 10, right: 20, bottom: 256 };
        let right = Rect { left: 200, top: 10, right: 256, bottom: 20 };
        assert!(!is_cut_off(&left, &view, &frame) && is_cut_off(&right, &view, &frame));
    }

    #[test]
    fn a_mask_carried_to_its_own_view_is_itself() {
        let mask = drawn(&[(40, 50, 90, 200)]);
        let view = Rect { left: 100, top: 30, right: 700, bottom: 900 };
        let same: Vec<_> = carried(&mask, &view, &view).into_iter().flatten().collect();
        assert_eq!(same, mask);
        let beside = Rect { left: 400, top: 30, right: 1000, bottom: 900 };
        let moved = carried(&mask, &view, &beside);
        assert_eq!(moved.iter().filter(|cell| cell.is_none()).count(), AREA / 2);
    }
}
