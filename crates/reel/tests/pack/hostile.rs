//! Videos made to harm who unpacks them.

use std::fs;

use reel_pack::frame::{ContentKind, Metadata};

use crate::forge::{forge, forge_cells};
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
fn a_name_in_cells_of_colour_is_no_more_than_that_either() {
    let scene = scene(&[("a.bin", b"harmless")]);
    let pack = ["pack", "a.bin", "-o", "good.avi", "--profile", "legacy", "--resolution", "256x256"];
    scene.reel(&[&pack[..], &["--no-metadata-frames"]].concat()).expect(0);
    fs::remove_file(scene.path("a.bin")).unwrap();
    for (hostile, becomes) in [("../../etc/passwd", "passwd"), ("/etc/passwd", "passwd"), ("..", "unnamed")] {
        forge_cells(&scene.path("good.avi"), &scene.path("bad.avi"), |metadata| {
            metadata.name = Some(hostile.to_owned());
        });
        scene.reel(&["unpack", "bad.avi", "-o", "in/"]).expect(0);
        assert_eq!(names(&scene.path("in")), [becomes], "{hostile:?}");
        assert_eq!(scene.names(), ["bad.avi", "good.avi", "in"], "{hostile:?}");
        fs::remove_dir_all(scene.path("in")).unwrap();
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
        metadata.size = Some(u64::from(u32::MAX) * u64::from(u32::MAX));
        metadata.block_bytes = u32::MAX;
        metadata.block_count = u32::MAX;
    });
    for more in [&[][..], &["--verify"]] {
        let args = [&["unpack", "bad.avi"], more].concat();
        refused(&scene, &args, 1, "GB are wanted in the state folder");
    }
    assert_eq!(scene.names(), ["bad.avi"]);
}

#[test]
fn bytes_that_are_no_tar_stream_leave_no_folder() {
    let scene = forged(|metadata| metadata.kind = ContentKind::Tar);
    refused(&scene, &["unpack", "bad.avi", "-o", "back"], 1, "is no folder, so back was not made");
    assert_eq!(scene.names(), ["bad.avi"]);
}
