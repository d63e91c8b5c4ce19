//! Several films over several cards.

use std::collections::BTreeSet;
use std::path::PathBuf;

use reel_matte::Model;
use reel_testkit::{clips, onnx};
use reel_types::{FailureKind, JobState};

use crate::scene::{Scene, has_runtime};

#[test]
fn ten_films_share_two_cards_and_a_bad_one_does_not_touch_the_others() {
    if !has_runtime("ten_films_share_two_cards_and_a_bad_one_does_not_touch_the_others") {
        return;
    }
    let scene = Scene::with_two_gpus();
    let network = scene.folder().join("rvm.onnx");
    std::fs::write(&network, onnx::rvm_shaped()).unwrap();
    let mut films: Vec<PathBuf> = (1..10).map(film).collect();
    let bad = scene.folder().join("bad.mp4");
    std::fs::write(&bad, b"no film at all").unwrap();
    films.insert(4, bad);
    let ended = scene.matte_all(&films, &network, |params| {
        (params.model, params.weights_source) = (Model::Rvm, Some(1));
    });
    let (good, failed): (Vec<_>, Vec<_>) =
        ended.iter().partition(|ended| ended.job.state == JobState::Completed);
    assert_eq!((good.len(), failed.len()), (9, 1));
    assert_eq!(failed[0].failure().kind, FailureKind::Input);
    for (ended, secs) in good.iter().zip([1, 2, 3, 4, 5, 6, 7, 8, 9]) {
        assert_eq!(ended.told("frames"), secs * 10);
    }
    let cards: BTreeSet<String> =
        good.iter().map(|ended| ended.told("ran_on")[0].as_str().unwrap().to_owned()).collect();
    assert!(cards.iter().any(|card| card.contains("gpu:0")), "{cards:?}");
    assert!(cards.iter().any(|card| card.contains("gpu:1")), "{cards:?}");
}

/// So many seconds of ten small frames.
fn film(secs: u32) -> PathBuf {
    let source = format!("testsrc2=size=96x64:rate=10:duration={secs}");
    clips::made(
        &format!("film_{secs}.mp4"),
        &["-f", "lavfi", "-i", &source, "-c:v", "libx264", "-preset", "ultrafast"],
    )
}
