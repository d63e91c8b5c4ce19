//! The drawing in each corner by which a reader finds the grid.

/// Modules in a finder's corner: nine, the outer ring of which is light and quiet.
pub(super) const CORNER_MODULES: u32 = 9;
/// Luma of a dark module.
pub(super) const DARK: u8 = 30;
/// Luma of a light module.
pub(super) const LIGHT: u8 = 222;

/// Whether a module of the corner is dark: a ring around a full square, which a line through the middle crosses as
/// dark 1, light 1, dark 3, light 1, dark 1.
pub(super) fn is_dark(column: u32, row: u32) -> bool {
    let last = CORNER_MODULES - 1;
    let from_edge = column.min(row).min(last.saturating_sub(column)).min(last.saturating_sub(row));
    matches!(from_edge, 1 | 3 | 4)
}
