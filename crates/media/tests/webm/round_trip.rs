//! Any frames at any times come back as they were.

use std::path::Path;

use proptest::prelude::*;
use reel_media::webm::{WebmCodec, WebmFrame, WebmReader, WebmSpec, WebmWriter};
use reel_types::time::{Rational, Timestamp};

#[derive(Clone, Debug)]
struct Frame {
    gap_millis: i64,
    is_key: bool,
    colour: Vec<u8>,
    alpha: Vec<u8>,
}

const MILLI: Rational = Rational { num: 1, den: 1000 };

fn write(path: &Path, frames: &[Frame], has_alpha: bool, tick_nanos: u32) {
    let mut spec = WebmSpec::new(WebmCodec::Vp9, 64, 64, has_alpha);
    spec.tick_nanos = tick_nanos;
    let mut writer = WebmWriter::create(path, &spec).unwrap();
    let mut ticks = 0;
    for (index, frame) in frames.iter().enumerate() {
        ticks += frame.gap_millis;
        let frame = WebmFrame {
            time: Timestamp::new(ticks, MILLI),
            duration_ticks: (frame.gap_millis % 2 == 0).then_some(40),
            is_key: frame.is_key || index == 0,
            colour: &frame.colour,
            alpha: has_alpha.then_some(&frame.alpha),
        };
        writer.write_frame(&frame).unwrap();
    }
    let summary = writer.finish().unwrap();
    assert_eq!(summary.size_bytes, path.metadata().unwrap().len());
}

fn frame() -> impl Strategy<Value = Frame> {
    let bytes = || proptest::collection::vec(any::<u8>(), 0..300);
    (prop_oneof![1..100_i64, 1..70_000_i64], any::<bool>(), bytes(), bytes())
        .prop_map(|(gap_millis, is_key, colour, alpha)| Frame { gap_millis, is_key, colour, alpha })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn frames_come_back(frames in proptest::collection::vec(frame(), 1..40), has_alpha: bool, fine: bool) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.webm");
        let tick_nanos = if fine { 100_000 } else { 1_000_000 };
        write(&path, &frames, has_alpha, tick_nanos);
        let mut reader = WebmReader::open(&path).unwrap();
        prop_assert_eq!(reader.video().unwrap().alpha_mode, has_alpha);
        let (mut packet, mut millis, mut last_cluster) = (Vec::new(), 0, None);
        for (index, frame) in frames.iter().enumerate() {
            let block = reader.next_block().unwrap().unwrap();
            millis += frame.gap_millis;
            prop_assert_eq!(reader.time(&block), Timestamp::new(millis, MILLI));
            prop_assert_eq!(block.is_key, frame.is_key || index == 0);
            prop_assert!(!block.is_key || last_cluster != Some(block.cluster_index), "a key frame within a cluster");
            last_cluster = Some(block.cluster_index);
            reader.read(&block.data, &mut packet).unwrap();
            prop_assert_eq!(&packet, &frame.colour);
            prop_assert_eq!(block.alpha.is_some(), has_alpha);
            if let Some(alpha) = &block.alpha {
                reader.read(alpha, &mut packet).unwrap();
                prop_assert_eq!(&packet, &frame.alpha);
            }
        }
        prop_assert!(reader.next_block().unwrap().is_none());
    }
}

#[test]
fn a_cluster_is_never_longer_than_five_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.webm");
    let frame = Frame { gap_millis: 500, is_key: false, colour: vec![1; 10], alpha: vec![2; 10] };
    write(&path, &vec![frame; 61], true, 1_000_000);
    let mut reader = WebmReader::open(&path).unwrap();
    let mut first_of_cluster = Vec::new();
    while let Some(block) = reader.next_block().unwrap() {
        first_of_cluster.resize(block.cluster_index as usize + 1, block.ticks);
        assert!(block.ticks - first_of_cluster[block.cluster_index as usize] <= 5_000);
    }
    assert_eq!(first_of_cluster.len(), 6);
}

#[test]
fn what_cannot_be_written_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.webm");
    let frame = |ticks: i64, is_key: bool, alpha: Option<&'static [u8]>| WebmFrame {
        time: Timestamp::new(ticks, MILLI),
        duration_ticks: None,
        is_key,
        colour: b"c",
        alpha,
    };
    let spec = WebmSpec::new(WebmCodec::Vp9, 64, 64, true);
    let mut writer = WebmWriter::create(&path, &spec).unwrap();
    let mut check = |frame: WebmFrame<'_>, expected: Option<&str>| {
        let error = writer.write_frame(&frame).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), expected);
    };
    check(frame(0, false, Some(b"a")), Some("frame 0 is the first and no key frame"));
    check(frame(0, true, None), Some("frame 0 has no alpha plane"));
    check(frame(0, true, Some(b"a")), None);
    check(frame(0, true, Some(b"a")), Some("frame 1 is not later than the one before"));
    check(frame(i64::MAX / 2, true, Some(b"a")), None);
    let empty = WebmWriter::create(&path, &spec).unwrap();
    assert_eq!(empty.finish().unwrap_err().to_string(), "there is no frame to write");
    assert!(WebmWriter::create(&path, &WebmSpec::new(WebmCodec::Vp9, 0, 64, true)).is_err());
}
