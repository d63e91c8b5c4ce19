//! A folder, or several inputs, as one tar stream.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::support::{Scene, names};
use crate::{random, refused, scene};

/// Everything below a folder: path, permission bits, content or link target.
fn tree(folder: &Path) -> Vec<(Vec<u8>, u32, Vec<u8>)> {
    fn add(folder: &Path, below: &Path, all: &mut Vec<(Vec<u8>, u32, Vec<u8>)>) {
        for entry in fs::read_dir(below).unwrap() {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            let content = if meta.is_symlink() {
                fs::read_link(&path).unwrap().as_os_str().as_bytes().to_vec()
            } else if meta.is_dir() {
                add(folder, &path, all);
                Vec::new()
            } else {
                fs::read(&path).unwrap()
            };
            let name = path.strip_prefix(folder).unwrap().as_os_str().as_bytes().to_vec();
            all.push((name, meta.permissions().mode(), content));
        }
    }
    let mut all = Vec::new();
    add(folder, folder, &mut all);
    all.sort();
    all
}

/// A folder with something of every sort.
fn odd_folder(scene: &Scene) {
    let folder = scene.path("odd");
    fs::create_dir_all(folder.join("empty")).unwrap();
    fs::create_dir_all(folder.join("deep/er")).unwrap();
    fs::write(folder.join("deep/er/file"), random(100_000, 5)).unwrap();
    fs::write(folder.join("nothing"), b"").unwrap();
    for name in [
        &b"-rf"[..],
        b"red \x1b[31m",
        b"two\nlines",
        b"not utf-8 \xff\xfe",
        "日本 \u{202e}txt".as_bytes(),
        &[b'x'; 255],
    ] {
        fs::write(folder.join(OsStr::from_bytes(name)), name).unwrap();
    }
    fs::set_permissions(folder.join("nothing"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(folder.join("-rf"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink("deep/er/file", folder.join("link")).unwrap();
    symlink("../nothing", folder.join("deep/up")).unwrap();
    symlink(".", folder.join("loop")).unwrap();
    symlink("nowhere", folder.join("dangling")).unwrap();
}

#[test]
fn a_folder_comes_back_with_all_that_is_in_it() {
    let scene = Scene::new();
    odd_folder(&scene);
    scene.reel(&["pack", "odd", "-o", "odd.avi"]).expect(0);
    scene.reel(&["unpack", "odd.avi", "-o", "back/"]).expect(0);
    assert_eq!(tree(&scene.path("back/odd")), tree(&scene.path("odd")));
    scene.reel(&["unpack", "odd.avi", "-o", "other"]).expect(0);
    assert_eq!(tree(&scene.path("other")), tree(&scene.path("odd")));
    assert_eq!(names(&scene.path("back")), ["odd"]);
    assert_eq!(scene.names(), ["back", "odd", "odd.avi", "other"]);
    assert_eq!(scene.object_count(), 0);
}

#[test]
fn several_inputs_come_back_in_one_folder() {
    let scene = scene(&[("a.txt", b"a")]);
    fs::create_dir(scene.path("photos")).unwrap();
    fs::write(scene.path("photos/1.jpg"), b"one").unwrap();
    scene.reel(&["pack", "photos/", "a.txt", "-o", "both.avi"]).expect(0);
    let listed = scene.reel(&["unpack", "--list", "--json", "both.avi"]).expect(0).records().remove(0);
    assert_eq!((&listed["name"], &listed["kind"]), (&"packed".into(), &"tar".into()));
    scene.reel(&["unpack", "both.avi"]).expect(0);
    assert_eq!(names(&scene.path("packed")), ["a.txt", "photos"]);
    assert_eq!(fs::read(scene.path("packed/photos/1.jpg")).unwrap(), b"one");
}

#[test]
fn the_folder_one_stands_in_has_a_name_too() {
    let scene = Scene::new();
    fs::create_dir_all(scene.path("here/within")).unwrap();
    fs::write(scene.path("here/a"), b"a").unwrap();
    let mut command = scene.command(&["pack", ".", "-o", "../here.avi"]);
    command.current_dir(scene.path("here"));
    crate::Ran::of(command).expect(0);
    scene.reel(&["unpack", "here.avi", "-o", "back/"]).expect(0);
    assert_eq!(names(&scene.path("back/here")), ["a", "within"]);
}

#[test]
fn a_folder_that_is_there_is_never_replaced() {
    let scene = Scene::new();
    odd_folder(&scene);
    scene.reel(&["pack", "odd", "-o", "odd.avi"]).expect(0);
    fs::write(scene.path("odd/later"), b"mine").unwrap();
    for force in [&[][..], &["--force"]] {
        let ran = refused(&scene, &[&["unpack", "odd.avi"], force].concat(), 5, "odd exists");
        assert!(!ran.stderr.contains("--force"), "{ran:#?}");
    }
    assert_eq!(fs::read(scene.path("odd/later")).unwrap(), b"mine");
    assert_eq!(scene.names(), ["odd", "odd.avi"]);
}

#[test]
fn links_that_lead_out_are_named_when_packed_and_when_left_out() {
    let scene = Scene::new();
    fs::create_dir_all(scene.path("d/sub")).unwrap();
    fs::write(scene.path("d/file"), b"x").unwrap();
    symlink("/etc/passwd", scene.path("d/absolute")).unwrap();
    symlink("../beside", scene.path("d/climbs")).unwrap();
    symlink("../file", scene.path("d/sub/stays")).unwrap();
    let packed = scene.reel(&["pack", "d", "-o", "d.avi"]).expect(0);
    assert!(packed.stdout.contains("will not make the link d/absolute and 1 more"), "{packed:#?}");
    let back = scene.reel(&["unpack", "d.avi", "-o", "back/"]).expect(0);
    assert!(back.stdout.contains("left out: d/absolute (it points to an absolute path)"), "{back:#?}");
    assert!(back.stdout.contains("left out: d/climbs (it points outside the folder)"), "{back:#?}");
    assert_eq!(names(&scene.path("back/d")), ["file", "sub"]);
    assert_eq!(names(&scene.path("back/d/sub")), ["stays"]);
}

#[test]
fn a_file_that_grows_meanwhile_ends_with_three_and_its_name() {
    let scene = Scene::new();
    fs::create_dir(scene.path("d")).unwrap();
    fs::write(scene.path("d/log"), random(40_000_000, 6)).unwrap();
    let mut running = scene.start(&["pack", "d", "-o", "out/d.avi", "--json", "--compress", "off"]);
    running.wait_for(|record| record["type"] == "progress");
    let mut log = fs::File::options().append(true).open(scene.path("d/log")).unwrap();
    std::io::Write::write_all(&mut log, b"more").unwrap();
    let result = running.end().expect(3).result();
    assert!(result["error"]["message"].as_str().unwrap().starts_with("d/log "), "{result:#}");
    assert!(result["error"]["hint"].is_string(), "{result:#}");
    assert_eq!(scene.names(), ["d"]);
}

#[test]
fn folders_that_may_not_be_written_keep_their_bits() {
    let scene = Scene::new();
    fs::create_dir_all(scene.path("d/closed/within")).unwrap();
    fs::write(scene.path("d/closed/within/file"), b"x").unwrap();
    let closed = ["d/closed/within", "d/closed", "d"];
    let set = |mode| {
        for folder in closed {
            fs::set_permissions(scene.path(folder), fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    set(0o555);
    scene.reel(&["pack", "d", "-o", "d.avi"]).expect(0);
    scene.reel(&["unpack", "d.avi", "-o", "back"]).expect(0);
    let mode = |folder: &str| fs::metadata(scene.path(folder)).unwrap().permissions().mode() & 0o777;
    let modes: Vec<u32> = ["back/closed/within", "back/closed", "back"].into_iter().map(mode).collect();
    assert_eq!(
        (modes, fs::read(scene.path("back/closed/within/file")).unwrap()),
        (vec![0o555; 3], b"x".to_vec())
    );
    set(0o755);
    for folder in ["back", "back/closed", "back/closed/within"] {
        fs::set_permissions(scene.path(folder), fs::Permissions::from_mode(0o755)).unwrap();
    }
}
