//! `--device gpu` with an OpenCL that is the CPU, as a person who tests lets it in.

use serde_json::Value;

use super::support::{Ran, Scene};
use super::{random, scene};

const PACK: [&str; 9] =
    ["pack", "in.bin", "-o", "out.mp4", "--profile", "share", "--target", "720p-2M", "--no-metadata-frames"];

/// What the command reported, and what it logged.
fn told(scene: &Scene, args: &[&str]) -> (Value, String) {
    let args = [args, &["--device", "gpu", "--json", "--force"]].concat();
    let mut command = scene.command(&args);
    command.env("REEL_LOG", "info").env("REEL_OPENCL_CPU", "1");
    command.env("POCL_CACHE_DIR", scene.path("pocl"));
    let ran = Ran::of(command).expect(0);
    (ran.result()["metadata"].clone(), ran.stderr)
}

#[test]
fn a_device_draws_and_reads_the_video_that_the_cpu_reads_and_draws() {
    let bytes = random(2_000, 3);
    let scene = scene(&[("in.bin", &bytes)]);
    let (drawn, log) = told(&scene, &PACK);
    let why = drawn["fallback_reason"].as_str().unwrap_or_default();
    if why.starts_with("no OpenCL here") || why == "OpenCL finds no device" {
        eprintln!("skipped: no OpenCL device, not even pocl (scripts/setup brings it): {why}");
        return;
    }
    assert!(drawn["gpu_enabled"] == true && drawn["gpu_fallback"] == false, "{drawn}");
    assert!(log.contains("Using GPU-accelerated frame generator"), "{log}");
    let video = std::fs::read(scene.path("out.mp4")).unwrap();
    let (read, _) = told(&scene, &["unpack", "out.mp4", "-o", "back.bin"]);
    assert!(read["gpu_enabled"] == true && read["gpu_fallback"] == false, "{read}");
    assert!(std::fs::read(scene.path("back.bin")).unwrap() == bytes);

    scene.reel(&[&PACK[..], &["--device", "cpu", "--force"]].concat()).expect(0);
    assert!(std::fs::read(scene.path("out.mp4")).unwrap() == video);
}

const LEGACY: [&str; 12] = [
    "pack",
    "in.bin",
    "-o",
    "out.avi",
    "--profile",
    "legacy",
    "--resolution",
    "322x202",
    "--fps",
    "1",
    "--error-correction",
    "reed-solomon",
];

#[test]
fn a_device_draws_cells_of_colour_and_the_log_names_it_and_the_code() {
    let bytes = random(5_000, 4);
    let scene = scene(&[("in.bin", &bytes)]);
    let mut command = scene.command(&[&LEGACY[..], &["--device", "cpu"]].concat());
    command.env("REEL_LOG", "info");
    let plain = Ran::of(command).expect(0).stderr;
    assert!(plain.contains("Using CPU frame generator") && !plain.contains("GPU-accelerated"), "{plain}");
    for words in
        ["Initializing Reed-Solomon error", "Applying Reed-Solomon", "Reed-Solomon encoding complete"]
    {
        assert!(plain.contains(words), "{words}: {plain}");
    }
    assert!(!plain.contains("Raptor"), "{plain}");
    let video = std::fs::read(scene.path("out.avi")).unwrap();

    let (drawn, log) = told(&scene, &LEGACY);
    assert!(std::fs::read(scene.path("out.avi")).unwrap() == video);
    let why = drawn["fallback_reason"].as_str().unwrap_or_default();
    if why.starts_with("no OpenCL here") || why == "OpenCL finds no device" {
        eprintln!("skipped: no OpenCL device, not even pocl (scripts/setup brings it): {why}");
        return;
    }
    assert!(drawn["gpu_enabled"] == true && drawn["gpu_fallback"] == false, "{drawn}");
    assert!(log.contains("Using GPU-accelerated frame generator") && !log.contains("Using CPU"), "{log}");
    let (read, _) = told(&scene, &["unpack", "out.avi", "-o", "back.bin"]);
    assert!(read["gpu_enabled"] == true && read["gpu_fallback"] == false, "{read}");
    assert!(std::fs::read(scene.path("back.bin")).unwrap() == bytes);
}
