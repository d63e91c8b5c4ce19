//! The card that lies beside a model's file.

use serde::{Deserialize, Serialize};

use super::contract::Contract;

/// What is known of one model: the file `NAME.json` of the models' folder.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Card {
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Under which licence it is given out.
    pub licence: String,
    /// Where it came from.
    pub source: String,
    /// Its file, a name within the same folder.
    pub file: String,
    /// SHA-256 of the file, in 64 hexadecimal digits.
    pub sha256: String,
    /// Bytes of the file.
    pub size_bytes: u64,
    /// What it takes and gives.
    pub contract: Contract,
    /// What it takes, as `reel models list` shows it.
    pub inputs: Vec<String>,
}

impl Card {
    /// The card in this text, if it is one and speaks of a file beside it.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, String> {
        let card: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if card.name != name {
            return Err(format!("it is of {}", card.name));
        }
        // Whoever can write there can do more; but a card that was copied from elsewhere should harm nobody.
        if card.file.is_empty() || card.file.starts_with('.') || card.file.contains(['/', '\0']) {
            return Err(format!("its file {} is no name within the folder", card.file));
        }
        Ok(card)
    }
}

/// Whether a model may be called this: it becomes a file's name and a word on command lines.
pub(super) fn is_name(name: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    name.len() <= 64
        && name.bytes().all(fine)
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_words() {
        for name in ["rvm", "rvm-resnet50", "a.b_c", "0"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "-x", ".x", "Rvm", "a/b", "ä", "a b", &"a".repeat(65)] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn a_card_of_a_file_elsewhere_is_refused() {
        let card = |file: &str| {
            format!(
                r#"{{"name":"x","purpose":"","licence":"","source":"","file":"{file}","sha256":"","size_bytes":1,"contract":"image","inputs":[]}}"#
            )
        };
        assert!(Card::parse("x", &card("x.onnx")).is_ok());
        assert!(Card::parse("y", &card("x.onnx")).is_err());
        for file in ["../x.onnx", "/x", ".x", ""] {
            assert!(Card::parse("x", &card(file)).is_err(), "{file}");
        }
    }
}
