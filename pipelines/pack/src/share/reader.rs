//! The tables by which the pictures of one layout are read.

use std::collections::HashMap;

use reel_kernels::{MeasureWaves, Place};

use super::codeword::Coder;
use super::layout::Layout;
use super::pattern::Patterns;

/// The tables of one layout.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) layout: Layout,
    pub(super) coder: Coder,
    pub(super) patterns: Patterns,
    pub(super) measuring: MeasureWaves,
    pub(super) cells: Vec<(u32, u32)>,
    /// For each cell, itself and its neighbours, diagonal ones too.
    pub(super) around: Vec<Vec<u32>>,
}

impl Reader {
    /// `None` for a layout whose cells are not whole.
    pub(super) fn on(place: &Place, layout: Layout) -> Option<Self> {
        let cells = layout.cells();
        let patterns = Patterns::new(&layout);
        let measuring = MeasureWaves::new(patterns.grid(&layout, &cells)?, place);
        let around = around(&cells, layout.cell_px);
        Some(Self { coder: Coder::new(&layout), patterns, measuring, cells, around, layout })
    }
}

fn around(cells: &[(u32, u32)], side: u32) -> Vec<Vec<u32>> {
    let index: HashMap<(u32, u32), u32> = cells.iter().copied().zip(0..).collect();
    let near = |at: u32| [at.checked_sub(side), Some(at), Some(at + side)].into_iter().flatten();
    let of_cell = |(x, y): &(u32, u32)| {
        near(*y)
            .flat_map(|y| near(*x).map(move |x| (x, y)))
            .filter_map(|at| index.get(&at).copied())
            .collect()
    };
    cells.iter().map(of_cell).collect()
}
