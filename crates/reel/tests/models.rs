//! `reel models`, as a person meets it.

mod support;

use support::{Ran, Scene};

/// With a data folder of its own, and with the ONNX Runtime that set-up brought, if it did.
fn reel(scene: &Scene, args: &[&str]) -> Ran {
    let mut command = scene.command(args);
    let library = library();
    command.env("REEL_DATA", scene.path("data"));
    match library {
        Some(library) => command.env("REEL_ONNXRUNTIME", library),
        None => command.env_remove("REEL_ONNXRUNTIME"),
    };
    Ran::of(command)
}

fn library() -> Option<std::path::PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(std::path::PathBuf::from);
    let data = variable("REEL_DATA")
        .or_else(|| reel_infer::default_data(variable("XDG_DATA_HOME"), variable("HOME")));
    let named = variable("REEL_ONNXRUNTIME").or_else(|| data.map(|data| data.join("lib/libonnxruntime.so")));
    let here = named.filter(|library| library.is_file());
    if here.is_none() {
        eprintln!("skipped: no ONNX Runtime is here (scripts/models brings it)");
    }
    here
}

#[test]
fn models_that_are_absent_are_listed_with_what_brings_them() {
    let scene = Scene::new();
    let list = reel(&scene, &["models", "list"]).expect(0);
    for word in ["selfie", "selfie-landscape", "absent", "Apache-2.0"] {
        assert!(list.stdout.contains(word), "{}", list.stdout);
    }
    assert!(list.stderr.contains("scripts/models"), "{}", list.stderr);
    let records = reel(&scene, &["models", "list", "--json"]).expect(0).records();
    assert!(
        records.iter().all(|record| record["type"] == "model" && record["state"] == "absent"),
        "{records:?}"
    );
}

#[test]
fn without_the_library_verify_and_add_say_what_brings_it() {
    let scene = Scene::new();
    std::fs::write(scene.path("text.so"), "no library").unwrap();
    for library in ["no-such.so", "text.so"] {
        for args in [&["models", "verify"][..], &["models", "add", "x", "x.onnx"]] {
            let args = [args, &["--onnxruntime", library]].concat();
            let ran = reel(&scene, &args).expect(4);
            assert!(ran.stderr.contains(library) && ran.stderr.contains("scripts/models"), "{}", ran.stderr);
        }
    }
}

#[test]
fn a_network_of_ones_own_is_added_listed_and_verified() {
    if library().is_none() {
        return;
    }
    let scene = Scene::new();
    std::fs::write(scene.path("mine.onnx"), reel_testkit::onnx::rvm_shaped()).unwrap();
    let added =
        reel(&scene, &["models", "add", "rvm", "mine.onnx", "--licence", "GPL-3.0", "--json"]).expect(0);
    let record = added.records().remove(0);
    assert_eq!((&record["contract"], &record["licence"]), (&"rvm".into(), &"GPL-3.0".into()), "{record}");
    // The file may go: it was copied.
    std::fs::remove_file(scene.path("mine.onnx")).unwrap();
    let verified = reel(&scene, &["models", "verify", "--json"]).expect(0).records();
    assert_eq!(verified.len(), 1, "{verified:?}");
    assert_eq!((&verified[0]["name"], &verified[0]["ok"]), (&"rvm".into(), &true.into()));
    assert!(reel(&scene, &["models", "list"]).expect(0).stdout.contains("GPL-3.0"));
    assert!(reel(&scene, &["doctor", "--device=cpu"]).stdout.contains("model rvm"));
    std::fs::write(record["path"].as_str().unwrap(), "changed").unwrap();
    let damaged = reel(&scene, &["models", "verify"]).expect(4);
    assert!(damaged.stdout.contains("damaged"), "{}", damaged.stdout);
}

#[test]
fn what_is_no_model_is_not_added() {
    if library().is_none() {
        return;
    }
    let scene = Scene::new();
    std::fs::write(scene.path("text.onnx"), "a text").unwrap();
    std::fs::write(scene.path("other.onnx"), reel_testkit::onnx::endless()).unwrap();
    for (args, code) in [
        (["models", "add", "x", "text.onnx"], 3),
        (["models", "add", "x", "gone.onnx"], 3),
        (["models", "add", "x", "other.onnx"], 3),
        (["models", "add", "selfie", "other.onnx"], 2),
        (["models", "add", "A B", "other.onnx"], 2),
    ] {
        reel(&scene, &args).expect(code);
    }
    reel(&scene, &["models", "verify", "nobody"]).expect(4);
    reel(&scene, &["models", "verify", "selfie"]).expect(4);
}

#[test]
fn a_matte_calls_an_added_network_by_its_name() {
    if library().is_none() {
        return;
    }
    let scene = Scene::new();
    std::fs::write(scene.path("mine.onnx"), reel_testkit::onnx::rvm_shaped()).unwrap();
    reel(&scene, &["models", "add", "hair", "mine.onnx"]).expect(0);
    scene.clip(&reel_testkit::clips::cfr_h264(1), "film.mp4");
    let made = |more: &[&str]| reel(&scene, &[&["matte", "film.mp4", "--device", "cpu"], more].concat());
    made(&["--model", "rvm", "--network", "hair", "-o", "named.mkv"]).expect(0);
    made(&["--model", "rvm", "--weights", "mine.onnx", "-o", "brought.mkv"]).expect(0);
    let read = |name: &str| std::fs::read(scene.path(name)).unwrap();
    assert!(read("named.mkv") == read("brought.mkv"));
    for (args, said) in [
        (
            &["--model", "rvm", "--network", "beard"][..],
            "no network is called beard; for this model there are: hair",
        ),
        (&["--model", "rvm", "--network", "mine.onnx"], "no network is called mine.onnx"),
        (&["--model", "rvm", "--network", "hair", "--weights", "mine.onnx"], "both name the network"),
        (&["--network", "hair"], "are for --model rvm or onnx"),
    ] {
        let refused = made(&[args, &["-o", "none.mkv"]].concat()).expect(2);
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
}
