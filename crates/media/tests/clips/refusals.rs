//! What is said of files that must not be worked on.

use std::path::Path;

use reel_media::child::run;
use reel_media::formats::file_url;
use reel_media::{InputArgs, MediaError, ProbeLimits};
use reel_testkit::clips;
use reel_types::{CancelToken, FailureKind};

use super::{ffmpeg, probed};

/// The variant's name, or `fine`.
fn class(path: &Path) -> String {
    match probed(path) {
        Ok(_) => "fine".to_owned(),
        Err(error) => {
            assert_eq!(error.failure().kind, FailureKind::Input, "{error}");
            assert!(error.failure().hint.is_some(), "{error}");
            let shown = format!("{error:?}");
            shown.split([' ', '{', '(']).next().unwrap().to_owned()
        }
    }
}

#[test]
fn made_files_are_refused_by_what_is_wrong_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, bytes: &[u8], expected: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(class(&path), expected, "{name}");
    };
    check("empty.mp4", b"", "EmptyFile");
    check("text.mp4", b"this is no film\n", "NotMedia");
    check("list.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "Refused");
    check("list.txt", b"ffconcat version 1.0\nfile /etc/passwd\n", "Refused");
    check("noise.bin", &[0xa5; 5000], "NotMedia");
    assert_eq!(class(Path::new("/no/such/file.mp4")), "Unreadable");
    assert_eq!(class(folder.path()), "NotMedia");
    assert_eq!(class(&clips::audio_only()), "NoVideo");
    assert_eq!(class(&clips::no_index()), "Truncated");
    assert_eq!(class(&clips::still()), "Refused");
    assert_eq!(class(&clips::truncated()), "fine");
    assert_eq!(class(&clips::bitflips()), "fine");
}

#[test]
fn limits_are_the_callers() {
    let check =
        |path: &Path, limits: ProbeLimits| reel_media::probe(&ffmpeg(), path, &limits, &CancelToken::new());
    let small = ProbeLimits { pixels_max: 320 * 179, ..ProbeLimits::default() };
    let refused = check(&clips::cfr_h264(2), small);
    assert!(matches!(refused, Err(MediaError::TooLarge { width: 320, height: 180, .. })), "{refused:?}");
    let few = ProbeLimits { streams_max: 2, ..ProbeLimits::default() };
    let refused = check(&clips::two_audio(), few);
    assert!(matches!(refused, Err(MediaError::TooManyStreams { count: 3, limit: 2, .. })), "{refused:?}");
    let stills = ProbeLimits { stills_allowed: true, ..ProbeLimits::default() };
    assert_eq!(check(&clips::still(), stills).unwrap().video[0].width, 64);
}

#[test]
fn bad_real_files_are_refused_by_what_is_wrong_with_them() {
    let expected = [
        ("audio_only.mp4", "NoVideo"),
        ("bitflips_mdat.mp4", "fine"),
        ("box_size_lie.mp4", "Damaged"),
        ("duration_bomb.mp4", "Damaged"),
        ("hls_local_file.m3u8", "Refused"),
        ("hls_loopback_named.mp4", "Refused"),
        ("hls_sibling_file.m3u8", "Refused"),
        ("huge_dims_100000.png", "TooLarge"),
        ("huge_dims_header_65535.mp4", "TooLarge"),
        ("mismatched_sps_4096_header_576.mp4", "Damaged"),
        ("png_named.mp4", "Refused"),
        ("text.mp4", "NotMedia"),
        ("truncated.webm", "fine"),
        ("truncated_no_moov.mp4", "Truncated"),
        ("zero_bytes.mp4", "EmptyFile"),
    ];
    let files = clips::shared_files("bad");
    for path in &files {
        let name = path.file_name().unwrap().to_str().unwrap();
        let started = std::time::Instant::now();
        let class = class(path);
        eprintln!("{name}: {class}, {} ms", started.elapsed().as_millis());
        let Some((_, expected)) = expected.iter().find(|(known, _)| *known == name) else { continue };
        assert_eq!(&class, expected, "{name}");
    }
    assert!(files.is_empty() || files.len() >= expected.len());
}

#[test]
fn a_playlist_is_not_opened_even_by_a_child_that_was_not_asked_whether_it_is_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(clips::ts_bframes(), folder.path().join("other.ts")).unwrap();
    let list = folder.path().join("list.m3u8");
    std::fs::write(&list, "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nother.ts\n#EXT-X-ENDLIST\n")
        .unwrap();
    let decode = |input: Vec<std::ffi::OsString>| {
        let spec = ffmpeg().command().args(input).args(["-frames:v", "1", "-f", "null", "-"]);
        run(&spec, &CancelToken::new(), |_| {})
    };
    decode(vec!["-i".into(), file_url(&list)]).expect("without our arguments FFmpeg opens the other file");
    let error = decode(InputArgs::source(&list).args()).unwrap_err();
    assert!(error.stderr_tail().unwrap().contains("not on whitelist"), "{error}");
}
