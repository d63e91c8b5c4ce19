//! Cells whose values the reader knows beforehand, to learn from them what the channel did.

use super::layout::Layout;
use super::random::Random;

/// Pilots of a picture at least, where there are as many cells twice over.
const COUNT_MIN: usize = 200;
/// One cell in this many is a pilot where there are many cells.
const ONE_IN: usize = 64;

/// The numbers of the cells that are pilots, the same in every picture of a layout, in no order.
pub(super) fn cells(layout: &Layout) -> Vec<u32> {
    let cell_count = layout.cells().len();
    let mut order = Random::new(0x7069_6C6F_7401).shuffled(cell_count);
    order.truncate(count(cell_count));
    order
}

/// How many of so many cells are pilots.
pub(super) fn count(cell_count: usize) -> usize {
    (cell_count / ONE_IN).max(COUNT_MIN).min(cell_count / 2)
}

/// The bits of the pilots of one picture, one after the other in the order of [`cells`]. Every picture has its own: what
/// stands still is coded better than what changes, and would tell nothing about it.
pub(super) fn bits(frame_number: u32, picture: usize) -> impl Iterator<Item = u8> {
    let mut random = Random::new((u64::from(frame_number) << 16 | picture as u64) ^ 0x7069_6C6F_7402_0000);
    std::iter::repeat_with(move || (random.next() & 1) as u8)
}
