//! Several videos of one content: which of them are there, and which blocks each holds.

use std::collections::BTreeSet;
use std::ops::Range;

use reel_engine::RunError;
use reel_types::{Failure, FailureKind};

use crate::frame::Metadata;

/// Missing videos that are named; the rest is counted.
const NAMED_MAX: usize = 10;

/// Whether two videos say the same about the whole. A long name may be cut elsewhere in each of several, so it does not count.
pub(super) fn is_same_content(one: &Metadata, other: &Metadata) -> bool {
    let whole = |metadata: &Metadata| Metadata { name: None, part: None, ..metadata.clone() };
    whole(one) == whole(other)
}

/// The blocks that video `part` of `part_count` holds.
pub(super) fn blocks_of(part: u32, part_count: u32, block_count: u32) -> Range<u32> {
    let each = block_count.div_ceil(part_count.max(1)).max(1);
    let end = part.saturating_mul(each).min(block_count);
    part.saturating_sub(1).saturating_mul(each).min(block_count)..end
}

/// The videos that were not given.
pub(super) fn missing(given: &BTreeSet<u32>, part_count: u32) -> Vec<u32> {
    // A count can be claimed that nobody could give.
    (1..=part_count).filter(|part| !given.contains(part)).take(NAMED_MAX + 1).collect()
}

/// The refusal that names them.
pub(super) fn not_all(missing: &[u32], given_count: usize, part_count: u32) -> RunError {
    let message = match missing {
        [one] => format!("part {one} of {part_count} is missing"),
        some => {
            let named: Vec<String> = some.iter().take(NAMED_MAX).map(u32::to_string).collect();
            let all = (part_count as usize).saturating_sub(given_count);
            let more = all.saturating_sub(named.len());
            let (last, before) = named.split_last().map_or((String::new(), &[][..]), |(l, b)| (l.clone(), b));
            let list = match (more, before) {
                (0, []) => last,
                (0, before) => format!("{} and {last}", before.join(", ")),
                (more, _) => format!("{} and {more} more", named.join(", ")),
            };
            format!("parts {list} of {part_count} are missing")
        }
    };
    let it = if missing.len() == 1 { "it" } else { "them" };
    Failure::new(FailureKind::Input, format!("{message}; give {it} too"))
        .with_hint("name all videos in one command, in any order; --allow-partial writes what these hold")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &[u32], part_count: u32, expected: &str) {
        let given: BTreeSet<u32> = given.iter().copied().collect();
        let told = not_all(&missing(&given, part_count), given.len(), part_count).to_string();
        assert!(told.starts_with(expected), "{told}");
    }

    #[test]
    fn missing_parts_are_named_by_number() {
        check(&[1, 2, 4, 5, 6, 7], 7, "part 3 of 7 is missing; give it too");
        check(&[2], 4, "parts 1, 3 and 4 of 4 are missing; give them too");
        check(&[1], 100, "parts 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 89 more of 100 are missing");
        check(&[1], u32::MAX, "parts 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 4294967284 more of");
    }

    #[test]
    fn every_block_is_in_one_part() {
        for (blocks, parts) in [(0, 1), (1, 1), (10, 3), (10, 5), (7, 7), (3, 9), (u32::MAX, 9999)] {
            let mut next = 0;
            for part in 1..=parts {
                let range = blocks_of(part, parts, blocks);
                assert!(range.start == next || range.is_empty(), "{range:?}");
                next = next.max(range.end);
            }
            assert_eq!(next, blocks);
        }
    }
}
