//! Every dependency has its reason in the decision about dependencies, and every reason its dependency.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;

/// The page with one row for each dependency.
pub(super) const PAGE: &str = "docs/decisions/0003-dependencies.md";

/// Where the page and the manifests differ.
///
/// # Errors
/// When the metadata has another form than expected.
pub(super) fn complaints(page: &str, metadata: &Value) -> Result<Vec<String>> {
    let used = used(metadata).context("cargo metadata has another form than expected")?;
    let told: BTreeSet<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let missing = used.difference(&told).map(|name| format!("{PAGE}: does not say why {name} is used"));
    let stale = told.difference(&used).map(|name| format!("{PAGE}: tells of {name}, which nothing uses"));
    Ok(missing.chain(stale).collect())
}

/// Names of the packages from elsewhere that the workspace's own packages use.
fn used(metadata: &Value) -> Option<BTreeSet<&str>> {
    let mut used = BTreeSet::new();
    for package in metadata["packages"].as_array()? {
        for dependency in package["dependencies"].as_array()? {
            if !dependency["source"].is_null() {
                used.insert(dependency["name"].as_str()?);
            }
        }
    }
    Some(used)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn page_and_manifests_are_compared_both_ways() {
        let metadata = json!({"packages": [{"dependencies": [
            {"name": "serde", "source": "registry"},
            {"name": "tokio", "source": "registry"},
            {"name": "reel-types", "source": null},
        ]}]});
        let found = super::complaints("| `serde` | data |\n| `rayon` | threads |\n", &metadata).unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].ends_with("does not say why tokio is used"));
        assert!(found[1].ends_with("tells of rayon, which nothing uses"));
    }
}
