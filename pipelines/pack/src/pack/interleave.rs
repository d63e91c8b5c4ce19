//! Which symbols of a group of blocks stand in which frame.

/// The symbols of one block in one frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stretch {
    /// Which block of the group.
    pub(super) block: usize,
    /// Its first symbol there.
    pub(super) first_esi: u32,
    /// How many follow it.
    pub(super) count: u32,
}

/// Spreads blocks of `symbol_counts` symbols evenly over as few frames of `per_frame` symbols as hold them: each frame has
/// its share of each block, so a lost frame costs every block the same part.
///
/// All symbols are put in one line, each at the place in it that it has in its own block, and the line is cut into equal pieces.
pub(super) fn interleave(symbol_counts: &[u32], per_frame: u32) -> Vec<Vec<Stretch>> {
    let total: u64 = symbol_counts.iter().map(|count| u64::from(*count)).sum();
    let frame_count = total.div_ceil(u64::from(per_frame.max(1)));
    let mut next = vec![0; symbol_counts.len()];
    let frame = |number: u64| {
        let starts = next.clone();
        for _ in total * number / frame_count..total * (number + 1) / frame_count {
            if let Some(block) = furthest_behind(symbol_counts, &next) {
                next[block] += 1;
            }
        }
        let stretch = |(block, (first_esi, end)): (usize, (u32, &u32))| {
            (*end > first_esi).then_some(Stretch { block, first_esi, count: *end - first_esi })
        };
        starts.into_iter().zip(&next).enumerate().filter_map(stretch).collect()
    };
    (0..frame_count).map(frame).collect()
}

/// The block whose next symbol has the earliest place, none when all stand in a frame.
fn furthest_behind(symbol_counts: &[u32], next: &[u32]) -> Option<usize> {
    // The middle of symbol n of N is (2n + 1) / 2N of its block; fractions are compared crosswise.
    let middle = |block: usize| (2 * u64::from(next[block]) + 1, u64::from(symbol_counts[block]));
    (0..next.len()).filter(|block| next[*block] < symbol_counts[*block]).min_by(|one, other| {
        let ((place, count), (other_place, other_count)) = (middle(*one), middle(*other));
        (place * other_count).cmp(&(other_place * count))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_symbol_stands_in_one_frame_and_no_frame_overflows(
            counts in prop::collection::vec(0_u32..1500, 0..12),
            per_frame in 1_u32..500,
        ) {
            let frames = interleave(&counts, per_frame);
            prop_assert_eq!(frames.len() as u32, counts.iter().sum::<u32>().div_ceil(per_frame));
            let mut next = vec![0; counts.len()];
            for frame in &frames {
                let held: u32 = frame.iter().map(|stretch| stretch.count).sum();
                prop_assert!(held <= per_frame, "{held} in a frame of {per_frame}");
                for stretch in frame {
                    prop_assert_eq!(next[stretch.block], stretch.first_esi);
                    next[stretch.block] += stretch.count;
                }
            }
            prop_assert_eq!(next, counts);
        }
    }

    #[test]
    fn blocks_in_step_fit_frames_of_fewer_symbols_than_blocks() {
        assert_eq!(interleave(&[5, 5, 5], 1).len(), 15);
    }

    #[test]
    fn a_lost_frame_costs_each_block_the_same() {
        let frames = interleave(&[1050; 8], 375);
        assert_eq!(frames.len(), 23);
        for frame in &frames {
            assert!(frame.len() == 8 && frame.iter().all(|stretch| (45..=46).contains(&stretch.count)));
        }
    }
}
