//! What is generated from the command line and committed is up to date.

#![expect(clippy::unwrap_used, reason = "a scene that cannot be set is a failed test")]

use std::path::Path;

use reel::args::Generated;
use reel::generate::pages;

#[track_caller]
fn check(what: Generated, word: &str, folder: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for page in pages(what).unwrap() {
        let path = root.join(folder).join(&page.name);
        let committed = std::fs::read(&path).unwrap_or_default();
        assert!(
            committed == page.text,
            "{folder}/{} is stale; run: cargo run -p reel -- generate {word} {folder}",
            page.name.display()
        );
    }
}

#[test]
fn the_manual_is_up_to_date() {
    check(Generated::Man, "man", "docs/reference/man");
}

#[test]
fn the_completions_are_up_to_date() {
    check(Generated::Completions, "completions", "docs/reference/completions");
}

#[test]
fn the_reference_is_up_to_date() {
    check(Generated::Reference, "reference", "docs/reference");
}

#[test]
fn the_description_of_the_api_is_up_to_date() {
    check(Generated::Openapi, "openapi", "docs/reference");
}
