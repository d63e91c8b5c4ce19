//! `Range` of HTTP (RFC 9110): which bytes of an object a client wants.

/// Most ranges of one request; with more the whole object is sent.
const RANGES_MAX: usize = 8;

/// Which bytes: from `begin` to before `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ByteRange {
    pub(crate) begin: u64,
    pub(crate) end: u64,
}

/// What a `Range` header asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Wanted {
    /// Everything: no header, one that is not understood, or one that asks for too much at once.
    All,
    /// These, at least one.
    Ranges(Vec<ByteRange>),
    /// Only bytes that are not there.
    Nothing,
}

/// Reads the header for an object of `size` bytes.
pub(crate) fn wanted(header: Option<&str>, size: u64) -> Wanted {
    let Some(list) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else {
        return Wanted::All;
    };
    let specs: Vec<&str> = list.split(',').map(str::trim).filter(|spec| !spec.is_empty()).collect();
    if specs.is_empty() || specs.len() > RANGES_MAX {
        return Wanted::All;
    }
    let Some(parsed) = specs.into_iter().map(|spec| range(spec, size)).collect::<Option<Vec<_>>>() else {
        return Wanted::All;
    };
    let ranges: Vec<ByteRange> = parsed.into_iter().flatten().collect();
    let asked: u64 = ranges.iter().map(|range| range.end - range.begin).fold(0, u64::saturating_add);
    match ranges.is_empty() {
        true => Wanted::Nothing,
        // Overlapping ranges that add up to more than the object are an attack, or a mistake.
        false if asked > size => Wanted::All,
        false => Wanted::Ranges(ranges),
    }
}

/// One range; nothing inside when it lies past the end, nothing at all when it is no range.
fn range(spec: &str, size: u64) -> Option<Option<ByteRange>> {
    let (first, last) = spec.split_once('-')?;
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number that does not fit lies past every end.
        is_number.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let (begin, end) = match (first, last) {
        ("", suffix) => (size.saturating_sub(number(suffix)?), size),
        (first, "") => (number(first)?, size),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            (first, last.saturating_add(1).min(size))
        }
    };
    Some((begin < end).then_some(ByteRange { begin, end }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(pairs: &[(u64, u64)]) -> Wanted {
        Wanted::Ranges(pairs.iter().map(|(begin, end)| ByteRange { begin: *begin, end: *end }).collect())
    }

    #[test]
    fn ranges_are_cut_to_the_object() {
        let check = |header: &str, expected: Wanted| {
            assert_eq!(wanted(Some(header), 100), expected, "{header}");
        };
        check("bytes=0-0", ranges(&[(0, 1)]));
        check("bytes=0-", ranges(&[(0, 100)]));
        check("bytes=90-200", ranges(&[(90, 100)]));
        check("bytes=-10", ranges(&[(90, 100)]));
        check("bytes=-1000", ranges(&[(0, 100)]));
        check("bytes=0-9, 20-29,-5", ranges(&[(0, 10), (20, 30), (95, 100)]));
        check("bytes=100-, 0-1", ranges(&[(0, 2)]));
        check("bytes=18446744073709551616-", Wanted::Nothing);
        check("bytes=100-", Wanted::Nothing);
        check("bytes=-0", Wanted::Nothing);
    }

    #[test]
    fn what_is_not_understood_counts_as_no_range() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=a-b",
            "bytes=5-1",
            "frames=0-1",
            "bytes=--1",
            "bytes=+1-2",
        ] {
            assert_eq!(wanted(Some(header), 100), Wanted::All, "{header}");
        }
        assert_eq!(wanted(None, 100), Wanted::All);
    }

    #[test]
    fn too_many_ranges_or_the_same_bytes_again_and_again_are_not_served() {
        assert_eq!(wanted(Some("bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8"), 100), Wanted::All);
        assert_eq!(wanted(Some("bytes=0-,0-,0-"), 100), Wanted::All);
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_asked_what_is_served_is_there(header in "(bytes=)?[0-9,\\- ]{0,40}", size in 0_u64..200) {
            if let Wanted::Ranges(ranges) = wanted(Some(&header), size) {
                assert!((1..=RANGES_MAX).contains(&ranges.len()));
                assert!(ranges.iter().all(|range| range.begin < range.end && range.end <= size));
                assert!(ranges.iter().map(|range| range.end - range.begin).sum::<u64>() <= size);
            }
        }
    }

    #[test]
    fn an_empty_object_has_no_range() {
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Nothing);
        assert_eq!(wanted(Some("bytes=-5"), 0), Wanted::Nothing);
    }
}
