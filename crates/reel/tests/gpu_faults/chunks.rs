//! A film in chunks whose GPU dies on the way: one rendition, one encoder.

use std::collections::BTreeSet;

use reel_testkit::fake_nvml::l4;
use reel_testkit::{FakeNvml, GpuFault, Scope, clips};

use crate::stage::{Done, Stage};

fn stage() -> Stage {
    Stage::with_gpus(FakeNvml::new(vec![l4(0)]), &clips::cfr_h264(8))
}

/// The settings that the encoder wrote into each chunk; the fake GPU's differ from the CPU's.
fn settings_in(done: &Done) -> BTreeSet<String> {
    let bytes = std::fs::read(&done.output).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let told = text.split("x264 - core").skip(1);
    told.map(|after| after.split('\0').next().unwrap_or_default().chars().take(600).collect()).collect()
}

#[test]
fn chunks_of_a_gpu_that_works_become_one_film() {
    let stage = stage();
    let done = stage.transcode("out.mp4", &["--chunk", "2"]);
    stage.check(&done, "h264");
    assert_eq!(
        (&done.result["metadata"]["chunks"], &done.result["metadata"]["gpu_enabled"]),
        (&4.into(), &true.into())
    );
    assert_eq!(stage.ffmpeg.gpu_jobs().unwrap().len(), 4);
    assert_eq!(settings_in(&done).len(), 1);
}

#[track_caller]
fn dies_in_the_second_chunk(fault: GpuFault) {
    let stage = stage();
    stage.ffmpeg.set_fault(&Scope::device(&l4(0).uuid).sparing_jobs(1), fault).unwrap();
    let done = stage.transcode("out.mp4", &["--chunk", "2"]);
    stage.check(&done, "h264");
    let metadata = &done.result["metadata"];
    assert_eq!(
        (&metadata["gpu_enabled"], &metadata["gpu_fallback"]),
        (&false.into(), &true.into()),
        "{metadata:#}"
    );
    assert_eq!((&metadata["cpu_codec"], &metadata["chunks"]), (&"libx264".into(), &4.into()), "{metadata:#}");
    assert_eq!(stage.wasted_jobs().len(), 1, "{:#?}", stage.wasted_jobs());
    assert_eq!(stage.ffmpeg.gpu_jobs().unwrap().len(), 2, "no chunk was tried on the GPU after that");
    let settings = settings_in(&done);
    assert_eq!(settings.len(), 1, "two encoders in one film: {settings:#?}");
    let cpu_only = stage.transcode("cpu.mp4", &["--chunk", "2", "--device", "cpu"]);
    assert_eq!(settings, settings_in(&cpu_only));
    let again = metadata["decisions"].to_string();
    assert!(again.contains("made again as a whole on the CPU"), "{again}");
}

#[test]
fn a_gpu_that_breaks_in_the_second_chunk_leaves_nothing_in_the_film() {
    dies_in_the_second_chunk(GpuFault::DiesMidway);
}

#[test]
fn a_gpu_that_cannot_do_the_second_chunk_is_not_asked_for_the_third() {
    dies_in_the_second_chunk(GpuFault::NoTenBit);
}

#[test]
fn options_that_a_gpu_lacks_are_left_out_of_all_later_chunks() {
    let stage = stage();
    stage.ffmpeg.set_fault(&Scope::default(), GpuFault::NoBFrameReferences).unwrap();
    let done = stage.transcode("out.mp4", &["--chunk", "2"]);
    stage.check(&done, "h264");
    assert_eq!(done.result["metadata"]["gpu_enabled"], true);
    assert_eq!((stage.wasted_jobs().len(), stage.ffmpeg.gpu_jobs().unwrap().len()), (1, 5));
}
