//! Packing there what lies here: folders as a stream, several videos, and nothing that only its owner should see.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::support::{Scene, names};
use super::{Served, jobs};

/// A folder with another in it, a link, and a file beside.
fn album(here: &Scene) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(11);
    let large: Vec<u8> = (0..3_000_000).map(|_| random.u8(..)).collect();
    fs::create_dir_all(here.path("album/more/empty")).unwrap();
    fs::write(here.path("album/large.bin"), &large).unwrap();
    fs::write(here.path("album/more/nothing"), b"").unwrap();
    fs::write(here.path("album/more/día.txt"), b"words").unwrap();
    symlink("large.bin", here.path("album/link")).unwrap();
    fs::write(here.path("beside.txt"), b"beside").unwrap();
    large
}

fn is_album(at: &Path, large: &[u8]) {
    assert_eq!(names(at), ["large.bin", "link", "more"]);
    assert_eq!(names(&at.join("more")), ["día.txt", "empty", "nothing"]);
    assert!(fs::read(at.join("large.bin")).unwrap() == large);
    assert_eq!(fs::read_link(at.join("link")).unwrap(), Path::new("large.bin"));
}

#[test]
fn a_folder_is_packed_there_as_it_would_be_here_and_comes_back_as_a_folder() {
    let (served, here) = (Served::start(), Scene::new());
    let large = album(&here);
    let ran = served.reel(&here, &["pack", "album", "-o", "there.avi", "--json"]).expect(0);
    assert_eq!(ran.result()["metadata"]["name"], "album", "{ran:#?}");
    here.reel(&["pack", "album", "-o", "here.avi"]).expect(0);
    assert!(fs::read(here.path("there.avi")).unwrap() == fs::read(here.path("here.avi")).unwrap());
    served.reel(&here, &["unpack", "there.avi", "-o", "back/"]).expect(0);
    is_album(&here.path("back/album"), &large);
    // A copy of the stream lies nowhere.
    assert_eq!(here.names(), ["album", "back", "beside.txt", "here.avi", "there.avi"]);

    // The same again sends nothing: not the stream, and not the video.
    let again = served.reel(&here, &["pack", "album", "-o", "there.avi", "--json"]).expect(0);
    assert_eq!(again.result()["already_there"], true, "{again:#?}");
    assert!(!again.stderr.contains("sending"), "{again:#?}");
    served.stop();
}

#[test]
fn several_inputs_and_an_empty_folder_are_packed_there() {
    let (served, here) = (Served::start(), Scene::new());
    let large = album(&here);
    served.reel(&here, &["pack", "album", "beside.txt", "-o", "all.avi"]).expect(0);
    here.reel(&["unpack", "all.avi", "-o", "back"]).expect(0);
    is_album(&here.path("back/album"), &large);
    assert_eq!(fs::read(here.path("back/beside.txt")).unwrap(), b"beside");
    served.reel(&here, &["pack", "album/more/empty", "-o", "empty.avi"]).expect(0);
    served.reel(&here, &["unpack", "empty.avi", "-o", "nothing/"]).expect(0);
    assert_eq!(names(&here.path("nothing/empty")), [""; 0]);
    served.stop();
}

#[test]
fn several_videos_are_made_listed_verified_and_put_together() {
    let (served, here) = (Served::start(), Scene::new());
    let mut random = fastrand::Rng::with_seed(5);
    let large: Vec<u8> = (0..20_000_000).map(|_| random.u8(..)).collect();
    fs::write(here.path("large.bin"), &large).unwrap();
    let ran = served.reel(&here, &["pack", "large.bin", "-o", "a.avi", "--split-size=9MB", "--json"]);
    let outputs = ran.expect(0).result()["outputs"].as_array().unwrap().len();
    assert!(outputs >= 3, "{outputs} videos");
    let videos: Vec<String> = (1..=outputs).map(|number| format!("a.{number:03}.avi")).collect();
    let with = |first: &[&str], last: &[&str]| {
        let videos = videos.iter().rev().map(String::as_str);
        let words: Vec<&str> = first.iter().copied().chain(videos).chain(last.iter().copied()).collect();
        served.reel(&here, &words)
    };
    let listed = with(&["unpack", "--list", "--json"], &[]).expect(0).records();
    assert_eq!(listed.len(), outputs);
    assert_eq!((&listed[0]["name"], &listed[0]["part_count"]), (&"large.bin".into(), &outputs.into()));
    let verified = with(&["unpack", "--verify", "--json"], &[]).expect(0).result();
    assert_eq!(
        (&verified["metadata"]["exact"], &verified["outputs"]),
        (&true.into(), &serde_json::json!([]))
    );
    with(&["unpack"], &["-o", "back.bin"]).expect(0);
    assert!(fs::read(here.path("back.bin")).unwrap() == large);
    let missing = served.reel(&here, &["unpack", "--verify", "--json", &videos[0]]).expect(1).result();
    assert_eq!((&missing["status"], &missing["error"]["kind"]), (&"failed".into(), &"damaged".into()));
    served.stop();
}

#[test]
fn nothing_that_only_its_owner_should_see_goes_there() {
    let (served, here) = (Served::start(), Scene::new());
    fs::write(here.path("diary.txt"), b"dear diary").unwrap();
    fs::write(here.path("words"), b"correct horse\n").unwrap();
    let sealed = ["pack", "diary.txt", "-o", "diary.avi", "--encrypt", "--passphrase-file", "words"];
    let refused = served.reel(&here, &sealed).expect(2);
    assert!(refused.stderr.contains("a server encrypts nothing"), "{}", refused.stderr);
    assert!(refused.stderr.contains("encrypt it here"), "{}", refused.stderr);
    here.reel(&sealed).expect(0);
    // Without a passphrase at hand: nobody is asked for one that would be of no use.
    let refused = served.reel(&here, &["unpack", "diary.avi", "-o", "back.txt"]).expect(2);
    assert!(refused.stderr.contains("opens no encrypted video"), "{}", refused.stderr);
    assert!(jobs(&served, &here).is_empty());
    assert!(!served.scene.state().join("objects/uploads").exists(), "something was sent");
    served.stop();
}
