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

/// Spreads blocks of `symbol_counts` symbols over as few frames of `per_frame` symbols as hold them: each frame has its
/// share of each block, so a lost frame costs every block the same part.
pub(super) fn interleave(symbol_counts: &[u32], per_frame: u32) -> Vec<Vec<Stretch>> {
    let total: u64 = symbol_counts.iter().map(|count| u64::from(*count)).sum();
    let mut frame_count = total.div_ceil(u64::from(per_frame.max(1)));
    // Each block's share is rounded by itself, so a frame may get one symbol more of each than its own.
    while (0..frame_count).any(|frame| share(symbol_counts, frame, frame_count) > u64::from(per_frame.max(1)))
    {
        frame_count += 1;
    }
    let stretches = |frame: u64| {
        let stretch = |(block, count): (usize, &u32)| {
            let (first_esi, end) = (end(*count, frame, frame_count), end(*count, frame + 1, frame_count));
            (end > first_esi).then_some(Stretch { block, first_esi, count: end - first_esi })
        };
        symbol_counts.iter().enumerate().filter_map(stretch).collect()
    };
    (0..frame_count).map(stretches).collect()
}

/// The first symbol of a block of `count` that frame `frame` does not hold any more.
fn end(count: u32, frame: u64, frame_count: u64) -> u32 {
    (u64::from(count) * frame / frame_count) as u32
}

fn share(symbol_counts: &[u32], frame: u64, frame_count: u64) -> u64 {
    let held = |count: &u32| u64::from(end(*count, frame + 1, frame_count) - end(*count, frame, frame_count));
    symbol_counts.iter().map(held).sum()
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
    fn a_lost_frame_costs_each_block_the_same() {
        let frames = interleave(&[1050; 8], 375);
        assert_eq!(frames.len(), 23);
        for frame in &frames {
            assert!(frame.len() == 8 && frame.iter().all(|stretch| (45..=46).contains(&stretch.count)));
        }
    }
}
