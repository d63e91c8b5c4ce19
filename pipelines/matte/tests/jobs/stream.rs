//! Recurrent networks over chunks and eyes: the result does not depend on where the film was cut.

use reel_matte::{BatchSize, ChunkChoice, Format, Model, Stereo};
use reel_testkit::{clips, onnx};

use crate::look::raw;
use crate::scene::{Scene, has_runtime};

/// Each eye has states of its own, whether both go through the network together or one after the other.
#[test]
fn both_eyes_at_once_are_as_each_by_itself() {
    if !has_runtime("both_eyes_at_once_are_as_each_by_itself") {
        return;
    }
    let scene = Scene::new();
    let network = scene.folder().join("rvm.onnx");
    std::fs::write(&network, onnx::rvm_shaped()).unwrap();
    let pair = clips::made(
        "eyes.mkv",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=160x120:rate=10:duration=1",
            "-f",
            "lavfi",
            "-i",
            "testsrc=size=160x120:rate=10:duration=1",
            "-filter_complex",
            "[0][1]hstack,format=yuv420p",
            "-c:v",
            "ffv1",
        ],
    );
    let eye = |name: &str, crop: &str| clips::made_from(name, &pair, &[], &["-vf", crop, "-c:v", "ffv1"]);
    let eyes = [eye("eye_left.mkv", "crop=160:120:0:0"), eye("eye_right.mkv", "crop=160:120:160:0")];
    let alpha = |source: &std::path::Path, stereo, batch_size, chunk| {
        let ended = scene.matte_of(&[source, &network], |params| {
            (params.model, params.weights_source) = (Model::Rvm, Some(1));
            (params.format, params.stereo) = (Some(Format::Ffv1), stereo);
            (params.batch_size, params.chunk) = (batch_size, chunk);
        });
        raw(ended.output(), &[], "alphaextract,format=gray")
    };
    let whole = |source: &std::path::Path, stereo| alpha(source, stereo, BatchSize::Auto, ChunkChoice::None);
    let both = whole(&pair, Stereo::Sbs);
    let [left, right] = eyes.each_ref().map(|eye| whole(eye, Stereo::None));
    assert_eq!(both.len(), 10 * 320 * 120);
    for (row, both) in both.chunks_exact(320).enumerate() {
        assert_eq!(both[..160], left[row * 160..][..160], "row {row}");
        assert_eq!(both[160..], right[row * 160..][..160], "row {row}");
    }
    assert!(left.iter().any(|alpha| *alpha > 0), "the network answers with something");
    // As where there is no memory for two; the states of both then travel from chunk to chunk as those of one batch.
    assert!(
        alpha(&pair, Stereo::Sbs, BatchSize::Most(1), ChunkChoice::Millis(500)) == both,
        "one after the other"
    );
}
