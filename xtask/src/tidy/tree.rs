//! The files of the project, as version control sees them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The project's folder.
pub(super) struct Tree {
    root: PathBuf,
}

impl Tree {
    pub(super) fn open() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?;
        Ok(Self { root: root.to_path_buf() })
    }

    /// What cargo says of the workspace's own packages.
    pub(super) fn metadata(&self) -> Result<Value> {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let text =
            self.output_of(&cargo, &["metadata", "--no-deps", "--offline", "--format-version", "1"])?;
        serde_json::from_str(&text).context("cargo metadata is not JSON")
    }

    /// Each text file with its path from the root, in order of the path. Files that are not UTF-8 are left out.
    pub(super) fn texts(&self) -> Result<Vec<(String, String)>> {
        let mut paths = self.tracked().or_else(|_| self.walked())?;
        paths.sort();
        Ok(paths
            .into_iter()
            .filter_map(|path| Some((std::fs::read_to_string(self.root.join(&path)).ok()?, path)))
            .map(|(text, path)| (path, text))
            .collect())
    }

    /// Whether there is a file or folder at this path from the root.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.root.join(path).exists()
    }

    /// The verbs of `reel`, as its generated reference page lists them; none while there is no such page.
    pub(super) fn verbs(&self) -> Result<Vec<String>> {
        let page = self.root.join("docs/reference/cli.md");
        if !page.exists() {
            return Ok(Vec::new());
        }
        Ok(super::verbs::listed(&std::fs::read_to_string(&page).with_context(|| page.display().to_string())?))
    }

    /// Tracked files and new ones that are not ignored.
    fn tracked(&self) -> Result<Vec<String>> {
        let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        Ok(self.output_of("git", &list)?.split_terminator('\0').map(str::to_owned).collect())
    }

    /// All files but build output: for a copy of the tree that came without version control.
    fn walked(&self) -> Result<Vec<String>> {
        let mut paths = Vec::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder)? {
                let path = entry?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if path.is_symlink() || ["target", ".git", "node_modules"].contains(&name.as_str()) {
                    continue;
                } else if path.is_dir() {
                    folders.push(path);
                } else {
                    paths.push(path.strip_prefix(&self.root)?.to_string_lossy().into_owned());
                }
            }
        }
        Ok(paths)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "cargo and git answer from local files; no watchdog is needed"
    )]
    fn output_of(&self, program: &str, args: &[&str]) -> Result<String> {
        let output =
            Command::new(program).args(args).current_dir(&self.root).output().context(program.to_owned())?;
        ensure!(
            output.status.success(),
            "{program} {} ended with {}: {}",
            args.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(String::from_utf8(output.stdout)?)
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn a_walk_and_version_control_see_the_same_sources() {
        let tree = Tree::open().unwrap();
        let Ok(tracked) = tree.tracked() else {
            eprintln!("skipped: no version control here");
            return;
        };
        let walked = tree.walked().unwrap();
        for path in tracked.iter().filter(|path| path.ends_with(".rs") && tree.has(path.as_ref())) {
            assert!(walked.contains(path), "{path} is not seen by a walk");
        }
        assert!(tracked.iter().any(|path| path == "xtask/src/tidy/tree.rs"));
    }
}
