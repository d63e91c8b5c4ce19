//! Twelve faults, three codecs: the table of who finished what.

use reel_device::Gpu;
use reel_testkit::fake_nvml::l4;
use reel_testkit::{GpuFault, Scope};
use serde_json::Value;

use crate::stage::{Done, Stage};

/// `--codec`, the GPU's encoder, the CPU's encoder, FFmpeg's name of the codec.
type Codec = (&'static str, &'static str, &'static str, &'static str);
const H264: Codec = ("h264", "h264_nvenc", "libx264", "h264");
const HEVC: Codec = ("hevc", "hevc_nvenc", "libx265", "hevc");
const AV1: Codec = ("av1", "av1_nvenc", "libsvtav1", "av1");

/// One job that meets one fault on the first GPU; answers with its row of the table.
#[track_caller]
fn row(cards: Vec<Gpu>, fault: GpuFault, codec: Codec, in_the_job: bool) -> String {
    let first = cards[0].clone();
    let stage = Stage::new(cards);
    let stage = if fault == GpuFault::Hang { stage.impatient() } else { stage };
    let scope = Scope::device(&first.uuid);
    let scope = if in_the_job { scope.sparing_probe() } else { scope };
    stage.ffmpeg.set_fault(&scope, fault).unwrap();
    let done = stage.transcode("out.mp4", &["--codec", codec.0]);
    stage.check(&done, codec.3);
    let wasted = stage.wasted_jobs().len();
    assert!(wasted <= 1, "{fault:?} {codec:?}: {wasted} processes were wasted");
    tells_the_truth(&done, codec, wasted);
    let metadata = &done.result["metadata"];
    let ended_on = metadata["attempts"].as_array().unwrap().last().unwrap()["device"].as_str().unwrap();
    let why = metadata["attempts"][0]["reason"].as_str().or(metadata["fallback_reason"].as_str());
    format!("{:<22} {:<4} → {ended_on:<16} wasted {wasted}   {}", fault.as_str(), codec.0, why.unwrap_or("-"))
}

/// The words of the metadata agree with each other and with what was started.
#[track_caller]
fn tells_the_truth(done: &Done, (_, gpu_encoder, cpu_encoder, _): Codec, wasted: usize) {
    let metadata = &done.result["metadata"];
    let attempts = metadata["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), wasted + 1, "{metadata:#}");
    for failed in &attempts[..wasted] {
        assert_eq!(
            (&failed["outcome"], &failed["encoder"]),
            (&"failed".into(), &gpu_encoder.into()),
            "{metadata:#}"
        );
        assert_eq!(failed["device"], "gpu:0 NVIDIA L4", "{metadata:#}");
        assert!(failed["reason"].as_str().unwrap().len() > 20, "{metadata:#}");
    }
    let last = &attempts[wasted];
    let on_gpu = last["device"] != "cpu";
    let encoder = if on_gpu { gpu_encoder } else { cpu_encoder };
    assert_eq!(
        (&last["outcome"], &last["encoder"], &last["reason"]),
        (&"done".into(), &encoder.into(), &Value::Null)
    );
    assert_eq!(metadata["gpu_enabled"], on_gpu, "{metadata:#}");
    assert_eq!(metadata["gpu_fallback"], !on_gpu, "{metadata:#}");
    let codec_of = |gpu: bool| if on_gpu == gpu { Value::from(encoder) } else { Value::Null };
    assert_eq!(
        (&metadata["gpu_codec"], &metadata["cpu_codec"]),
        (&codec_of(true), &codec_of(false)),
        "{metadata:#}"
    );
    match metadata["fallback_reason"].as_str() {
        None => assert!(on_gpu, "{metadata:#}"),
        Some(reason) => {
            assert!(
                !on_gpu && reason.starts_with(&format!("{gpu_encoder} on gpu:0 NVIDIA L4: ")),
                "{reason}"
            );
        }
    }
}

#[track_caller]
fn table(gpu_count: u32, codec: Codec, in_the_job: bool) -> String {
    let cards = || (0..gpu_count).map(l4).collect();
    let rows = GpuFault::ALL.map(|fault| row(cards(), fault, codec, in_the_job));
    rows.join("\n")
}

#[test]
fn h264_is_finished_whatever_happens_in_the_job() {
    insta::assert_snapshot!(table(1, H264, true));
}

#[test]
fn hevc_is_finished_whatever_happens_in_the_job() {
    insta::assert_snapshot!(table(1, HEVC, true));
}

#[test]
fn av1_is_finished_whatever_happens_in_the_job() {
    insta::assert_snapshot!(table(1, AV1, true));
}

#[test]
fn what_fails_in_the_probe_already_wastes_no_job() {
    insta::assert_snapshot!(table(1, H264, false));
}

#[test]
fn a_second_gpu_takes_over() {
    insta::assert_snapshot!(table(2, H264, true));
}
