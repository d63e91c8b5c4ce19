//! The programs: found, asked once, and tried.

use std::path::Path;

use reel_media::encoder_probe::{try_encoder, try_encoder_with};
use reel_media::{Ffmpeg, MediaError, child};

#[test]
fn what_is_compiled_in_is_listed() {
    let ffmpeg = Ffmpeg::discover(None, None).unwrap();
    assert!(ffmpeg.version().starts_with(|c: char| c.is_ascii_alphanumeric()));
    assert!(ffmpeg.has_encoder("libx264") && ffmpeg.has_encoder("aac") && !ffmpeg.has_encoder("Video"));
    assert!(ffmpeg.has_filter("scale") && ffmpeg.has_filter("anull") && !ffmpeg.has_filter("no_such_filter"));
    let lacks = ffmpeg.require_encoder("no_such_encoder").unwrap_err();
    assert!(
        matches!(lacks, MediaError::MissingAbility { .. }) && lacks.to_string().contains("no_such_encoder")
    );
    assert!(ffmpeg.identity().contains(ffmpeg.version()));
}

#[test]
fn a_cache_is_asked_before_the_program_and_not_for_another_program() {
    let folder = tempfile::tempdir().unwrap();
    let first = Ffmpeg::with_cache(None, None, folder.path()).unwrap();
    assert!(first.has_encoder("libx264"));
    let asked = child::totals().spawned_count;
    let second = Ffmpeg::with_cache(None, None, folder.path()).unwrap();
    assert!(second.has_encoder("libx264"));
    assert_eq!(child::totals().spawned_count, asked);
    assert_eq!(second.identity(), first.identity());

    let other = folder.path().join("ffmpeg");
    std::fs::write(&other, "#!/bin/sh\necho 'ffmpeg version 99.1 Copyright'\n").unwrap();
    std::fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let third = Ffmpeg::with_cache(Some(&other), Some(first.ffprobe()), folder.path()).unwrap();
    assert_eq!(third.version(), "99.1");
}

#[test]
fn a_missing_program_is_said_with_what_brings_it() {
    let error = Ffmpeg::discover(None, Some(Path::new("/no/ffprobe"))).unwrap_err();
    assert!(matches!(&error, MediaError::MissingTool { tool, .. } if tool == "ffprobe"));
    assert!(error.failure().hint.unwrap().contains("scripts/setup"));
}

#[test]
fn a_program_of_another_kind_is_not_taken_for_one_of_ours() {
    let real = Ffmpeg::discover(None, None).unwrap();
    let check = |ffmpeg: &Path, ffprobe: &Path, wanted: &str| {
        let error = Ffmpeg::discover(Some(ffmpeg), Some(ffprobe)).unwrap_err();
        assert!(matches!(&error, MediaError::MissingTool { tool, .. } if tool == wanted), "{error}");
    };
    check(Path::new("/bin/true"), real.ffprobe(), "ffmpeg");
    check(Path::new("/bin/false"), real.ffprobe(), "ffmpeg");
    check(real.ffprobe(), real.ffprobe(), "ffmpeg");
    check(real.ffmpeg(), Path::new("/bin/true"), "ffprobe");
    check(real.ffmpeg(), Path::new("/bin/false"), "ffprobe");
    check(real.ffmpeg(), real.ffmpeg(), "ffprobe");
}

#[test]
fn an_encoder_is_tried_and_its_own_words_are_kept() {
    let ffmpeg = Ffmpeg::discover(None, None).unwrap();
    assert_eq!(try_encoder(&ffmpeg, "libx264", None), Ok(()));
    assert_eq!(
        try_encoder_with(&ffmpeg, "libx265", "yuv420p10le", &["-x265-params", "log-level=error"], None),
        Ok(())
    );
    let said = try_encoder(&ffmpeg, "no_such_encoder", None).unwrap_err();
    assert!(said.contains("no_such_encoder"), "{said}");
}
