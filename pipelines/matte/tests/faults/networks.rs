//! Networks that never end, are broken, or are none.

use std::path::PathBuf;

use reel_matte::{Format, Model, Params, Patience};
use reel_testkit::{clips, onnx};

use crate::case::{Case, Dice, GRACE, PATIENCE, Tally, count};
use crate::scene::{Scene, has_runtime};

fn clip() -> PathBuf {
    let picture = ["-f", "lavfi", "-i", "testsrc2=size=128x96:rate=30:duration=1"];
    clips::made("faults_network.mkv", &[&picture[..], &["-c:v", "ffv1"]].concat())
}

/// A network that will not do, by number, and what is wrong with it.
fn bad_network(index: usize) -> (Vec<u8>, &'static str) {
    let mut dice = Dice::new(index);
    let mut flipped = onnx::rvm_shaped();
    match index % 7 {
        0 => (onnx::endless_rvm(), "endless"),
        1 => (onnx::broken(), "cut in half"),
        2 => (onnx::unknown_operator(), "an operator that nobody knows"),
        3 => (onnx::matting(96, 128), "another contract"),
        4 => (b"a text".to_vec(), "a text"),
        5 => {
            let kept = dice.below(flipped.len() as u64) as usize;
            flipped.truncate(kept);
            (flipped, "cut somewhere")
        }
        _ => {
            let size = flipped.len() as u64;
            for _ in 0..64 {
                flipped[dice.below(size) as usize] ^= 1 << dice.below(8);
            }
            (flipped, "flipped bits")
        }
    }
}

fn with_rvm(params: &mut Params) {
    (params.model, params.weights_source) = (Model::Rvm, Some(1));
    params.format = Some(Format::Ffv1);
}

#[test]
fn networks_that_fail_are_named() {
    if !has_runtime("networks_that_fail_are_named") {
        return;
    }
    let mut tally = Tally::new("bad networks");
    for index in 0..count(5, 12) {
        let scene = Scene::with(None, Patience { infer: PATIENCE, ..Patience::default() });
        let (bytes, what) = bad_network(index);
        let network = scene.folder().join("network.onnx");
        std::fs::write(&network, bytes).unwrap();
        let source = scene.folder().join("film.mkv");
        std::fs::copy(clip(), &source).unwrap();
        let case = Case::run(format!("network {index}: {what}"), &scene, &[&source, &network], with_rvm);
        // The whole job: what is done before and after the network is little.
        let limit = (index % 7 == 0).then_some(5 * (PATIENCE + GRACE));
        tally.take(&case, limit, &[scene.folder()]);
        let failure = case.ended.as_ref().and_then(|ended| ended.job.failure.clone());
        if failure.is_none() && index % 7 < 5 {
            tally.problem(&case, "such a network gave a result".to_owned());
        }
    }
    tally.end();
}
