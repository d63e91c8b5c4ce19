//! Any body comes back, whatever the picture.

use proptest::prelude::*;

use super::group::{GROUP_BYTES_FORM_A, GROUP_BYTES_FORM_B, GROUP_SCAN_BYTES, read_group, write_group};
use super::*;
use crate::card::sync_card;

pub(super) fn noise(seed: u64, size: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    std::iter::repeat_with(|| random.u8(..)).take(size).collect()
}

pub(super) fn write(geometry: Geometry, card: Option<&Card>, body: &[&[u8]]) -> Vec<u8> {
    let mut jpeg = Vec::new();
    FrameWriter::new(geometry).unwrap().write(card, body, b"header", &mut jpeg).unwrap();
    jpeg
}

/// The body as it must come back: with zeros up to the end of its last group.
fn check_body(body: &[u8], out: &[u8], info: FrameInfo) {
    assert!(info.complete);
    assert_eq!(out.get(..body.len()), Some(body));
    assert!(out[body.len()..].iter().all(|&byte| byte == 0));
    assert!(out.len() < body.len() + GROUP_BYTES_FORM_A);
}

fn geometries() -> impl Strategy<Value = Geometry> {
    (16u32..130, 16u32..130, any::<bool>()).prop_map(|(width, height, full)| {
        Geometry::new(width, height, if full { Chroma::C444 } else { Chroma::C420 }).unwrap()
    })
}

/// Noise, constants, counters, and stretches of the two values that must not appear.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let stretch = prop_oneof![
        (any::<u64>(), 0usize..2000).prop_map(|(seed, size)| noise(seed, size)),
        (any::<u8>(), 0usize..900).prop_map(|(byte, size)| vec![byte; size]),
        (any::<u8>(), 0usize..900)
            .prop_map(|(start, size)| { (0..size).map(|index| start.wrapping_add(index as u8)).collect() }),
        (0usize..900).prop_map(|size| (0..size).map(|index| 0xFE | (index as u8 & 1)).collect()),
    ];
    prop::collection::vec(stretch, 0..8).prop_map(|parts| parts.concat())
}

#[test]
fn a_group_without_a_free_pair_has_three_keys() {
    let body: [u8; GROUP_BYTES_FORM_A] = std::array::from_fn(|index| index as u8);
    let (mut scan, mut back) = ([0; GROUP_SCAN_BYTES], [0; GROUP_BYTES_FORM_A]);
    assert_eq!(write_group(&body, &mut scan), GROUP_BYTES_FORM_B);
    assert!(scan.chunks(64).all(|block| block[0] == 0xFE && block[1..].iter().all(|&byte| byte < 0xFE)));
    assert_eq!(read_group(&scan, &mut back), GROUP_BYTES_FORM_B);
    assert_eq!(back[..GROUP_BYTES_FORM_B], body[..GROUP_BYTES_FORM_B]);
}

#[test]
fn a_group_whose_only_free_pair_is_the_last_has_one_key() {
    let body: [u8; GROUP_BYTES_FORM_A] = std::array::from_fn(|index| (index % 254) as u8);
    let (mut scan, mut back) = ([0; GROUP_SCAN_BYTES], [0; GROUP_BYTES_FORM_A]);
    assert_eq!(write_group(&body, &mut scan), GROUP_BYTES_FORM_A);
    assert_eq!(scan[1], 127);
    assert_eq!(read_group(&scan, &mut back), GROUP_BYTES_FORM_A);
    assert_eq!(back, body);
}

#[test]
fn sizes_follow_from_the_geometry() {
    let geometry = Geometry::new(1920, 1080, Chroma::C420).unwrap();
    assert_eq!(geometry.block_count(), 120 * 68 * 6);
    assert_eq!(geometry.group_count(), 120 * 67);
    assert!(geometry.capacity_bytes_worst(0) >= 3_000_000);
    let full = Geometry::new(1920, 1080, Chroma::C444).unwrap();
    assert_eq!(full.group_count(), 120 * 135);
    assert!(Geometry::new(15, 16, Chroma::C420).is_err());
    assert!(Geometry::new(16, 16385, Chroma::C444).is_err());
}

#[test]
fn a_full_frame_is_98_percent_payload() {
    let geometry = Geometry::new(1920, 1080, Chroma::C420).unwrap();
    let body = noise(1, geometry.capacity_bytes() as usize - 100);
    let jpeg = write(geometry, None, &[&body]);
    assert!(body.len() as f64 / jpeg.len() as f64 > 0.98, "{} of {}", body.len(), jpeg.len());
}

#[test]
fn a_body_that_is_too_long_is_refused_with_what_would_fit() {
    let geometry = Geometry::new(64, 64, Chroma::C420).unwrap();
    let writer = FrameWriter::new(geometry).unwrap();
    let mut jpeg = Vec::new();
    let long = vec![0; geometry.capacity_bytes() as usize + 1];
    assert!(matches!(writer.write(None, &[&long], &[], &mut jpeg), Err(WriteError::BodyTooLong { .. })));
    let worst: Vec<u8> = (0..geometry.capacity_bytes()).map(|index| index as u8).collect();
    let error = writer.write(None, &[&worst], &[], &mut jpeg).unwrap_err();
    let fitting_bytes = geometry.capacity_bytes_worst(0);
    assert_eq!(error, WriteError::BodyTooLong { body_bytes: worst.len() as u64, fitting_bytes });
    writer.write(None, &[&worst[..fitting_bytes as usize]], &[], &mut jpeg).unwrap();
    assert!(matches!(writer.write(None, &[], &[0; 65536], &mut jpeg), Err(WriteError::HeaderTooLong { .. })));
}

#[test]
fn the_copy_of_the_header_is_read_without_the_scan() {
    let geometry = Geometry::new(64, 64, Chroma::C420).unwrap();
    let jpeg = write(geometry, None, &[b"body"]);
    assert_eq!(read_app9(&jpeg), Some(b"header".as_slice()));
    assert_eq!(read_app9(&jpeg[..40]), Some(b"header".as_slice()));
    assert_eq!(read_app9(&jpeg[..30]), None);
    assert_eq!(read_app9(b""), None);
}

#[test]
fn a_frame_that_is_cut_off_gives_the_groups_that_are_whole() {
    let geometry = Geometry::new(64, 64, Chroma::C420).unwrap();
    let body = noise(7, 5000);
    let jpeg = write(geometry, None, &[&body]);
    let whole_groups = 5;
    let cut = jpeg.len() - 4 - 2 * (96 - 14 * 6) - (14 - whole_groups) * GROUP_SCAN_BYTES + 10;
    let mut out = Vec::new();
    let info = read_frame(&jpeg[..cut], &mut out).unwrap();
    assert!(!info.complete);
    assert_eq!(info.group_count, whole_groups as u64);
    assert_eq!(out[..], body[..out.len()]);
}

#[test]
fn a_damaged_byte_spoils_its_own_group_only() {
    let geometry = Geometry::new(64, 64, Chroma::C420).unwrap();
    let body = noise(7, 5000);
    let mut jpeg = write(geometry, None, &[&body]);
    let at = jpeg.len() - 4 - 2 * (96 - 14 * 6) - 10 * GROUP_SCAN_BYTES + 5;
    for value in [0xFE, 0xFF, 0x00] {
        jpeg[at] = value;
        let mut out = Vec::new();
        read_frame(&jpeg, &mut out).unwrap();
        let differing = out.iter().zip(&body).filter(|(a, b)| a != b).count();
        assert!(differing <= 1, "{value:#x}: {differing}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_body_comes_back_from_any_picture(
        geometry in geometries(),
        body in bodies(),
        with_card in any::<bool>(),
        cut in any::<prop::sample::Index>(),
        stale in prop::collection::vec(any::<u8>(), 0..3000),
    ) {
        let card = with_card.then(|| sync_card(geometry));
        let card_rows = card.as_ref().map_or(0, |card| card.mcu_row_count(geometry.chroma));
        let body = &body[..body.len().min(geometry.capacity_bytes_worst(card_rows) as usize)];
        let (head, tail) = body.split_at(cut.index(body.len() + 1));
        // What an earlier frame left in the buffers must not show.
        let (mut jpeg, mut out) = (stale.clone(), stale);
        FrameWriter::new(geometry).unwrap().write(card.as_ref(), &[head, &[], tail], b"header", &mut jpeg).unwrap();
        let info = read_frame(&jpeg, &mut out).unwrap();
        check_body(body, &out, info);
        prop_assert_eq!(info.path, ReadPath::Copied);
        prop_assert_eq!(info.geometry, geometry);
        if !body.is_empty() {
            prop_assert_eq!(info.card_rows, card_rows);
        }
        prop_assert_eq!(jpeg, write(geometry, card.as_ref(), &[body]));
    }
}
