//! Help is found by those who do not know the words yet.

mod support;

use support::Scene;

#[test]
fn nothing_to_do_shows_the_verbs() {
    // A scene names its state folder in the environment, which must not count as something typed.
    let scene = Scene::new();
    for (args, verb) in [(&[][..], "transcode"), (&["jobs"], "forget"), (&["--device", "cpu"], "doctor")] {
        let ran = scene.reel(args).expect(2);
        assert!(ran.stderr.contains("Commands:") && ran.stderr.contains(verb), "{args:?}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{args:?}");
    }
}

#[test]
fn nothing_to_do_is_one_object_for_a_program() {
    let ran = Scene::new().reel(&["jobs", "--json"]).expect(2);
    let summary = ran.records().pop().unwrap_or_default();
    assert_eq!(
        (&summary["type"], &summary["error"]["kind"]),
        (&"summary".into(), &"usage".into()),
        "{ran:#?}"
    );
}

#[test]
fn help_as_a_word_is_help_as_a_flag() {
    let scene = Scene::new();
    for verb in [&[][..], &["transcode"], &["jobs", "list"]] {
        let word = scene.reel(&[&["help"], verb].concat()).expect(0);
        let flag = scene.reel(&[verb, &["--help"]].concat()).expect(0);
        assert_eq!(word.stdout, flag.stdout, "{verb:?}");
        assert!(word.stdout.contains("Usage: reel"), "{verb:?}: {}", word.stdout);
    }
}
