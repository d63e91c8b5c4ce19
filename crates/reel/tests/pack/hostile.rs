//! Videos made to harm who unpacks them.

use std::fs;

use reel_pack::frame::{ContentKind, Metadata};

use crate::forge::forge;
use crate::support::{Scene, names};
use crate::{refused, scene};

fn forged(change: impl Fn(&mut Metadata)) -> Scene {
    let scene = scene(&[("a.bin", b"harmless")]);
    scene.reel(&["pack", "a.bin", "-o", "good.avi"]).expect(0);
    forge(&scene.path("good.avi"), &scene.path("bad.avi"), change);
    fs::remove_file(scene.path("good.avi")).unwrap();
    fs::remove_file(scene.path("a.bin")).unwrap();
    scene
}

#[test]
fn a_name_is_never_more_than_the_last_part_of_a_path() {
    for (hostile, becomes) in [
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\win.ini", "win.ini"),
        ("red\u{1b}[31m\nline\u{202e}", "red[31mline"),
        ("..", "unnamed"),
        ("\n", "unnamed"),
    ] {
        let scene = forged(|metadata| metadata.name = Some(hostile.to_owned()));
        // Two folders down, so that what climbs would be seen.
        fs::create_dir_all(scene.path("in/here")).unwrap();
        let mut command = scene.command(&["unpack", "../../bad.avi", "--json"]);
        command.current_dir(scene.path("in/here"));
        let result = crate::Ran::of(command).expect(0).result();
        assert_eq!(result["metadata"]["name"], becomes, "{hostile:?}");
        assert_eq!(names(&scene.path("in/here")), [becomes], "{hostile:?}");
        scene.reel(&["unpack", "bad.avi", "-o", "in/"]).expect(0);
        assert_eq!(names(&scene.path("in")).len(), 2, "{hostile:?}");
        assert_eq!(scene.names(), ["bad.avi", "in"], "{hostile:?}");
        let listed = scene.reel(&["unpack", "--list", "bad.avi"]).expect(0);
        assert!(listed.stdout.starts_with(becomes), "{listed:#?}");
    }
}

#[test]
fn a_digest_that_is_not_that_of_the_content_writes_nothing() {
    let scene = forged(|metadata| metadata.sha256 = Some("0".repeat(64)));
    refused(&scene, &["unpack", "bad.avi"], 1, "another digest");
    assert_eq!(scene.names(), ["bad.avi"]);
}

#[test]
fn a_size_beyond_all_disks_is_refused_and_not_planned_for() {
    let scene = forged(|metadata| {
        metadata.size = Some(u64::from(u32::MAX) * 8);
        metadata.block_bytes = 8;
        metadata.block_count = u32::MAX;
    });
    let ran = scene.reel(&["unpack", "bad.avi"]);
    assert!(matches!(ran.code, Some(1 | 3)), "{ran:#?}");
    assert!(ran.stderr.contains("error: ") && ran.stderr.contains("hint: "), "{ran:#?}");
    assert_eq!(scene.names(), ["bad.avi"]);
}

#[test]
fn bytes_that_are_no_tar_stream_leave_no_folder() {
    let scene = forged(|metadata| metadata.kind = ContentKind::Tar);
    refused(&scene, &["unpack", "bad.avi", "-o", "back"], 1, "is no folder, so back was not made");
    assert_eq!(scene.names(), ["bad.avi"]);
}
