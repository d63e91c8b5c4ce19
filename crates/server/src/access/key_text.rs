//! A key as it is written: `reel_ID_SECRET`.

use std::fmt;

use reel_types::{JobId, Millis};

use super::token::{random_hex, sha256_hex};

/// Hex digits of a secret: 256 bits.
const SECRET_DIGITS: usize = 64;
/// Letters and digits of an id.
const ID_CHARS: usize = 16;

/// A key. Shows its id alone unless somebody asks for all of it.
#[derive(Clone)]
pub struct KeyText {
    id: String,
    secret: String,
}

impl KeyText {
    /// A new one; its id sorts by this time.
    ///
    /// # Errors
    /// When the system has no random numbers to give.
    pub(crate) fn make(now: Millis) -> Result<Self, getrandom::Error> {
        let secret = random_hex()?;
        // The id is no secret; it only has to be another one each time.
        Ok(Self { id: JobId::from_parts(now, fastrand::u64(..)).as_str().to_owned(), secret })
    }

    /// Reads one; nothing when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix("reel_")?.split_once('_')?;
        let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let is_id = id.len() == ID_CHARS && id.bytes().all(is_word);
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_secret = secret.len() == SECRET_DIGITS && secret.bytes().all(is_hex);
        (is_id && is_secret).then(|| Self { id: id.to_owned(), secret: secret.to_owned() })
    }

    /// Which key it is.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// All of it: told once, to whoever made it.
    pub fn reveal(&self) -> String {
        format!("reel_{}_{}", self.id, self.secret)
    }

    /// What is stored of the secret.
    pub(crate) fn secret_sha256(&self) -> String {
        sha256_hex(&self.secret)
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reel_{}_…", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_the_way_through_text_and_hides_its_secret() {
        let made = KeyText::make(1_700_000_000_000).unwrap();
        let text = made.reveal();
        assert_eq!(text.len(), "reel_".len() + ID_CHARS + 1 + SECRET_DIGITS);
        let read = KeyText::parse(&text).unwrap();
        assert_eq!((read.id(), read.secret_sha256()), (made.id(), made.secret_sha256()));
        let shown = format!("{made:?}");
        assert!(!text.split('_').skip(2).any(|secret| shown.contains(secret)), "{shown}");
    }

    #[test]
    fn what_is_no_key_is_none() {
        let good = KeyText::make(0).unwrap().reveal();
        let bad = [
            String::new(),
            "reel_".to_owned(),
            good.to_uppercase(),
            good.replace("reel_", "real_"),
            format!("{good}0"),
            format!(" {good}"),
            good[..good.len() - 1].to_owned(),
            good.replacen('_', "", 1),
            format!("reel_{}_{}", "\u{e4}".repeat(8), "0".repeat(64)),
        ];
        for bad in bad {
            assert!(KeyText::parse(&bad).is_none(), "{bad}");
        }
    }
}
