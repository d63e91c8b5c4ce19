//! A server that asks for keys.

use super::Served;
use super::support::{Ran, Scene};

fn reel(served: &Served, here: &Scene, key: Option<&str>, args: &[&str]) -> Ran {
    let mut command = here.command(&[&["--server", &served.url], args].concat());
    command.env_remove("REEL_API_KEY");
    if let Some(key) = key {
        command.env("REEL_API_KEY", key);
    }
    Ran::of(command)
}

fn key(scene: &Scene, scope: &str) -> String {
    let made = scene.reel(&["keys", "create", "--name", scope, "--scope", scope]).expect(0);
    made.stdout.trim().to_owned()
}

#[test]
fn what_a_key_may_not_is_said_in_a_sentence_and_what_it_may_is_done() {
    let (scene, here) = (Scene::new(), Scene::new());
    let (read, write) = (key(&scene, "read"), key(&scene, "write"));
    let served = Served::start_in(scene);
    std::fs::write(here.path("a.txt"), b"abc").unwrap();
    reel(&served, &here, Some(&write), &["pack", "a.txt", "-o", "a.avi"]).expect(0);
    let list = || reel(&served, &here, Some(&read), &["jobs", "list", "--json"]);
    let listed = list().expect(0).records();
    let id = listed[0]["job"].as_str().unwrap().to_owned();

    let stranger = reel(&served, &here, None, &["jobs", "list"]).expect(2);
    assert!(stranger.stderr.contains("this needs a key"), "{}", stranger.stderr);
    assert!(stranger.stderr.contains("REEL_API_KEY"), "{}", stranger.stderr);
    let wrong = format!("{}x", &read[..read.len() - 1]);
    let wrong = reel(&served, &here, Some(&wrong), &["jobs", "show", &id]).expect(2);
    assert!(wrong.stderr.contains("unknown, revoked or over"), "{}", wrong.stderr);
    assert!(wrong.stderr.contains("check the key in REEL_API_KEY"), "{}", wrong.stderr);

    for verb in ["cancel", "retry", "forget"] {
        let refused = reel(&served, &here, Some(&read), &["jobs", verb, &id]).expect(2);
        assert!(refused.stderr.contains("a key with the scope write"), "{}", refused.stderr);
        assert!(refused.stderr.contains("reel keys create --scope"), "{}", refused.stderr);
    }
    let refused = reel(&served, &here, Some(&read), &["pack", "a.txt", "-o", "b.avi"]).expect(2);
    assert!(refused.stderr.contains("a key with the scope write"), "{}", refused.stderr);

    for (key, verb) in
        [(&read, "show"), (&read, "watch"), (&write, "cancel"), (&write, "retry"), (&write, "forget")]
    {
        reel(&served, &here, Some(key), &["jobs", verb, &id[..8]]).expect(0);
    }
    assert!(list().expect(0).records().is_empty());
    assert!(
        reel(&served, &here, Some(&write), &["jobs", "show", &id]).expect(2).stderr.contains("no job there")
    );
    served.stop();
}
