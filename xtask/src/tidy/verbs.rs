//! The README tells of every verb of `reel`.

/// Verbs that the README does not show as `reel <verb>`.
pub(super) fn complaints(readme: &str, verbs: &[String]) -> Vec<String> {
    verbs
        .iter()
        .filter(|verb| !readme.contains(&format!("reel {verb}")))
        .map(|verb| format!("README.md: does not tell of 'reel {verb}'"))
        .collect()
}

/// The verbs on the generated reference page: its headings `## reel <verb>`.
pub(super) fn listed(page: &str) -> Vec<String> {
    let headings = page.lines().filter_map(|line| line.strip_prefix("## "));
    headings
        .filter_map(|heading| heading.replace('`', "").strip_prefix("reel ").map(str::to_owned))
        .filter(|verb| !verb.contains(' '))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{complaints, listed};

    #[test]
    fn verbs_are_the_headings_of_the_reference() {
        assert_eq!(listed("# reel\n## `reel gpu`\ntext\n## reel jobs\n## reel jobs list\n"), ["gpu", "jobs"]);
    }

    #[test]
    fn a_verb_that_the_readme_forgot_is_named() {
        let verbs = ["gpu".to_owned(), "jobs".to_owned()];
        assert_eq!(complaints("run `reel gpu`", &verbs), ["README.md: does not tell of 'reel jobs'"]);
    }
}
