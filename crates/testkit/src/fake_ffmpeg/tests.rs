//! What the fake answers, does and records.

use std::path::Path;
use std::process::{Command, Output};

use reel_device::{DeviceFault, FaultClass};

use super::*;

fn fake() -> Option<FakeFfmpeg> {
    if real_ffmpeg().is_none() {
        #[expect(clippy::print_stdout, reason = "a skipped test says so")]
        {
            println!("skipped: no ffmpeg in PATH");
        }
        return None;
    }
    Some(FakeFfmpeg::new().unwrap())
}

fn command(fake: &FakeFfmpeg, device: &str, args: &[&str]) -> Command {
    let mut command = Command::new(fake.path());
    command.env("CUDA_VISIBLE_DEVICES", device).args([
        "-hide_banner",
        "-nostdin",
        "-loglevel",
        "warning",
        "-y",
    ]);
    command.args(args).stdin(std::process::Stdio::null());
    command
}

#[expect(
    clippy::disallowed_methods,
    reason = "the fake is run bare here; the supervisor has tests of its own"
)]
fn run(fake: &FakeFfmpeg, device: &str, args: &[&str]) -> Output {
    command(fake, device, args).output().unwrap()
}

/// A clip of 10 frames, made by the real FFmpeg behind the fake.
fn clip(fake: &FakeFfmpeg) -> PathBuf {
    let path = fake.folder.path().join("in.nut");
    let made = run(
        fake,
        "",
        &["-f", "lavfi", "-i", "testsrc2=s=128x96:r=10:d=1", "-c:v", "ffv1", path.to_str().unwrap()],
    );
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    path
}

/// A job as a pipeline would write it, with everything that only a GPU understands.
fn job(fake: &FakeFfmpeg, device: &str, encoder: &str, input: &Path, more: &[&str]) -> (Output, PathBuf) {
    let output = fake.folder.path().join(format!("{encoder}.mp4"));
    let mut args = vec!["-hwaccel", "cuda", "-hwaccel_output_format", "cuda", "-extra_hw_frames", "8", "-i"];
    args.extend([
        input.to_str().unwrap(),
        "-map",
        "0:v:0",
        "-vf",
        "scale_cuda=-2:64:format=yuv420p",
        "-c:v",
        encoder,
    ]);
    args.extend(["-gpu", "0", "-preset", "p4", "-tune", "hq", "-rc", "vbr", "-cq", "23", "-maxrate", "5M"]);
    args.extend(["-multipass", "qres", "-profile:v", "main", "-g", "20"]);
    args.extend(more);
    args.push(output.to_str().unwrap());
    (run(fake, device, &args), output)
}

/// The codec's tag in the file and how many frames decode.
fn codec_and_frames(fake: &FakeFfmpeg, path: &Path) -> (String, usize) {
    let path = path.to_str().unwrap();
    let shown = run(fake, "", &["-loglevel", "info", "-i", path, "-f", "null", "-"]);
    let shown = String::from_utf8_lossy(&shown.stderr).into_owned();
    let codec =
        shown.split("Video: ").nth(1).and_then(|rest| rest.split([' ', ',']).next()).unwrap_or_default();
    let hashed = run(fake, "", &["-i", path, "-map", "0:v:0", "-f", "framemd5", "-"]);
    let frames =
        String::from_utf8_lossy(&hashed.stdout).lines().filter(|line| !line.starts_with('#')).count();
    (codec.to_owned(), frames)
}

#[test]
fn a_job_without_a_fault_gives_the_same_codec_from_the_cpu_and_its_argv_is_written_down() {
    let Some(fake) = fake() else { return };
    let input = clip(&fake);
    for (encoder, codec) in [("h264_nvenc", "h264"), ("hevc_nvenc", "hevc"), ("av1_nvenc", "av1")] {
        let (ran, output) = job(&fake, "GPU-a", encoder, &input, &["-b_ref_mode", "middle", "-bf", "3"]);
        assert!(ran.status.success(), "{encoder}: {}", String::from_utf8_lossy(&ran.stderr));
        assert_eq!(codec_and_frames(&fake, &output), (codec.to_owned(), 10));
    }
    let jobs = fake.gpu_jobs().unwrap();
    assert_eq!(jobs.len(), 3);
    assert_eq!(jobs[1].encoder.as_deref(), Some("hevc_nvenc"));
    assert_eq!(jobs[1].device.as_deref(), Some("GPU-a"));
    assert_eq!(jobs[1].fault, None);
    assert_eq!(jobs[1].value_of("-cq"), Some("23"));
    assert_eq!(jobs[1].value_of("-vf"), Some("scale_cuda=-2:64:format=yuv420p"));
}

#[test]
fn every_fault_that_speaks_is_sorted_as_it_should_be() {
    let Some(fake) = fake() else { return };
    let input = clip(&fake);
    for fault in GpuFault::ALL {
        if matches!(fault, GpuFault::Hang | GpuFault::ShortOutput) {
            continue;
        }
        fake.clear_faults().unwrap();
        fake.set_fault(&Scope::default(), fault).unwrap();
        let (ran, _) = job(&fake, "GPU-a", "h264_nvenc", &input, &["-b_ref_mode", "middle", "-bf", "4"]);
        assert!(!ran.status.success(), "{fault:?}");
        let said = String::from_utf8_lossy(&ran.stderr);
        let sorted = DeviceFault::from_process(&said, ran.status.code(), false, Some("GPU-a"));
        assert_eq!(Some(sorted.class), fault.class(), "{fault:?}: {said}");
        assert!(!said.contains("@ENCODER@"), "{said}");
    }
}

#[test]
fn a_missing_ability_is_gone_when_its_options_are_dropped() {
    let Some(fake) = fake() else { return };
    let input = clip(&fake);
    let faults =
        [(GpuFault::NoBFrameReferences, ["-b_ref_mode", "middle"]), (GpuFault::NoBFrames, ["-bf", "4"])];
    for (fault, options) in faults {
        fake.clear_faults().unwrap();
        fake.set_fault(&Scope::default(), fault).unwrap();
        let (failed, _) = job(&fake, "GPU-a", "hevc_nvenc", &input, &options);
        let said = String::from_utf8_lossy(&failed.stderr).into_owned();
        let sorted = DeviceFault::from_process(&said, failed.status.code(), false, None);
        assert_eq!(sorted.options_to_drop().first(), Some(&options[0].trim_start_matches('-')), "{said}");
        let (ran, _) = job(&fake, "GPU-a", "hevc_nvenc", &input, &[]);
        assert!(ran.status.success(), "{fault:?}");
    }
}

#[test]
fn a_fault_of_one_device_leaves_the_other_one_alone() {
    let Some(fake) = fake() else { return };
    let input = clip(&fake);
    fake.set_fault(&Scope::device("GPU-a"), GpuFault::OutOfMemory).unwrap();
    assert!(!job(&fake, "GPU-a", "h264_nvenc", &input, &[]).0.status.success());
    assert!(job(&fake, "GPU-b", "h264_nvenc", &input, &[]).0.status.success());
}

#[test]
fn a_fault_can_pass_the_probe_and_wait_for_the_job() {
    let Some(fake) = fake() else { return };
    let input = clip(&fake);
    fake.set_fault(&Scope::default().sparing_probe(), GpuFault::SessionsClientKey).unwrap();
    let probe = ["-f", "lavfi", "-i", "testsrc2=s=256x256:d=0.1", "-c:v", "h264_nvenc", "-f", "null", "-"];
    assert!(run(&fake, "GPU-a", &probe).status.success());
    assert!(!job(&fake, "GPU-a", "h264_nvenc", &input, &[]).0.status.success());
    let calls = fake.calls().unwrap();
    assert_eq!(calls.iter().filter(|call| call.is_probe).count(), 1);
    assert_eq!(fake.gpu_jobs().unwrap().len(), 1);
}

#[test]
fn a_short_output_comes_with_status_zero_and_a_dying_job_leaves_some_frames() {
    let Some(fake) = fake() else { return };
    let input = clip(&fake);
    fake.set_fault(&Scope::device("GPU-a"), GpuFault::ShortOutput).unwrap();
    fake.set_fault(&Scope::device("GPU-b"), GpuFault::DiesMidway).unwrap();
    for (device, status) in [("GPU-a", 0), ("GPU-b", 1)] {
        let (ran, output) = job(&fake, device, "h264_nvenc", &input, &[]);
        assert_eq!(ran.status.code(), Some(status));
        assert_eq!(codec_and_frames(&fake, &output), ("h264".to_owned(), 3));
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the fake is run bare here; the supervisor has tests of its own"
)]
fn a_hanging_job_says_nothing_and_lives_until_it_is_ended() {
    let Some(fake) = fake() else { return };
    fake.set_fault(&Scope::default(), GpuFault::Hang).unwrap();
    let mut child =
        command(&fake, "GPU-a", &["-i", "in.mp4", "-c:v", "h264_nvenc", "out.mp4"]).spawn().unwrap();
    while fake.gpu_jobs().unwrap().is_empty() {
        std::thread::yield_now();
    }
    assert_eq!(child.try_wait().unwrap(), None);
    child.kill().unwrap();
    let ended = child.wait().unwrap();
    assert_eq!(DeviceFault::from_process("", ended.code(), true, None).class, FaultClass::Hung);
}

#[test]
fn questions_are_answered_with_all_three_encoders_and_the_rest_goes_to_the_real_one() {
    let Some(fake) = fake() else { return };
    fake.set_fault(&Scope::default(), GpuFault::NoDriver).unwrap();
    let listed = String::from_utf8(run(&fake, "", &["-encoders"]).stdout).unwrap();
    let names: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    for encoder in ["h264_nvenc", "hevc_nvenc", "av1_nvenc", "libx264"] {
        assert_eq!(names.iter().filter(|name| **name == encoder).count(), 1, "{encoder}");
    }
    let help = String::from_utf8(run(&fake, "", &["-h", "encoder=av1_nvenc"]).stdout).unwrap();
    assert!(help.contains("av1_nvenc"), "{help}");
    assert!(fake.calls().unwrap().iter().all(|call| call.encoder.is_none() && call.fault.is_none()));
}

#[test]
fn an_argument_with_spaces_and_quotes_arrives_whole() {
    let Some(fake) = fake() else { return };
    let input = clip(&fake);
    let named = fake.folder.path().join("a 'b\" $c.nut");
    fs::rename(input, &named).unwrap();
    let (ran, _) = job(&fake, "GPU-a", "h264_nvenc", &named, &[]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(fake.gpu_jobs().unwrap()[0].value_of("-i"), named.to_str());
}

#[test]
fn what_a_device_lacks_is_a_warning_that_the_level_error_hides() {
    let Some(fake) = fake() else { return };
    let input = clip(&fake);
    fake.set_fault(&Scope::default(), GpuFault::NoTenBit).unwrap();
    for (level, shown) in [("level+error", false), ("level+warning", true), ("warning", true)] {
        let (ran, _) = job(&fake, "GPU-a", "h264_nvenc", &input, &["-v", level]);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(said.contains("10 bit encode not supported"), shown, "{level}: {said}");
        assert_eq!(said.contains("] [error] No capable devices"), level.starts_with("level+"), "{said}");
    }
}

#[test]
fn a_fault_can_wait_until_some_jobs_are_done() {
    let Some(fake) = fake() else { return };
    let input = clip(&fake);
    fake.set_fault(&Scope::default().sparing_jobs(1), GpuFault::NoDriver).unwrap();
    let works = || job(&fake, "GPU-a", "h264_nvenc", &input, &[]).0.status.success();
    assert_eq!([works(), works(), works()], [true, false, false]);
}
