//! The program with GPUs that are not there: a fake driver and a fake FFmpeg.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

mod support;

use std::ffi::OsString;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use reel::console::Console;
use reel::run::run;
use reel::wiring::App;
use reel_testkit::fake_nvml::l4;
use reel_testkit::{FakeFfmpeg, FakeNvml, GpuFault, Scope, clips};
use serde_json::Value;
use support::Scene;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs the program in this process; answers with the code and the JSON lines.
fn reel(scene: &Scene, ffmpeg: &FakeFfmpeg, gpus: FakeNvml, args: &[&str]) -> (u8, Vec<Value>) {
    let (out, err) = (Captured::default(), Captured::default());
    let console = Arc::new(Console::new(out.clone(), err));
    let paths = ["--state", scene.state().to_str().unwrap(), "--ffmpeg", ffmpeg.path().to_str().unwrap()]
        .map(str::to_owned);
    let words = std::iter::once("reel").chain(args.iter().copied()).map(str::to_owned).chain(paths);
    let app = App::default().with_gpus(Arc::new(gpus));
    let code = run(words.map(OsString::from), &app, &console);
    let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
    (code, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[test]
fn the_gpus_are_shown_with_the_encoders_that_work() {
    let scene = Scene::new();
    let ffmpeg = FakeFfmpeg::new().unwrap();
    let (code, lines) = reel(&scene, &ffmpeg, FakeNvml::new(vec![l4(0)]), &["gpu", "--json"]);
    assert_eq!((code, lines.len()), (0, 1));
    let status = &lines[0];
    assert_eq!((&status["type"], &status["available"]), (&"gpu".into(), &true.into()));
    assert_eq!((&status["nvenc_supported"], &status["device_count"]), (&true.into(), &1.into()));
    for word in
        ["index", "name", "memory_total_mb", "memory_used_mb", "memory_free_mb", "utilization_percent"]
    {
        assert!(!status["devices"][0][word].is_null(), "no {word} in {status}");
    }
    assert!(status["devices"][0]["encoders"].to_string().contains("h264_nvenc"));
}

#[test]
fn no_gpu_is_an_answer() {
    let scene = Scene::new();
    let ffmpeg = FakeFfmpeg::new().unwrap();
    let (code, lines) = reel(&scene, &ffmpeg, FakeNvml::without_driver(), &["gpu", "--json"]);
    assert_eq!((code, &lines[0]["available"], &lines[0]["device_count"]), (0, &false.into(), &0.into()));
    assert!(lines[0]["reason"].as_str().unwrap().contains("driver"));
}

#[test]
fn a_gpu_that_fails_is_told_and_the_cpu_does_it() {
    let scene = Scene::new();
    let input = scene.clip(&clips::cfr_h264(1), "in.mp4");
    let output = scene.path("out.mp4");
    let ffmpeg = FakeFfmpeg::new().unwrap();
    let card = l4(0);
    ffmpeg.set_fault(&Scope::device(&card.uuid).sparing_probe(), GpuFault::ALL[0]).unwrap();
    let args = ["transcode", input.to_str().unwrap(), "-o", output.to_str().unwrap(), "--json"];
    let (code, lines) = reel(&scene, &ffmpeg, FakeNvml::new(vec![card]), &args);
    let result = lines.iter().find(|line| line["type"] == "result").unwrap();
    assert_eq!(code, 0, "{result:#}");
    let metadata = &result["metadata"];
    assert_eq!(
        (&metadata["gpu_enabled"], &metadata["gpu_fallback"]),
        (&false.into(), &true.into()),
        "{metadata:#}"
    );
    assert_eq!(metadata["cpu_codec"], "libx264");
    assert!(!metadata["fallback_reason"].as_str().unwrap().is_empty());
    support::frame_hashes(&output);
}
