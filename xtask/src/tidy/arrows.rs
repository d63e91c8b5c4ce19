//! Which crate may use which: the arrows of the house point one way.

use anyhow::{Context, Result};
use serde_json::Value;

/// What each crate may name in `[dependencies]`; its tests may also use what those stand on. A pipeline has the row
/// `pipelines/*`.
const MAY_USE: &[(&str, &[&str])] = &[
    ("reel-types", &[]),
    ("reel-store", &["reel-types"]),
    ("reel-queue", &["reel-types"]),
    ("reel-device", &["reel-types"]),
    ("reel-kernels", &["reel-types", "reel-device"]),
    ("reel-media", &["reel-types", "reel-device"]),
    ("reel-infer", &["reel-types", "reel-device"]),
    // Not media: a pipeline inspects its own sources.
    ("reel-engine", &["reel-types", "reel-device", "reel-store", "reel-queue"]),
    // Neither store nor queue, and no other pipeline.
    (
        "pipelines/*",
        &["reel-types", "reel-device", "reel-kernels", "reel-media", "reel-infer", "reel-engine"],
    ),
    // No pipeline and no media: the registry and a small trait reach them.
    ("reel-server", &["reel-types", "reel-device", "reel-store", "reel-queue", "reel-engine"]),
    // Only ever a dev-dependency, so that it may stand on what is below it.
    ("reel-testkit", &["reel-types", "reel-device", "reel-store", "reel-queue"]),
    ("xtask", &[]),
];

/// Where everything meets: they use all but what only tests need.
const TOPS: &[&str] = &["reel", "reel-bench"];
const TESTKIT: &str = "reel-testkit";

struct Member<'a> {
    name: &'a str,
    is_pipeline: bool,
    /// Name, and whether only tests need it.
    uses: Vec<(&'a str, bool)>,
}

/// Arrows in `cargo metadata --no-deps` that are not in the table.
///
/// # Errors
/// When the metadata has another form than expected.
pub(super) fn complaints(metadata: &Value) -> Result<Vec<String>> {
    let members = members(metadata).context("cargo metadata has another form than expected")?;
    let is_member = |name: &str| members.iter().any(|member| member.name == name);
    let mut complaints = Vec::new();
    for member in &members {
        let row = if member.is_pipeline { "pipelines/*" } else { member.name };
        let allowed = MAY_USE.iter().find(|(name, _)| *name == row).map(|(_, allowed)| *allowed);
        if allowed.is_none() && !TOPS.contains(&member.name) {
            complaints.push(format!("{}: has no row in xtask/src/tidy/arrows.rs", member.name));
            continue;
        }
        for (used, for_tests) in member.uses.iter().filter(|(used, _)| is_member(used)) {
            let fine = match allowed {
                _ if *for_tests && (*used == TESTKIT || *used == member.name) => true,
                Some(allowed) if *for_tests => below(allowed).contains(used),
                Some(allowed) => allowed.contains(used),
                None => *used != TESTKIT,
            };
            if !fine {
                complaints.push(format!("{}: must not use {used}", member.name));
            }
        }
    }
    Ok(complaints)
}

/// What a test may build its scene from: what the crate uses, and what that stands on.
fn below(allowed: &[&'static str]) -> Vec<&'static str> {
    let mut names = allowed.to_vec();
    for name in allowed {
        let row = MAY_USE.iter().find(|(known, _)| known == name);
        names.extend(row.map_or(Vec::new(), |(_, allowed)| below(allowed)));
    }
    names
}

fn members(metadata: &Value) -> Option<Vec<Member<'_>>> {
    metadata["packages"]
        .as_array()?
        .iter()
        .map(|package| {
            let uses = package["dependencies"].as_array()?.iter();
            Some(Member {
                name: package["name"].as_str()?,
                is_pipeline: package["manifest_path"].as_str()?.replace('\\', "/").contains("/pipelines/"),
                uses: uses
                    .map(|used| Some((used["name"].as_str()?, used["kind"] == "dev")))
                    .collect::<Option<_>>()?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    fn package(name: &str, folder: &str, uses: &[(&str, Option<&str>)]) -> Value {
        let dependencies: Vec<_> =
            uses.iter().map(|(name, kind)| json!({"name": name, "kind": kind})).collect();
        json!({"name": name, "manifest_path": format!("/src/{folder}/Cargo.toml"), "dependencies": dependencies})
    }

    fn check(user: (&str, &str), used: &str, kind: Option<&str>, expected: &[&str]) {
        let mut packages = vec![package(user.0, user.1, &[(used, kind), ("serde", None)])];
        if used != user.0 {
            packages.push(package(used, "pipelines/other", &[]));
        }
        let found = super::complaints(&json!({ "packages": packages })).unwrap();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_pipeline_does_not_use_another() {
        check(
            ("reel-transcode", "pipelines/transcode"),
            "reel-pose",
            None,
            &["reel-transcode: must not use reel-pose"],
        );
    }

    #[test]
    fn the_engine_does_not_see_media() {
        check(
            ("reel-engine", "crates/engine"),
            "reel-media",
            None,
            &["reel-engine: must not use reel-media"],
        );
    }

    #[test]
    fn a_build_script_is_held_to_the_same_arrows() {
        check(
            ("reel-store", "crates/store"),
            "reel-queue",
            Some("build"),
            &["reel-store: must not use reel-queue"],
        );
    }

    #[test]
    fn the_testkit_is_for_tests_only() {
        check(("reel-media", "crates/media"), "reel-testkit", Some("dev"), &[]);
        check(
            ("reel-media", "crates/media"),
            "reel-testkit",
            None,
            &["reel-media: must not use reel-testkit"],
        );
        check(("reel", "crates/reel"), "reel-testkit", None, &["reel: must not use reel-testkit"]);
    }

    #[test]
    fn a_test_of_a_pipeline_may_run_the_whole_engine() {
        let transcode = ("reel-transcode", "pipelines/transcode");
        check(transcode, "reel-queue", Some("dev"), &[]);
        check(transcode, "reel-queue", None, &["reel-transcode: must not use reel-queue"]);
        check(transcode, "reel-pose", Some("dev"), &["reel-transcode: must not use reel-pose"]);
    }

    #[test]
    fn a_crate_may_turn_on_its_own_features_for_its_tests() {
        check(("reel-queue", "crates/queue"), "reel-queue", Some("dev"), &[]);
    }

    #[test]
    fn a_new_crate_needs_a_row() {
        check(
            ("reel-new", "crates/new"),
            "reel-pose",
            None,
            &["reel-new: has no row in xtask/src/tidy/arrows.rs"],
        );
    }
}
