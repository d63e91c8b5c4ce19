//! The key against FFmpeg's, after an encoder has had the film.

use std::path::Path;
use std::sync::Arc;

use reel_media::Ffmpeg;
use reel_media::child::{run, run_capturing};
use reel_types::CancelToken;

use super::{SCENE, Scene, draw, mad};
use crate::chroma::{Scratch, find_screen, key};
use crate::finish::Controls;
use crate::picture::Picture;

const FRAMES: usize = 6;
const SIZE: &str = "640x360";
const RIVALS: &str = "format=yuva420p,chromakey=color=0x0DB040";

/// The film as a camera would hand it over, and the matte of each frame as drawn.
fn filmed(ffmpeg: &Ffmpeg, folder: &Path, scene: Scene) -> (Vec<u8>, Vec<u8>) {
    let frames: Vec<_> =
        (0..FRAMES).map(|at| draw(&Scene { seed: at as u32 + 1, ..scene }, 1.3 * at as f32)).collect();
    let raw = folder.join("raw.yuv");
    std::fs::write(
        &raw,
        frames.iter().flat_map(|(picture, _)| picture.samples()).copied().collect::<Vec<_>>(),
    )
    .unwrap();
    let film = folder.join("film.mp4");
    let spec = ffmpeg.command().args(["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", SIZE, "-i"]).arg(&raw);
    let spec = spec.args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "20"]).arg(&film);
    run(&spec, &CancelToken::new(), |_| {}).unwrap();
    let samples = decoded(ffmpeg, &film, "null", "yuv420p");
    (samples, frames.into_iter().flat_map(|(_, truth)| truth).collect())
}

fn decoded(ffmpeg: &Ffmpeg, film: &Path, filter: &str, pix_fmt: &str) -> Vec<u8> {
    let spec = ffmpeg.command().arg("-i").arg(film).args(["-vf", filter, "-pix_fmt", pix_fmt]);
    run_capturing(&spec.args(["-f", "rawvideo", "pipe:1"]), &CancelToken::new(), 64 << 20).unwrap().0
}

fn keyed(samples: &[u8]) -> Vec<u8> {
    let (mut screen, mut scratch, mut alpha) = (None, Scratch::default(), Vec::new());
    for frame in samples.chunks_exact(samples.len() / FRAMES) {
        let picture = Picture::from_samples(640, 360, frame.to_vec()).unwrap();
        let screen = *screen.get_or_insert_with(|| find_screen(&picture, None).unwrap());
        alpha.extend(key(picture, screen, false, &Controls::default(), &mut scratch).alpha);
    }
    alpha
}

#[test]
fn the_matte_is_twice_as_good_as_the_best_of_ffmpegs_key() {
    let ffmpeg: Arc<Ffmpeg> = Ffmpeg::discover(None, None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene { width: 640, height: 360, uneven: 0.15, noise: 2.0, ..SCENE };
    let (samples, truth) = filmed(&ffmpeg, folder.path(), scene);
    let ours = mad(&keyed(&samples), &truth);
    let mut best = f64::MAX;
    for similarity in [0.05, 0.1, 0.15, 0.2, 0.3] {
        for blend in [0.0, 0.05, 0.1, 0.2] {
            let filter = format!("{RIVALS}:similarity={similarity}:blend={blend},despill,alphaextract");
            let theirs = decoded(&ffmpeg, &folder.path().join("film.mp4"), &filter, "gray");
            assert_eq!(theirs.len(), truth.len());
            best = best.min(mad(&theirs, &truth));
        }
    }
    println!("{ours:.3} thousandths, FFmpeg {best:.3}");
    assert!(ours <= 3.0 && 2.0 * ours <= best, "{ours:.3} thousandths, FFmpeg {best:.3}");
}
