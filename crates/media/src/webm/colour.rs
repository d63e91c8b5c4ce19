//! How numbers mean colours: FFmpeg's names, and the numbers of ITU-T H.273 in Matroska.

use super::ebml::Bytes;
use super::ids;
use crate::probe::ColourInfo;

const MATRICES: [(&str, u64); 9] = [
    ("gbr", 0),
    ("bt709", 1),
    ("fcc", 4),
    ("bt470bg", 5),
    ("smpte170m", 6),
    ("smpte240m", 7),
    ("ycgco", 8),
    ("bt2020nc", 9),
    ("bt2020c", 10),
];

const PRIMARIES: [(&str, u64); 10] = [
    ("bt709", 1),
    ("bt470m", 4),
    ("bt470bg", 5),
    ("smpte170m", 6),
    ("smpte240m", 7),
    ("film", 8),
    ("bt2020", 9),
    ("smpte428", 10),
    ("smpte431", 11),
    ("smpte432", 12),
];

const TRANSFERS: [(&str, u64); 17] = [
    ("bt709", 1),
    ("bt470m", 4),
    ("gamma22", 4),
    ("bt470bg", 5),
    ("gamma28", 5),
    ("smpte170m", 6),
    ("smpte240m", 7),
    ("linear", 8),
    ("log100", 9),
    ("log316", 10),
    ("iec61966-2-4", 11),
    ("bt1361e", 12),
    ("iec61966-2-1", 13),
    ("bt2020-10", 14),
    ("bt2020-12", 15),
    ("smpte2084", 16),
    ("arib-std-b67", 18),
];

/// The element `Colour`; nothing when nothing is known.
pub(super) fn put_colour(out: &mut Bytes, colour: &ColourInfo) {
    let mut body = Bytes::default();
    let number = |table: &[(&str, u64)], name: &Option<String>| {
        let name = name.as_deref()?;
        table.iter().find(|(known, _)| *known == name).map(|(_, number)| *number)
    };
    if let Some(matrix) = number(&MATRICES, &colour.matrix) {
        body.uint(ids::MATRIX_COEFFICIENTS, matrix);
    }
    let (across, down) = match colour.chroma_location.as_deref() {
        Some("left") => (1, 2),
        Some("topleft") => (1, 1),
        Some("center") => (2, 2),
        Some("top") => (2, 1),
        _ => (0, 0),
    };
    if across > 0 {
        body.uint(ids::CHROMA_SITING_HORZ, across).uint(ids::CHROMA_SITING_VERT, down);
    }
    match colour.range.as_deref() {
        Some("tv") => body.uint(ids::RANGE, 1),
        Some("pc") => body.uint(ids::RANGE, 2),
        _ => &mut body,
    };
    if let Some(transfer) = number(&TRANSFERS, &colour.transfer) {
        body.uint(ids::TRANSFER, transfer);
    }
    if let Some(primaries) = number(&PRIMARIES, &colour.primaries) {
        body.uint(ids::PRIMARIES, primaries);
    }
    if !body.0.is_empty() {
        out.binary(ids::COLOUR, &body.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_numbers_and_unknown_ones_nothing() {
        let name = |text: &str| Some(text.to_owned());
        let mut colour = ColourInfo {
            range: name("tv"),
            primaries: name("bt2020"),
            transfer: name("smpte2084"),
            matrix: name("bt2020nc"),
            chroma_location: None,
        };
        let mut out = Bytes::default();
        put_colour(&mut out, &colour);
        let hdr = [0x55, 0xb1, 0x81, 9, 0x55, 0xb9, 0x81, 1, 0x55, 0xba, 0x81, 16, 0x55, 0xbb, 0x81, 9];
        assert_eq!(out.0[3..], hdr);
        colour = ColourInfo { matrix: name("unspecified"), ..ColourInfo::default() };
        let mut out = Bytes::default();
        put_colour(&mut out, &colour);
        assert!(out.0.is_empty());
    }
}
