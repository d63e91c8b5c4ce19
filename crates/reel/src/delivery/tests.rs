//! Scenes of delivery: an object, an output path, what is there afterwards.

use std::fs;

use super::*;

struct Scene {
    dir: tempfile::TempDir,
    delivery: Delivery,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let object = dir.path().join("object");
        fs::write(&object, b"result").unwrap();
        let (size_bytes, sha256) = sha256_of_file(&object).unwrap();
        let artifact =
            Artifact { name: "o".into(), key: "o".into(), size_bytes, sha256, mime: "video/mp4".into() };
        let output = dir.path().join("out.mp4");
        Self { delivery: Delivery { job: JobId::new("j1"), object, artifact, output, force: false }, dir }
    }

    fn names(&self) -> Vec<String> {
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<_> = fs::read_dir(self.dir.path()).unwrap().map(name).collect();
        names.sort();
        names
    }

    fn output(&self) -> Vec<u8> {
        fs::read(&self.delivery.output).unwrap()
    }
}

#[test]
fn the_output_appears_and_nothing_else_stays() {
    let scene = Scene::new();
    assert_eq!(deliver(&scene.delivery).unwrap(), Delivered::Placed);
    assert_eq!(scene.output(), b"result");
    assert_eq!(scene.names(), ["object", "out.mp4"]);
}

#[test]
fn a_part_file_of_a_killed_run_is_replaced() {
    let scene = Scene::new();
    fs::write(part::path(&scene.delivery.output, &scene.delivery.job), b"half").unwrap();
    assert_eq!(deliver(&scene.delivery).unwrap(), Delivered::Placed);
    assert_eq!(scene.output(), b"result");
    assert_eq!(scene.names(), ["object", "out.mp4"]);
}

#[test]
fn the_same_bytes_at_the_output_are_left_alone() {
    let scene = Scene::new();
    fs::write(&scene.delivery.output, b"result").unwrap();
    assert_eq!(deliver(&scene.delivery).unwrap(), Delivered::AlreadyThere);
}

#[test]
fn other_bytes_at_the_output_are_kept_without_force() {
    let mut scene = Scene::new();
    fs::write(&scene.delivery.output, b"other!").unwrap();
    let problem = deliver(&scene.delivery).unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Exists);
    assert!(problem.hint.unwrap().contains("job j1"));
    assert_eq!(scene.output(), b"other!");
    scene.delivery.force = true;
    assert_eq!(deliver(&scene.delivery).unwrap(), Delivered::Placed);
    assert_eq!(scene.output(), b"result");
}

#[test]
fn what_appears_after_the_look_is_not_replaced() {
    let scene = Scene::new();
    let part = part::path(&scene.delivery.output, &scene.delivery.job);
    for rename in [part::rename_new, part::link_then_unlink] {
        part::make(&scene.delivery.object, &part, 6).unwrap();
        fs::write(&scene.delivery.output, b"meanwhile").unwrap();
        assert_eq!(rename(&part, &scene.delivery.output).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(scene.output(), b"meanwhile");
    }
    assert_eq!(came_meanwhile(&scene.delivery).unwrap_err().kind, ProblemKind::Exists);
}

#[test]
fn a_dangling_link_at_the_output_counts_as_something() {
    let scene = Scene::new();
    std::os::unix::fs::symlink("nowhere", &scene.delivery.output).unwrap();
    assert_eq!(deliver(&scene.delivery).unwrap_err().kind, ProblemKind::Exists);
}

#[test]
fn an_object_that_is_gone_is_told() {
    let scene = Scene::new();
    fs::remove_file(&scene.delivery.object).unwrap();
    assert_eq!(deliver(&scene.delivery).unwrap(), Delivered::ObjectGone);
    fs::write(&scene.delivery.output, b"result").unwrap();
    assert_eq!(deliver(&scene.delivery).unwrap(), Delivered::AlreadyThere);
}

#[test]
fn names_of_the_greatest_length_fit() {
    let mut scene = Scene::new();
    scene.delivery.output = scene.dir.path().join("n".repeat(255));
    assert_eq!(deliver(&scene.delivery).unwrap(), Delivered::Placed);
    assert_eq!(scene.output(), b"result");
}

#[test]
fn folders_are_made_and_unmade() {
    let dir = tempfile::tempdir().unwrap();
    let output = dir.path().join("a/b/out.mp4");
    let folder = Folder::prepare(&output).unwrap();
    assert_eq!(fs::read_dir(dir.path().join("a/b")).unwrap().count(), 0);
    fs::write(dir.path().join("a/kept"), b"").unwrap();
    folder.unmake();
    assert!(dir.path().join("a").exists() && !dir.path().join("a/b").exists());
}

#[test]
fn a_folder_that_cannot_be_written_is_found_before_the_work() {
    let problem = Folder::prepare(Path::new("/proc/reel/out.mp4")).unwrap_err();
    assert_eq!(problem.kind.exit_code(), crate::exit::FAILED);
    assert!(problem.hint.is_some());
}

/// A tar stream of two files in a folder.
fn stream() -> Vec<u8> {
    use reel_pack::stream::tar::{Entry, EntryKind, TarLayout};
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("content");
    fs::write(&file, [7; 700]).unwrap();
    let entry = |name: &str, kind| Entry { name: name.into(), kind, mode: 0o755, mtime_secs: 0 };
    let content = || EntryKind::File { size: 700 };
    let layout =
        TarLayout::new(vec![entry("d", EntryKind::Dir), entry("d/a", content()), entry("d/b", content())])
            .unwrap();
    let mut bytes = vec![0; layout.len() as usize];
    layout.read_at(0, &mut bytes, &mut |_| File::open(&file)).unwrap();
    bytes
}

#[test]
fn a_stream_becomes_a_folder_and_nothing_else_stays() {
    let scene = Scene::new();
    fs::write(&scene.delivery.object, stream()).unwrap();
    assert_eq!(deliver_tree(&scene.delivery).unwrap(), (Delivered::Placed, Vec::new()));
    assert_eq!(fs::read(scene.delivery.output.join("b")).unwrap(), [7; 700]);
    assert_eq!(scene.names(), ["object", "out.mp4"]);
    assert_eq!(deliver_tree(&scene.delivery).unwrap_err().kind, crate::problem::ProblemKind::Exists);
}

#[test]
fn what_stands_behind_a_hole_in_a_stream_is_not_left_out_in_silence() {
    let scene = Scene::new();
    let mut bytes = stream();
    // The header of the second file, behind the folder's and the first file's with 1024 bytes of content.
    bytes[2048..2560].fill(0);
    fs::write(&scene.delivery.object, bytes).unwrap();
    let (delivered, said) = deliver_tree(&scene.delivery).unwrap();
    assert_eq!((delivered, said.len()), (Delivered::Placed, 1), "{said:?}");
    assert!(said[0].starts_with("left out: everything behind byte "), "{said:?}");
    assert!(!scene.delivery.output.join("b").exists());
}
