//! The rules of the house that a program can check.
//!
//! Each rule is a pure function from text to complaints, in a file of its own; this file feeds them with the tree.

use anyhow::Result;

mod arrows;
mod dependencies;
mod links;
mod rooms;
mod tree;
mod verbs;
mod words;

/// All that breaks a rule, one line each, beginning with the file. Empty when the house is tidy.
///
/// # Errors
/// When the tree or `cargo metadata` cannot be read.
pub(crate) fn complaints() -> Result<Vec<String>> {
    let tree = tree::Tree::open()?;
    let metadata = tree.metadata()?;
    let mut complaints = arrows::complaints(&metadata)?;
    for (path, text) in tree.texts()? {
        if path.ends_with(".rs") {
            complaints.extend(rooms::complaints(&path, &text));
        }
        if path.ends_with(".md") {
            complaints.extend(links::complaints(&path, &text, |target| tree.has(target)));
        }
        if path == dependencies::PAGE {
            complaints.extend(dependencies::complaints(&text, &metadata)?);
        }
        if path == "README.md" {
            complaints.extend(verbs::complaints(&text, &tree.verbs()?));
        }
        complaints.extend(words::complaints(&path, &text));
    }
    Ok(complaints)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_house_is_tidy() {
        let complaints = super::complaints().unwrap();
        assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
    }
}
