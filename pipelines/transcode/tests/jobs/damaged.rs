//! Damaged sources: what can be had is delivered, what cannot is named.

use reel_testkit::clips;
use reel_types::{FailureKind, TaskKind};

use crate::scene::Scene;

#[test]
fn a_source_that_ends_early_is_delivered_with_the_missing_seconds_named() {
    let done = Scene::new().transcode(&clips::truncated(), |_| ());
    done.output();
    let gap = done.job.gaps.last().unwrap();
    assert!((gap.end_secs - 5.0).abs() < 0.2 && gap.start_secs < 4.9, "{:?}", done.job.gaps);
}

#[test]
fn flipped_bits_are_named_where_they_show() {
    let done = Scene::new().transcode(&clips::bitflips(), |_| ());
    done.output();
    assert!(!done.job.gaps.is_empty());
    assert!(
        done.job.gaps.iter().all(|gap| gap.start_secs < gap.end_secs && gap.end_secs < 5.2),
        "{:?}",
        done.job.gaps
    );
}

#[test]
fn strict_fails_where_a_gap_would_be() {
    let done = Scene::new().transcode(&clips::truncated(), |params| params.strict = true);
    assert_eq!(done.failure().kind, FailureKind::Damaged);
    assert!(done.output.is_none());
    let assembled = done.attempts.iter().filter(|attempt| attempt.task.kind == TaskKind::Assemble).count();
    assert_eq!(assembled, 1, "the same source is as damaged the second time");
}

#[test]
fn less_than_half_of_a_film_is_no_result() {
    let scene = Scene::new();
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("a_third.mp4");
    let whole = std::fs::read(clips::with_audio()).unwrap();
    std::fs::write(&source, &whole[..whole.len() * 3 / 10]).unwrap();
    let done = scene.transcode(&source, |_| ());
    let failure = done.failure();
    assert_eq!(failure.kind, FailureKind::Damaged, "{failure}");
    assert!(failure.message.contains("of the film decodes"), "{failure}");
}

#[test]
fn what_is_no_film_is_the_source_s_fault() {
    let scene = Scene::new();
    for source in [clips::audio_only(), clips::no_index()] {
        let done = scene.transcode(&source, |_| ());
        assert_eq!(done.failure().kind, FailureKind::Input, "{}", source.display());
    }
}

#[test]
fn damaged_real_clips_are_delivered_with_gaps() {
    let Some(folder) = clips::shared_clips() else { return };
    let scene = Scene::new();
    for name in ["truncated.webm", "bitflips_mdat.mp4"] {
        let done = scene.transcode(&folder.join("bad").join(name), |_| ());
        done.output();
        assert!(!done.job.gaps.is_empty(), "{name}");
        println!("{name}: {:?}", done.job.gaps);
    }
}

#[test]
fn every_bad_real_clip_ends_politely() {
    let scene = Scene::new();
    for source in clips::shared_files("bad") {
        let done = scene.transcode(&source, |_| ());
        let name = source.file_name().unwrap().to_string_lossy().into_owned();
        match &done.job.failure {
            Some(failure) => println!("{name}: {} ({})", failure.kind.as_str(), failure.message),
            None => println!("{name}: completed, {} gaps", done.job.gaps.len()),
        }
        let internal = done.job.failure.as_ref().is_some_and(|failure| failure.kind == FailureKind::Internal);
        assert!(done.job.state.is_terminal() && !internal);
    }
}
