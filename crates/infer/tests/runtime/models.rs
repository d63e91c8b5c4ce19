//! The registry of models: adding, finding, verifying, and what is refused.

use std::fs;
use std::path::{Path, PathBuf};

use reel_infer::{Contract, ModelError, NewModel, Registry};
use reel_testkit::onnx;
use reel_types::FailureKind;

use crate::scene::{data, runtime};

fn new(name: &str, file: &Path) -> NewModel {
    let (licence, source) = ("GPL-3.0".to_owned(), "a test".to_owned());
    NewModel { name: name.to_owned(), file: file.to_path_buf(), licence, source, replace: false }
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_network_that_is_added_is_found_and_whole() {
    let Some(runtime) = runtime() else { return };
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::new(&folder.path().join("data"));
    let networks = [
        ("rvm", onnx::rvm_shaped(), Contract::Rvm),
        ("rvm-16", onnx::rvm_shaped_f16(), Contract::Rvm),
        ("image", onnx::matting(8, 8), Contract::Image),
    ];
    for (name, bytes, contract) in &networks {
        let card = registry.add(&runtime, &new(name, &file(folder.path(), "in.onnx", bytes))).unwrap();
        assert_eq!((card.contract, card.size_bytes), (*contract, bytes.len() as u64), "{name}");
        let (path, found) = registry.find(name).unwrap();
        assert_eq!((&fs::read(path).unwrap(), found), (bytes, card));
        assert_eq!(registry.verify(&runtime, name).unwrap().contract, *contract);
    }
    let names: Vec<_> = registry.list().into_iter().map(|model| model.name).collect();
    assert_eq!(names, ["selfie", "selfie-landscape", "image", "rvm", "rvm-16"]);
}

#[test]
fn a_name_belongs_to_one_network_unless_it_is_replaced() {
    let Some(runtime) = runtime() else { return };
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::new(folder.path());
    let (first, second) = (onnx::matting(8, 8), onnx::matting(8, 16));
    let (first, second) = (file(folder.path(), "1", &first), file(folder.path(), "2", &second));
    registry.add(&runtime, &new("mine", &first)).unwrap();
    registry.add(&runtime, &new("mine", &first)).unwrap();
    let taken = registry.add(&runtime, &new("mine", &second)).unwrap_err();
    assert!(matches!(taken, ModelError::Taken { .. }), "{taken}");
    let replaced = registry.add(&runtime, &NewModel { replace: true, ..new("mine", &second) }).unwrap();
    assert_eq!(registry.find("mine").unwrap().1, replaced);
    let files = fs::read_dir(registry.folder()).unwrap().count();
    assert_eq!(files, 2, "the card and the file; the former file is gone");
    let builtin = registry.add(&runtime, &NewModel { replace: true, ..new("selfie", &first) }).unwrap_err();
    assert!(matches!(builtin, ModelError::Taken { .. }), "{builtin}");
}

#[test]
fn what_is_no_model_is_not_added() {
    let Some(runtime) = runtime() else { return };
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::new(&folder.path().join("data"));
    let check = |name: &str, bytes: &[u8], kind: FailureKind| {
        let path = file(folder.path(), "in.onnx", bytes);
        let error = registry.add(&runtime, &new(name, &path)).unwrap_err();
        assert_eq!(error.failure().kind, kind, "{error}");
        assert!(kind != FailureKind::Input || error.to_string().contains("in.onnx"), "{error}");
    };
    check("broken", &onnx::broken(), FailureKind::Input);
    check("text", b"a text", FailureKind::Input);
    check("empty", b"", FailureKind::Input);
    check("another-sort", &onnx::endless(), FailureKind::Input);
    check("../up", &onnx::matting(8, 8), FailureKind::Usage);
    let error = registry.add(&runtime, &new("folder", folder.path())).unwrap_err();
    assert!(matches!(error, ModelError::Unreadable { .. }), "{error}");
    assert!(!registry.folder().exists(), "nothing was written");
}

#[test]
fn one_wrong_byte_is_noticed() {
    let Some(runtime) = runtime() else { return };
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::new(folder.path());
    registry.add(&runtime, &new("mine", &file(folder.path(), "in.onnx", &onnx::matting(8, 8)))).unwrap();
    let (path, _) = registry.find("mine").unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let damaged = registry.verify(&runtime, "mine").unwrap_err();
    assert!(
        matches!(&damaged, ModelError::Damaged { detail, .. } if detail.contains("SHA-256")),
        "{damaged}"
    );
    bytes.pop();
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(registry.verify(&runtime, "mine"), Err(ModelError::Damaged { .. })));
    fs::remove_file(&path).unwrap();
    assert!(matches!(registry.find("mine"), Err(ModelError::Damaged { .. })));
    assert!(registry.list().iter().any(|model| model.name == "mine" && model.fault.is_some()));
}

#[test]
fn a_model_that_is_not_here_is_missing_with_what_brings_it() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::new(folder.path());
    for (name, hint) in
        [("selfie", "scripts/models"), ("nobody", "reel models list"), ("../x", "reel models list")]
    {
        let failure = registry.find(name).unwrap_err().failure();
        assert_eq!(failure.kind, FailureKind::Missing);
        assert!(failure.hint.unwrap().contains(hint), "{name}");
    }
}

#[test]
fn a_card_that_is_no_card_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::new(folder.path());
    fs::create_dir(registry.folder()).unwrap();
    for text in ["", "{}", "[1]", "\0"] {
        fs::write(registry.folder().join("selfie.json"), text).unwrap();
        assert!(matches!(registry.find("selfie"), Err(ModelError::Damaged { .. })), "{text:?}");
    }
}

#[test]
fn the_models_of_set_up_give_what_is_stored() {
    let (Some(runtime), Some(data)) = (runtime(), data()) else { return };
    let registry = Registry::new(&data);
    for name in ["selfie", "selfie-landscape"] {
        match registry.verify(&runtime, name) {
            Ok(trial) => assert!(trial.worst.unwrap() <= 1e-4),
            Err(ModelError::NotHere { .. }) => {
                eprintln!("skipped: {name} is not here (scripts/models brings it)")
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn another_network_under_the_name_of_a_built_in_one_is_found_out() {
    let (Some(runtime), Some(data)) = (runtime(), data()) else { return };
    let Ok((path, card)) = Registry::new(&data).find("selfie-landscape") else {
        eprintln!("skipped: selfie-landscape is not here (scripts/models brings it)");
        return;
    };
    // Whole by its card, of the right sort and size, and yet another: only its outputs tell.
    let folder = tempfile::tempdir().unwrap();
    let registry = Registry::new(folder.path());
    let bytes = onnx::matting(144, 256);
    let sha256 = {
        let trial = registry.add(&runtime, &new("x", &file(folder.path(), "in.onnx", &bytes))).unwrap();
        trial.sha256
    };
    let forged = reel_infer::Card { sha256, size_bytes: bytes.len() as u64, ..card };
    fs::write(registry.folder().join(&forged.file), &bytes).unwrap();
    fs::write(registry.folder().join("selfie-landscape.json"), serde_json::to_vec(&forged).unwrap()).unwrap();
    let error = registry.verify(&runtime, "selfie-landscape").unwrap_err();
    assert!(
        matches!(&error, ModelError::Damaged { detail, .. } if detail.contains("stored")),
        "{error} {path:?}"
    );
}
