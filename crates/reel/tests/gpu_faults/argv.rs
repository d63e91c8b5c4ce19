//! What NVENC is really told.

use reel_testkit::Call;
use reel_testkit::fake_nvml::l4;

use crate::stage::Stage;

/// The encoder's part of the line: from `-c:v` to the output, without the file.
fn encoder_words(call: &Call) -> String {
    let from = call.args.iter().position(|arg| arg == "-c:v").unwrap();
    call.args[from..call.args.len() - 1].join(" ")
}

fn job(flags: &[&str]) -> Call {
    let stage = Stage::new(vec![l4(0), l4(1)]);
    let done = stage.transcode("out.mp4", flags);
    assert_eq!(done.code, 0, "{:#}", done.result);
    let mut jobs = stage.ffmpeg.gpu_jobs().unwrap();
    assert_eq!(jobs.len(), 1);
    jobs.remove(0)
}

#[test]
fn each_codec_has_its_line() {
    let lines =
        ["h264", "hevc", "av1"].map(|codec| encoder_words(&job(&["--codec", codec, "--preset", "medium"])));
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn the_device_is_pinned_by_uuid_and_is_number_0_for_the_process() {
    let call = job(&["--device", "gpu:1"]);
    assert_eq!(call.device, Some(l4(1).uuid));
    assert!(matches!(call.value_of("-gpu"), None | Some("0")));
}

#[test]
fn a_quality_has_a_ceiling_and_no_rate_and_a_rate_has_no_quality() {
    let quality = job(&["--crf", "20"]);
    assert_eq!((quality.value_of("-rc"), quality.value_of("-cq")), (Some("vbr"), Some("20")));
    assert!(quality.value_of("-maxrate").is_some());
    assert!(matches!(quality.value_of("-b:v"), None | Some("0")));
    let rate = job(&["--bitrate", "3M"]);
    assert_eq!((rate.value_of("-b:v"), rate.value_of("-cq")), (Some("3000000"), None));
    assert!(rate.value_of("-maxrate").is_some() && rate.value_of("-bufsize").is_some());
}

#[test]
fn the_log_level_shows_what_a_device_lacks() {
    let call = job(&[]);
    let level = call.args.windows(2).rev().find(|pair| pair[0] == "-v" || pair[0] == "-loglevel").unwrap();
    assert!(level[1].ends_with("warning"), "{level:?}");
}

#[test]
fn a_chunk_begins_with_a_frame_that_needs_nothing_before_it() {
    assert_eq!(job(&["--chunk", "none"]).value_of("-forced-idr"), Some("1"));
}
