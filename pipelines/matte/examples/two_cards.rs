//! Ten unequal films, one of them broken, on two cards that the driver tells of and that are none: which card worked how long on
//! which film. The longest are begun first, as `reel matte` does.
//!
//! `cargo run --release -p reel-matte --example two_cards` prints an object a film, in the order of their names.

#![expect(clippy::unwrap_used, reason = "a measurement ends with the first error")]

#[path = "../tests/jobs/scene.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod scene;

use std::path::PathBuf;

use reel_matte::{ChunkChoice, Model};
use reel_testkit::{clips, onnx};
use reel_types::JobState;
use serde_json::json;

use scene::{Scene, has_runtime};

/// Seconds of the films by name; lengths of films are like that: many are short. Nothing is the broken one.
const SECS: [Option<u32>; 10] =
    [Some(9), Some(54), Some(3), Some(24), None, Some(3), Some(36), Some(6), Some(12), Some(3)];

fn main() {
    assert!(has_runtime("two_cards"));
    let scene = Scene::with_two_gpus();
    let network = scene.folder().join("rvm.onnx");
    std::fs::write(&network, onnx::rvm_shaped()).unwrap();
    let broken = scene.folder().join("broken.mp4");
    std::fs::write(&broken, b"no film at all").unwrap();

    let mut order: Vec<usize> = (0..SECS.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(SECS[*index]));
    let films: Vec<PathBuf> = order
        .iter()
        .map(|index| SECS[*index].map_or_else(|| broken.clone(), |secs| film(&scene, *index, secs)))
        .collect();
    let ended = scene.matte_all(&films, &network, |params| {
        (params.model, params.weights_source) = (Model::Rvm, Some(1));
        params.chunk = ChunkChoice::None;
    });
    let mut told: Vec<_> = order.iter().zip(&ended).collect();
    told.sort_by_key(|(index, _)| **index);
    for (index, ended) in told {
        let is_done = ended.job.state == JobState::Completed;
        let card = is_done.then(|| ended.told("ran_on")[0].as_str().unwrap().to_owned());
        let secs = if is_done { ended.told("processing_time_seconds").as_f64().unwrap() } else { 0.0 };
        println!("{}", json!({"film": index, "is_done": is_done, "card": card, "secs": secs}));
    }
}

/// So many seconds of small pictures, as a file of its own: the same file twice would be one job.
fn film(scene: &Scene, index: usize, secs: u32) -> PathBuf {
    let source = format!("testsrc2=size=320x240:rate=25:duration={secs}");
    let made = clips::made(
        &format!("card_film_{secs}.mp4"),
        &["-f", "lavfi", "-i", &source, "-c:v", "libx264", "-preset", "ultrafast"],
    );
    let path = scene.folder().join(format!("film_{index}.mp4"));
    std::fs::copy(made, &path).unwrap();
    path
}
