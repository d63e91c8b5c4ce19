//! A GPU's decoder is believed when it gives the CPU's samples, and only then.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::Duration;

use reel_media::Ffmpeg;
use reel_media::gpu_decoding::try_decoder_within;
use reel_testkit::fake_ffmpeg::{FakeFfmpeg, GpuFault, Scope, real_ffmpeg};

const LIMIT: Duration = Duration::from_secs(60);

/// The film that is tried is made by libx264, which is in every FFmpeg that reel works with.
const H264: &str = "h264 yuv420p";

fn ffmpeg(path: &std::path::Path) -> Arc<Ffmpeg> {
    let probe = real_ffmpeg().unwrap().with_file_name("ffprobe");
    Ffmpeg::discover(Some(path), Some(&probe)).unwrap()
}

#[test]
fn a_card_that_gives_the_same_samples_is_believed() {
    let fake = FakeFfmpeg::new().unwrap();
    assert_eq!(try_decoder_within(&ffmpeg(&fake.path()), H264, Some("GPU-1"), LIMIT), Ok(()));
    let on_gpu: Vec<_> = fake.calls().unwrap().into_iter().filter(|call| call.encoder.is_some()).collect();
    assert_eq!(on_gpu.len(), 1);
    assert_eq!((on_gpu[0].device.as_deref(), on_gpu[0].is_probe), (Some("GPU-1"), true));
}

#[test]
fn a_card_that_gives_other_samples_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let real = real_ffmpeg().unwrap();
    let script = format!(
        "#!/bin/sh\ncase \" $* \" in *\" -hwaccel \"*) echo MD5=0; exit 0 ;; esac\nexec '{}' \"$@\"\n",
        real.display()
    );
    let path = folder.path().join("ffmpeg");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let said = try_decoder_within(&ffmpeg(&path), H264, Some("GPU-1"), LIMIT).unwrap_err();
    assert!(said.contains("other samples"), "{said}");
}

#[test]
fn what_a_card_says_is_passed_on() {
    let fake = FakeFfmpeg::new().unwrap();
    fake.set_fault(&Scope::default(), GpuFault::NoDriver).unwrap();
    let said = try_decoder_within(&ffmpeg(&fake.path()), H264, Some("GPU-1"), LIMIT).unwrap_err();
    assert!(said.contains("Cannot load libcuda.so.1"), "{said}");
}

#[test]
fn a_sort_of_film_that_nobody_knows_is_not_tried() {
    let fake = FakeFfmpeg::new().unwrap();
    let said = try_decoder_within(&ffmpeg(&fake.path()), "vp8 yuv420p", None, LIMIT).unwrap_err();
    assert!(said.contains("vp8"), "{said}");
}
