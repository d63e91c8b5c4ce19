//! What follows from the colours and the size of cells: quantisers and Huffman codes.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::codes::{Codes, Tally};
use super::colours::Colours;
use super::grid::Grid;
use super::known::Known;
use super::patterns::Patterns;
use super::scan::symbols;
use super::source::Source;
use super::transform::{Quantiser, forward};

/// The coefficients that cells of two levels of 3×3 pixels need: neither index above this…
const INDEX_MAX: usize = 4;
/// …nor both together.
const INDEX_SUM_MAX: usize = 6;
/// The step of all others.
const COARSEST: u8 = 255;
/// Step of cells of one pixel, for each half of the distance of two levels.
const STEP_OF_ONE_PIXEL: f32 = 0.45;
/// Side of the picture that codes are fitted to: every place that a cell can have in a block is in it.
const SAMPLE_SIDE: u32 = 192;

/// How the pictures of some colours are coded. One for brightness, one for both others.
#[derive(Debug)]
pub(super) struct Scheme {
    pub(super) quantisers: [Quantiser; 2],
    pub(super) dc: [Codes; 2],
    pub(super) ac: [Codes; 2],
    /// By component, where cells of 3×3 pixels have two levels at most.
    patterns: OnceLock<Option<[Arc<Patterns>; 3]>>,
    /// The same the other way round.
    known: OnceLock<Option<[Arc<Known>; 3]>>,
    of: (Colours, bool),
}

/// The quantiser and the codes of a component.
pub(super) fn table_of(component: usize) -> usize {
    component.min(1)
}

impl Scheme {
    /// That of these cells; it is made once and kept.
    pub(super) fn of(colours: Colours, nine_to_one: bool) -> Arc<Self> {
        static KEPT: Mutex<Vec<Arc<Scheme>>> = Mutex::new(Vec::new());
        // Half a thousand at most, of a few kilobytes each.
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scheme) = kept.iter().find(|scheme| scheme.of == (colours, nine_to_one)) {
            return Arc::clone(scheme);
        }
        let scheme = Arc::new(Self::make(colours, nine_to_one));
        kept.push(Arc::clone(&scheme));
        scheme
    }

    fn make(colours: Colours, nine_to_one: bool) -> Self {
        let quantisers = quantisers(colours, nine_to_one);
        let (dc, ac) = fitted(colours, nine_to_one, &quantisers);
        Self {
            quantisers,
            dc,
            ac,
            patterns: OnceLock::new(),
            known: OnceLock::new(),
            of: (colours, nine_to_one),
        }
    }

    /// What is looked up in place of computing, where that can be.
    pub(super) fn patterns(&self) -> Option<[&Patterns; 3]> {
        let made = self.patterns.get_or_init(|| self.make_patterns()).as_ref()?;
        Some([0, 1, 2].map(|component: usize| made[component].as_ref()))
    }

    /// By what pictures are recognised, where they are looked up.
    pub(super) fn known(&self) -> Option<[Arc<Known>; 3]> {
        self.known.get_or_init(|| self.make_known()).clone()
    }

    fn make_known(&self) -> Option<[Arc<Known>; 3]> {
        let [luma, blue, red] = self.patterns.get_or_init(|| self.make_patterns()).as_ref()?;
        let make = |patterns: &Patterns, table: usize| Known::new(patterns, &self.ac[table]).map(Arc::new);
        let of_luma = make(luma, 0)?;
        let of_blue = if Arc::ptr_eq(blue, luma) { Arc::clone(&of_luma) } else { make(blue, 1)? };
        let of_red = if Arc::ptr_eq(red, blue) { Arc::clone(&of_blue) } else { make(red, 1)? };
        Some([of_luma, of_blue, of_red])
    }

    fn make_patterns(&self) -> Option<[Arc<Patterns>; 3]> {
        let (colours, nine_to_one) = self.of;
        if !nine_to_one || colours.whole_bits()? > 3 {
            return None;
        }
        let make = |component: usize| {
            let table = table_of(component);
            let codes = (&self.dc[table], &self.ac[table]);
            Patterns::new(&colours.levels(component), &self.quantisers[table], codes).map(Arc::new)
        };
        let luma = make(0)?;
        let blue = if is_one(colours, &self.quantisers) { Arc::clone(&luma) } else { make(1)? };
        let red = if colours.levels(1) == colours.levels(2) { Arc::clone(&blue) } else { make(2)? };
        Some([luma, blue, red])
    }
}

/// Steps by which every colour comes back, chosen by measurement.
pub(super) fn quantisers(colours: Colours, nine_to_one: bool) -> [Quantiser; 2] {
    let finer = |one: usize, other: usize| colours.half_distance(one).min(colours.half_distance(other));
    let of = |half: f32, levels_max: usize| {
        let two_levels = nine_to_one && levels_max <= 2;
        let step = if nine_to_one { half } else { half * STEP_OF_ONE_PIXEL };
        let step = (step as u8).max(1);
        let wanted = |place: usize| {
            let (u, v) = (place / 8, place % 8);
            !two_levels || (u.max(v) <= INDEX_MAX && u + v <= INDEX_SUM_MAX)
        };
        Quantiser::new(std::array::from_fn(|place| if wanted(place) { step } else { COARSEST }))
    };
    let levels = |component: usize| colours.levels(component).len();
    [of(colours.half_distance(0), levels(0)), of(finer(1, 2), levels(1).max(levels(2)))]
}

/// Whether all components are coded alike.
fn is_one(colours: Colours, quantisers: &[Quantiser; 2]) -> bool {
    let levels = colours.levels(0);
    quantisers[0].steps == quantisers[1].steps && (1..3).all(|component| colours.levels(component) == levels)
}

/// Codes for cells of every colour equally often, as compressed or sealed bytes make them.
fn fitted(colours: Colours, nine_to_one: bool, quantisers: &[Quantiser; 2]) -> ([Codes; 2], [Codes; 2]) {
    let grid = Grid { width: SAMPLE_SIDE, height: SAMPLE_SIDE, colours, nine_to_one };
    let mut state = 0x5EED;
    let cells: Vec<u8> = (0..grid.columns() * grid.rows())
        .map(|_| (splitmix64(&mut state) % u64::from(colours.count())) as u8)
        .collect();
    let source = Source::new(&grid, &cells);
    let (mut dc, mut ac) = ([Tally::of_dc(), Tally::of_dc()], [Tally::of_ac(), Tally::of_ac()]);
    let is_one = is_one(colours, quantisers);
    for component in 0..3 {
        let table = if is_one { 0 } else { table_of(component) };
        let mut before = 0;
        for (row, column) in (0..SAMPLE_SIDE / 8).flat_map(|row| (0..SAMPLE_SIDE / 8).map(move |x| (row, x)))
        {
            let samples = source.block(component, column as usize, row as usize);
            let block = quantisers[table].quantise(&forward(&samples));
            let mut is_dc = true;
            symbols(&block, before, |symbol, _, _| {
                let tally = if is_dc { &mut dc[table] } else { &mut ac[table] };
                tally.add(symbol);
                is_dc = false;
            });
            before = block[0];
        }
    }
    if is_one {
        (dc[1], ac[1]) = (dc[0].clone(), ac[0].clone());
    }
    (dc.map(|tally| Codes::fitted(&tally.0)), ac.map(|tally| Codes::fitted(&tally.0)))
}

/// SplitMix64, as Steele, Lea and Flood give it.
fn splitmix64(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}
