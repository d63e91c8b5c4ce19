//! The colours that cells have: evenly spaced levels of brightness, blueness and redness.

/// Fewest colours.
pub const COLOURS_MIN: u16 = 2;
/// Most colours.
pub const COLOURS_MAX: u16 = 256;

/// How far levels lie from the middle where two or three components vary: as far as RGB allows for all of them.
const REACH: u8 = 46;
/// The same where brightness alone varies.
const REACH_OF_GREY: u8 = 112;
/// No colour, middle brightness.
const MIDDLE: u8 = 128;

/// A palette.
///
/// A colour's number holds, from the lowest bit on, the level of its brightness, its blueness and its redness. A count that is
/// no power of two has the first colours of the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colours {
    count: u16,
    bits: [u32; 3],
}

impl Colours {
    /// `None` when `count` is not from [`COLOURS_MIN`] to [`COLOURS_MAX`].
    pub fn new(count: u16) -> Option<Self> {
        if !(COLOURS_MIN..=COLOURS_MAX).contains(&count) {
            return None;
        }
        Some(Self { count, bits: bits_of(count) })
    }

    /// The palette whose count is nearest to this one.
    pub fn nearest(count: u16) -> Self {
        let count = count.clamp(COLOURS_MIN, COLOURS_MAX);
        Self { count, bits: bits_of(count) }
    }

    /// How many colours there are.
    pub fn count(self) -> u16 {
        self.count
    }

    /// Bits of a colour's number that say its brightness, its blueness, its redness.
    pub fn bits(self) -> [u32; 3] {
        self.bits
    }

    /// Bits that each cell carries, when that is the same for all.
    pub fn whole_bits(self) -> Option<u32> {
        self.count.is_power_of_two().then(|| self.count.ilog2())
    }

    /// How far the levels of every component lie from the middle.
    pub fn reach(self) -> u8 {
        if self.bits[1] == 0 { REACH_OF_GREY } else { REACH }
    }

    /// The levels of a component (0 brightness, 1 blueness, 2 redness) as JPEG has them, rising.
    pub fn levels(self, component: usize) -> Vec<u8> {
        let last = match self.bits.get(component) {
            None | Some(0) => return vec![MIDDLE],
            Some(bits) => (1u32 << bits) - 1,
        };
        let (low, span) = (u32::from(MIDDLE - self.reach()), 2 * u32::from(self.reach()));
        (0..=last).map(|level| (low + (2 * span * level + last) / (2 * last)) as u8).collect()
    }

    /// Which level of a component a colour has.
    pub fn level_of(self, colour: u8, component: usize) -> u8 {
        let shift: u32 = self.bits.iter().take(component).sum();
        let bits = self.bits.get(component).copied().unwrap_or(0);
        ((u32::from(colour) >> shift) & ((1 << bits) - 1)) as u8
    }

    /// Half the distance of two levels that stand beside each other; the reach where there is one level.
    pub fn half_distance(self, component: usize) -> f32 {
        let bits = self.bits.get(component).copied().unwrap_or(0);
        f32::from(self.reach()) / ((1u32 << bits) - 1).max(1) as f32
    }

    /// The colours as red, green and blue, in the order of their numbers.
    pub fn rgb(self) -> Vec<[u8; 3]> {
        let levels = [0, 1, 2].map(|component| self.levels(component));
        let of = |colour: u16| {
            let level = |component: usize| {
                let index = self.level_of(colour as u8, component);
                levels[component].get(usize::from(index)).copied().unwrap_or(MIDDLE)
            };
            rgb_of([level(0), level(1), level(2)])
        };
        (0..self.count).map(of).collect()
    }
}

/// The bits of a colour's number, brightness first where they cannot be shared evenly.
fn bits_of(count: u16) -> [u32; 3] {
    let all = count.next_power_of_two().ilog2();
    [all.div_ceil(3), (all + 1) / 3, all / 3]
}

/// Brightness, blueness and redness of JFIF, in whole numbers of 65536ths, as encoders compute them.
pub fn ycbcr_of([r, g, b]: [u8; 3]) -> [u8; 3] {
    let [r, g, b] = [r, g, b].map(i32::from);
    let middle = 128 << 16;
    [
        19595 * r + 38470 * g + 7471 * b,
        -11059 * r - 21709 * g + 32768 * b + middle,
        32768 * r - 27439 * g - 5329 * b + middle,
    ]
    .map(|sum| ((sum + 0x7FFF) >> 16) as u8)
}

/// The colour nearest to the exact inverse that gives just these three.
fn rgb_of(wanted: [u8; 3]) -> [u8; 3] {
    let [y, cb, cr] = wanted.map(f32::from);
    let (blue, red) = (cb - 128.0, cr - 128.0);
    let exact = [y + 1.402 * red, y - 0.344_136 * blue - 0.714_136 * red, y + 1.772 * blue];
    let base = exact.map(|value| value.round() as i32);
    let mut near: Vec<[i32; 3]> = Vec::new();
    for r in -2..=2 {
        for g in -2..=2 {
            near.extend((-2..=2).map(|b| [r, g, b]));
        }
    }
    near.sort_by_key(|[r, g, b]| r * r + g * g + b * b);
    let moved = near
        .iter()
        .map(|[r, g, b]| [base[0] + r, base[1] + g, base[2] + b].map(|value| value.clamp(0, 255) as u8));
    let mut moved = moved.chain([base.map(|value| value.clamp(0, 255) as u8)]);
    moved.find(|rgb| ycbcr_of(*rgb) == wanted).unwrap_or(base.map(|value| value.clamp(0, 255) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_is_had_exactly_from_red_green_and_blue() {
        for count in COLOURS_MIN..=COLOURS_MAX {
            let colours = Colours::new(count).unwrap();
            let rgb = colours.rgb();
            assert_eq!(rgb.len(), usize::from(count));
            for (colour, rgb) in rgb.iter().enumerate() {
                let level = |component: usize| {
                    colours.levels(component)[usize::from(colours.level_of(colour as u8, component))]
                };
                assert_eq!(ycbcr_of(*rgb), [level(0), level(1), level(2)], "{count} colours, {colour}");
            }
        }
    }

    #[test]
    fn counts_outside_the_range_are_none() {
        assert_eq!((Colours::new(1), Colours::new(257)), (None, None));
        assert_eq!(Colours::new(8).map(Colours::bits), Some([1, 1, 1]));
        assert_eq!(Colours::new(200).map(Colours::bits), Some([3, 3, 2]));
        assert_eq!(Colours::new(2).unwrap().levels(0), [16, 240]);
        assert_eq!(Colours::new(16).unwrap().levels(0), [82, 113, 143, 174]);
    }
}
