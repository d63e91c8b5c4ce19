//! Good results pass; each sort of damage is named.

use std::path::Path;

use reel_media::verify::{Effort, Expectation, Level, Problem, VerifyReport, verify};
use reel_testkit::clips;
use reel_types::CancelToken;

use super::ffmpeg;

fn good() -> Expectation {
    Expectation {
        frame_count: Some(150),
        video_duration_secs: Some(5.0),
        tolerance_secs: 0.04,
        frame_gap_max_secs: Some(0.05),
        audio_count: 1,
        audio_duration_secs: vec![5.0],
        video_codec: Some("h264".to_owned()),
        size: Some((320, 180)),
        times: None,
        seams_secs: vec![2.5],
    }
}

fn looked(path: &Path, expectation: &Expectation, level: Level) -> VerifyReport {
    verify(&ffmpeg(), path, expectation, Effort { level, cores: 2 }, &CancelToken::new()).unwrap()
}

#[test]
fn a_good_file_passes_and_only_its_ends_and_seams_are_decoded() {
    let quick = looked(&clips::with_audio(), &good(), Level::Quick);
    assert!(quick.passed(), "{:?}", quick.problems);
    assert_eq!((quick.frame_count, quick.decoded_count), (150, 121));
    let full = looked(&clips::with_audio(), &good(), Level::Full);
    assert!(full.passed(), "{:?}", full.problems);
    assert_eq!(full.decoded_count, 150);
}

#[test]
fn good_files_of_all_sorts_pass() {
    for clip in [clips::vfr_mp4(), clips::long_gop(), clips::edit_list(), clips::hevc10(), clips::odd_size()]
    {
        let report =
            looked(&clip, &Expectation { seams_secs: vec![1.0], ..Expectation::default() }, Level::Quick);
        assert!(report.passed(), "{}: {:?}", clip.display(), report.problems);
    }
    let expectation = Expectation { audio_count: 1, ..Expectation::default() };
    let report = looked(&clips::ts_bframes(), &expectation, Level::Quick);
    assert!(report.passed(), "{:?}", report.problems);
}

#[test]
fn each_wrong_expectation_is_one_problem() {
    let check = |change: fn(&mut Expectation), expected: fn(&Problem) -> bool| {
        let mut expectation = good();
        change(&mut expectation);
        let report = looked(&clips::with_audio(), &expectation, Level::Quick);
        assert!(report.problems.len() == 1 && expected(&report.problems[0]), "{:?}", report.problems);
        assert!(report.into_result().is_err());
    };
    check(|e| e.frame_count = Some(149), |p| matches!(p, Problem::FrameCount { expected: 149, found: 150 }));
    check(|e| e.video_duration_secs = Some(5.1), |p| matches!(p, Problem::Duration { stream_index: 0, .. }));
    check(|e| e.audio_duration_secs = vec![9.0], |p| matches!(p, Problem::Duration { stream_index: 1, .. }));
    check(|e| e.frame_gap_max_secs = Some(0.01), |p| matches!(p, Problem::Gap { .. }));
    check(|e| e.audio_count = 2, |p| matches!(p, Problem::StreamCount { kind: "audio", found: 1, .. }));
    check(|e| e.size = Some((1, 1)), |p| matches!(p, Problem::Shape { what: "size", .. }));
    check(|e| e.video_codec = Some("vp9".to_owned()), |p| matches!(p, Problem::Shape { what: "codec", .. }));
}

#[test]
fn a_file_that_lost_its_end_does_not_pass() {
    let report = looked(&clips::truncated(), &good(), Level::Quick);
    assert!(!report.passed());
}

#[test]
fn damaged_pictures_do_not_pass() {
    let expectation = Expectation { audio_count: 1, ..Expectation::default() };
    let report = looked(&clips::bitflips(), &expectation, Level::Full);
    assert!(
        report.problems.iter().any(|p| matches!(p, Problem::Undecodable { .. })),
        "{:?}",
        report.problems
    );
}

#[test]
fn a_file_without_an_index_does_not_pass() {
    let report = looked(&clips::no_index(), &Expectation::default(), Level::Quick);
    assert!(report.problems.iter().any(|p| matches!(p, Problem::Unreadable { .. })), "{:?}", report.problems);
}

#[test]
fn good_real_clips_pass() {
    for clip in clips::shared_files("people").into_iter().chain(clips::shared_files("formats")) {
        let info =
            reel_media::probe(&ffmpeg(), &clip, &reel_media::ProbeLimits::default(), &CancelToken::new());
        let audio_count = info.unwrap().audio.len();
        let expectation = Expectation { audio_count, seams_secs: vec![0.5], ..Expectation::default() };
        for level in [Level::Quick, Level::Full] {
            let report = looked(&clip, &expectation, level);
            assert!(report.passed(), "{} {level:?}: {:?}", clip.display(), report.problems);
        }
    }
}

#[test]
fn a_file_that_stands_as_foretold_takes_one_process_and_a_damaged_one_is_judged_as_ever() {
    let foretold = |count: i64| {
        let base = reel_types::time::Rational::new(1, 30).unwrap();
        Expectation { times: Some(((0..count).collect(), base)), seams_secs: Vec::new(), ..good() }
    };
    let started = || reel_media::child::totals().spawned_count;
    let (ffmpeg, clip) = (ffmpeg(), clips::with_audio());
    let (before, effort) = (started(), Effort { level: Level::Quick, cores: 2 });
    let report = verify(&ffmpeg, &clip, &foretold(150), effort, &CancelToken::new()).unwrap();
    assert_eq!(started() - before, 1);
    assert!(report.passed(), "{:?}", report.problems);
    assert_eq!((report.frame_count, report.decoded_count), (150, 61));
    let step_by_step =
        looked(&clips::with_audio(), &Expectation { times: None, ..foretold(150) }, Level::Quick);
    assert_eq!(step_by_step.times, report.times);
    assert_eq!(step_by_step.audio_packet_counts, report.audio_packet_counts);
    assert_eq!(step_by_step.decoded_count, report.decoded_count);

    let otherwise = looked(&clips::with_audio(), &foretold(151), Level::Quick);
    assert!(otherwise.passed(), "{:?}", otherwise.problems);
    let folder = tempfile::tempdir().unwrap();
    let damaged = folder.path().join("damaged.mp4");
    let mut bytes = std::fs::read(clips::with_audio()).unwrap();
    let length = bytes.len();
    let beyond_the_index = &mut bytes[length * 9 / 10..length * 99 / 100];
    beyond_the_index.fill(0x55);
    std::fs::write(&damaged, &bytes).unwrap();
    let report = looked(&damaged, &foretold(150), Level::Quick);
    assert!(!report.passed());
}
