//! What is told of films whose alpha plane is not as it should be.

use std::path::{Path, PathBuf};

use reel_media::webm::{
    AlphaDecode, AlphaExpectation, AlphaProblem, AlphaReport, WebmCodec, WebmFrame, WebmSpec, WebmWriter,
    verify_alpha,
};
use reel_types::CancelToken;
use reel_types::time::Timestamp;

use super::planes::{FRAMES, RATE, SIZE, VFR_BASE, blocks, ffmpeg, film, ivf, vfr_ticks};

fn look(path: &Path, expectation: &AlphaExpectation) -> AlphaReport {
    let scratch = tempfile::tempdir().unwrap();
    let report = verify_alpha(&ffmpeg(), path, expectation, scratch.path(), &CancelToken::new()).unwrap();
    assert_eq!(scratch.path().read_dir().unwrap().count(), 0, "something is left behind");
    report
}

fn expected() -> AlphaExpectation {
    let times = [vfr_ticks(0), vfr_ticks(1)].concat();
    AlphaExpectation { times: Some((times, VFR_BASE)), size: Some(SIZE), ..AlphaExpectation::default() }
}

#[test]
fn a_good_film_passes() {
    let folder = tempfile::tempdir().unwrap();
    let path = film(folder.path());
    let report = look(&path, &expected()).into_result().unwrap();
    assert_eq!((report.frame_count, report.decoded_count), (48, 3 * 2 + 12));
    assert!(report.alpha_bytes > 0);
    let full = AlphaExpectation { decode: AlphaDecode::Full, ..expected() };
    assert_eq!(look(&path, &full).into_result().unwrap().decoded_count, 48);
}

#[test]
fn a_film_that_is_not_what_was_expected_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = film(folder.path());
    let mut other = expected();
    other.times.as_mut().unwrap().0[7] += 180;
    other.frame_count = Some(47);
    other.size = Some((160, 88));
    let problems = look(&path, &other).problems;
    assert!(matches!(problems[0], AlphaProblem::Size { plane: "picture", frame: 0, found_height: 90, .. }));
    assert!(problems.iter().any(|problem| matches!(problem, AlphaProblem::Time { frame: 7, .. })));
    assert!(problems.contains(&AlphaProblem::FrameCount { expected: 47, found: 48 }));
}

/// The frames of a film again, each as `change` wants it.
fn changed(folder: &Path, has_alpha: bool, change: impl Fn(usize, &mut Vec<u8>, &mut Vec<u8>)) -> PathBuf {
    let source = film(folder);
    let (reader, blocks) = blocks(&source).unwrap();
    let out = folder.join("changed.webm");
    let mut writer =
        WebmWriter::create(&out, &WebmSpec::new(WebmCodec::Vp9, SIZE.0, SIZE.1, has_alpha)).unwrap();
    let (mut colour, mut alpha) = (Vec::new(), Vec::new());
    for (index, block) in blocks.iter().filter(|block| block.track_number == 1).enumerate() {
        reader.read(&block.data, &mut colour).unwrap();
        reader.read(block.alpha.as_ref().unwrap(), &mut alpha).unwrap();
        change(index, &mut colour, &mut alpha);
        let frame = WebmFrame {
            time: Timestamp::new(block.ticks, reader.time_base()),
            duration_ticks: None,
            is_key: block.is_key,
            colour: &colour,
            alpha: has_alpha.then_some(&alpha),
        };
        writer.write_frame(&frame).unwrap();
    }
    writer.finish().unwrap();
    out
}

#[test]
fn a_film_without_alpha_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = changed(folder.path(), false, |_, _, _| {});
    let report = look(&path, &AlphaExpectation::default());
    let problems = [AlphaProblem::NoAlphaMode, AlphaProblem::NoAlphaPacket { first: 0, count: 48 }];
    assert_eq!(report.problems, problems);
    let error = report.into_result().unwrap_err().to_string();
    assert!(error.contains("AlphaMode is not set; 48 frames have no alpha packet"), "{error}");
}

#[test]
fn alpha_that_does_not_decode_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = changed(folder.path(), true, |index, _, alpha| {
        if index == 24 {
            alpha.truncate(8);
        }
    });
    let problems = look(&path, &AlphaExpectation::default()).problems;
    assert!(problems.contains(&AlphaProblem::NoKey { plane: "alpha plane", frame: 24 }), "{problems:?}");
    assert!(
        problems.iter().any(|problem| matches!(problem, AlphaProblem::Undecodable { .. })),
        "{problems:?}"
    );
}

#[test]
fn frames_that_lost_their_alpha_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = changed(folder.path(), true, |index, _, alpha| {
        if index % 20 == 13 {
            alpha.clear();
        }
    });
    let problems = look(&path, &AlphaExpectation::default()).problems;
    assert!(problems.contains(&AlphaProblem::NoAlphaPacket { first: 13, count: 2 }), "{problems:?}");
}

#[test]
fn an_alpha_plane_of_another_size_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let small = ivf(folder.path(), "small", true, 0, (80, 46));
    let colour = ivf(folder.path(), "colour", false, 0, SIZE);
    let out = folder.path().join("out.webm");
    let mut writer = WebmWriter::create(&out, &WebmSpec::new(WebmCodec::Vp9, SIZE.0, SIZE.1, true)).unwrap();
    let mut planes = [colour, small].map(|path| reel_media::webm::IvfReader::open(&path).unwrap());
    let mut packets = [Vec::new(), Vec::new()];
    for index in 0..FRAMES {
        for (plane, packet) in planes.iter_mut().zip(&mut packets) {
            plane.next_packet(packet).unwrap().unwrap();
        }
        let frame = WebmFrame {
            time: Timestamp::new(index, RATE.inverse()),
            duration_ticks: None,
            is_key: index % 12 == 0,
            colour: &packets[0],
            alpha: Some(&packets[1]),
        };
        writer.write_frame(&frame).unwrap();
    }
    writer.finish().unwrap();
    let problems = look(&out, &AlphaExpectation::default()).problems;
    let told = |problem: &AlphaProblem| {
        matches!(problem, AlphaProblem::Size { plane: "alpha plane", found_width: 80, .. })
    };
    assert!(problems.iter().any(told), "{problems:?}");
    assert!(
        problems.iter().any(|problem| matches!(problem, AlphaProblem::Undecodable { decoded: 0, .. })),
        "{problems:?}"
    );
}
