//! Links between the project's own pages lead somewhere.

use std::path::{Component, Path, PathBuf};

/// Relative links of one page whose target is not there. `has` answers for a path from the root.
pub(super) fn complaints(path: &str, text: &str, has: impl Fn(&Path) -> bool) -> Vec<String> {
    let folder = Path::new(path).parent().unwrap_or(Path::new(""));
    targets(text)
        .into_iter()
        .filter_map(|(line, target)| {
            let file = target.split('#').next().filter(|file| !file.is_empty())?;
            let found = normal(&folder.join(file)).is_some_and(|inside| has(&inside));
            (!found).then(|| format!("{path}:{line}: the link {target} leads nowhere"))
        })
        .collect()
}

/// Relative targets of `[text](target)`, each with its line from 1. Code blocks are left out.
fn targets(text: &str) -> Vec<(usize, &str)> {
    let mut targets = Vec::new();
    let mut in_code = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for rest in line.split("](").skip(1) {
            let target = rest.split([')', ' ']).next().unwrap_or_default();
            if !target.contains(':') && !target.is_empty() {
                targets.push((index + 1, target));
            }
        }
    }
    targets
}

/// The same path without `.` and `..`; nothing if it leaves the root.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut inside = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => inside.push(name),
            Component::ParentDir => inside.pop().then_some(())?,
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(inside)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    fn check(page: &str, text: &str, expected: &[&str]) {
        let has = |path: &Path| path == Path::new("docs/glossary.md") || path == Path::new("README.md");
        assert_eq!(super::complaints(page, text, has), expected);
    }

    #[test]
    fn a_link_is_followed_from_the_folder_of_its_page() {
        check("docs/a/b.md", "[x](../glossary.md) and [y](../../README.md#start)", &[]);
        check("docs/a/b.md", "\n[x](glossary.md)", &["docs/a/b.md:2: the link glossary.md leads nowhere"]);
    }

    #[test]
    fn a_link_does_not_leave_the_project() {
        check("README.md", "[x](../README.md)", &["README.md:1: the link ../README.md leads nowhere"]);
        check("README.md", "[x](/README.md)", &["README.md:1: the link /README.md leads nowhere"]);
    }

    #[test]
    fn addresses_fragments_and_code_are_not_followed() {
        check("README.md", "[x](https://example.org/a) [y](#start)\n```\n[z](nowhere.md)\n```", &[]);
    }
}
