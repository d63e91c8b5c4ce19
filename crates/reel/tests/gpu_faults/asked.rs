//! Which device does it when all is well, when it was named, and when the GPU cannot.

use reel_testkit::fake_nvml::{h200, l4, low_memory};
use reel_testkit::{FakeNvml, GpuFault, Scope, clips};
use serde_json::Value;

use crate::stage::{Done, Stage};

fn metadata(done: &Done) -> &Value {
    &done.result["metadata"]
}

#[test]
fn a_gpu_that_works_does_it_and_is_probed_once() {
    let stage = Stage::new(vec![l4(0)]);
    for name in ["one.mp4", "two.mkv"] {
        let done = stage.transcode(name, &[]);
        stage.check(&done, "h264");
        let metadata = metadata(&done);
        assert_eq!((&metadata["gpu_enabled"], &metadata["gpu_fallback"]), (&true.into(), &false.into()));
        assert_eq!((&metadata["gpu_device"], &metadata["gpu_codec"]), (&0.into(), &"h264_nvenc".into()));
        assert_eq!((&metadata["fallback_reason"], &metadata["cpu_codec"]), (&Value::Null, &Value::Null));
        assert_eq!(metadata["attempts"].as_array().unwrap().len(), 1);
    }
    assert_eq!((stage.probe_count(), stage.ffmpeg.gpu_jobs().unwrap().len()), (1, 2));
}

#[test]
fn a_gpu_without_an_encoder_is_asked_once_and_never_given_a_job() {
    let stage = Stage::new(vec![h200(0)]);
    stage.ffmpeg.set_fault(&Scope::default(), GpuFault::NoCapableDevice).unwrap();
    for name in ["one.mp4", "two.mkv"] {
        let done = stage.transcode(name, &[]);
        stage.check(&done, "h264");
        let metadata = metadata(&done);
        assert_eq!((&metadata["gpu_enabled"], &metadata["gpu_fallback"]), (&false.into(), &true.into()));
        let reason = metadata["fallback_reason"].as_str().unwrap();
        assert!(reason.starts_with("h264_nvenc on gpu:0 NVIDIA H200: "), "{reason}");
    }
    assert_eq!((stage.probe_count(), stage.ffmpeg.gpu_jobs().unwrap().len()), (1, 0));
}

#[test]
fn a_gpu_whose_memory_others_fill_is_not_waited_for() {
    let stage = Stage::new(vec![low_memory(0)]);
    let done = stage.transcode("out.mp4", &[]);
    stage.check(&done, "h264");
    assert_eq!(metadata(&done)["gpu_fallback"], true);
    let reason = metadata(&done)["fallback_reason"].as_str().unwrap();
    assert!(reason.contains("gpu:0 NVIDIA T4") && reason.contains("memory"), "{reason}");
    assert_eq!(stage.ffmpeg.gpu_jobs().unwrap().len(), 0);
}

#[test]
fn the_cpu_asked_for_touches_no_gpu() {
    for flags in [["--device", "cpu"], ["--preset", "cpu"]] {
        let stage = Stage::new(vec![l4(0)]);
        let done = stage.transcode("out.mp4", &flags);
        stage.check(&done, "h264");
        assert_eq!(
            (&metadata(&done)["gpu_fallback"], &metadata(&done)["cpu_codec"]),
            (&false.into(), &"libx264".into())
        );
        assert_eq!((stage.probe_count(), stage.ffmpeg.gpu_jobs().unwrap().len()), (0, 0));
        assert_eq!(metadata(&done)["fallback_reason"], "the CPU was asked for");
    }
}

#[test]
fn a_gpu_asked_for_where_there_is_none_falls_back_and_says_so() {
    for wish in ["gpu", "gpu:3"] {
        let stage = Stage::with_gpus(FakeNvml::without_driver(), &clips::cfr_h264(1));
        let done = stage.transcode("out.mp4", &["--device", wish]);
        stage.check(&done, "h264");
        assert_eq!(
            (&metadata(&done)["gpu_enabled"], &metadata(&done)["gpu_fallback"]),
            (&false.into(), &true.into())
        );
        assert!(metadata(&done)["fallback_reason"].as_str().unwrap().contains("driver"));
    }
}

#[test]
fn a_gpu_that_fails_falls_back_although_a_gpu_was_asked_for() {
    let stage = Stage::new(vec![l4(0)]);
    stage.ffmpeg.set_fault(&Scope::default().sparing_probe(), GpuFault::DiesMidway).unwrap();
    let done = stage.transcode("out.mp4", &["--device", "gpu:0"]);
    stage.check(&done, "h264");
    assert_eq!(
        (&metadata(&done)["gpu_fallback"], &metadata(&done)["cpu_codec"]),
        (&true.into(), &"libx264".into())
    );
}

#[test]
fn a_gpu_number_that_is_not_there_is_a_usage_error() {
    let stage = Stage::new(vec![l4(0), h200(1)]);
    let done = stage.transcode("out.mp4", &["--device", "gpu:3"]);
    let error = &done.result["error"];
    assert_eq!((done.code, &error["kind"]), (2, &"usage".into()), "{:#}", done.result);
    assert_eq!(error["message"], "there is no gpu:3; this machine has gpu:0 NVIDIA L4, gpu:1 NVIDIA H200");
    assert!(error["hint"].as_str().unwrap().contains("reel gpu"));
    assert_eq!((stage.probe_count(), done.output.exists()), (0, false));
}

#[test]
fn a_gpu_named_by_number_is_the_one_that_does_it() {
    let stage = Stage::new(vec![l4(0), l4(1)]);
    let done = stage.transcode("out.mp4", &["--device", "gpu:1"]);
    stage.check(&done, "h264");
    assert_eq!(metadata(&done)["gpu_device"], 1);
    let jobs = stage.ffmpeg.gpu_jobs().unwrap();
    assert_eq!(jobs.iter().map(|job| job.device.as_deref()).collect::<Vec<_>>(), [Some(&*l4(1).uuid)]);
}

#[test]
fn a_gpu_that_broke_is_left_alone_by_the_next_job_of_the_same_command() {
    let stage = Stage::new(vec![l4(0)]);
    stage.ffmpeg.set_fault(&Scope::default().sparing_probe(), GpuFault::DiesMidway).unwrap();
    let other = stage.scene.clip(&clips::ntsc_h264(), "other.mp4");
    let done = stage.transcode("results/", &[other.to_str().unwrap(), "--tasks", "1"]);
    assert_eq!(done.code, 0);
    assert_eq!(stage.wasted_jobs().len(), 1);
}

#[test]
fn a_result_that_does_not_decode_is_made_again_on_the_cpu() {
    let mut stage = Stage::new(vec![l4(0)]);
    stage.spoil_gpu_results();
    let done = stage.transcode("out.mp4", &[]);
    stage.check(&done, "h264");
    let metadata = metadata(&done);
    assert_eq!(
        (&metadata["gpu_fallback"], &metadata["cpu_codec"]),
        (&true.into(), &"libx264".into()),
        "{metadata:#}"
    );
    let reason = metadata["fallback_reason"].as_str().unwrap();
    assert!(reason.starts_with("h264_nvenc on gpu:0 NVIDIA L4: "), "{reason}");
    assert_eq!(stage.ffmpeg.gpu_jobs().unwrap().len(), 1);
}

#[test]
fn the_driver_is_not_asked_when_the_cpu_was() {
    let stage = Stage::new(vec![l4(0)]);
    assert_eq!(stage.transcode("out.mp4", &["--device", "cpu"]).code, 0);
    assert_eq!(stage.gpus.snapshot_count(), 0);
}
