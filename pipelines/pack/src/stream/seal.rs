//! Encryption with age: each packed file has a key of its own, which a passphrase or a person's key opens.
//!
//! Whoever packs needs only the public half ([`SealTo`]). Sealing is random: the same block sealed twice gives other
//! bytes, so a repeated run of an encrypted job gives another video of the same content.

use std::fmt;
use std::io::Read;
use std::iter;

use age::secrecy::{ExposeSecret, SecretString};
use age::{DecryptError, Decryptor, Encryptor, Identity, scrypt, x25519};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

/// scrypt's work for a passphrase: 2^17, which takes 128 MiB and some tenths of a second.
const WORK_LOG2: u8 = 17;
/// Most work that a video may ask of who opens it: 256 MiB.
const WORK_LOG2_MAX: u8 = 18;
/// Most bytes of a wrapped key or of sealed metadata.
const SMALL_BYTES_MAX: usize = 4096;
/// Most keys that are read from a key file.
const KEYS_MAX: usize = 64;

/// What goes wrong with sealed bytes and with keys.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The passphrase or key is not the one.
    #[error("the {what} does not open this")]
    WrongKey {
        /// `passphrase`, `key file` or `key`.
        what: &'static str,
    },
    /// The sealed bytes are damaged, or none.
    #[error("the encrypted bytes are damaged")]
    Damaged,
    /// The passphrase was wrapped with more work than is allowed.
    #[error("opening this takes scrypt with 2^{required}, and 2^18 is allowed")]
    TooMuchWork {
        /// Binary logarithm of the work.
        required: u8,
    },
    /// More comes out than may.
    #[error("the encrypted bytes hold more than {bytes_max} bytes")]
    TooLong {
        /// Most that was allowed.
        bytes_max: usize,
    },
    /// A line of a key file is neither an age identity nor an age recipient.
    #[error("line {line} of the key file is no age key")]
    KeyFile {
        /// Counted from 1.
        line: usize,
    },
    /// A key file without a key that can be used here.
    #[error("the key file holds no {what}")]
    NoKey {
        /// `key`, or `secret key`.
        what: &'static str,
    },
    /// The bytes could not be sealed.
    #[error("encryption failed: {why}")]
    Sealing {
        /// What age said.
        why: String,
    },
}

/// The secret key of one packed file.
#[derive(Clone)]
pub struct FileKey(x25519::Identity);

/// The public half of a key; enough to seal. As text: `age1…`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SealTo(x25519::Recipient);

/// What an encrypted video hides beside its content.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hidden {
    /// Base name.
    pub name: String,
    /// Bytes of the content.
    pub size: u64,
    /// Of the content, 64 hex digits.
    pub sha256: String,
}

impl FileKey {
    /// A new one.
    pub fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// The public half.
    pub fn seal_to(&self) -> SealTo {
        SealTo(self.0.to_public())
    }

    /// The content of a sealed block, at most `bytes_max` bytes.
    ///
    /// # Errors
    /// When it is sealed to another key, damaged, or longer.
    pub fn open_block(&self, sealed: &[u8], bytes_max: usize) -> Result<Vec<u8>, SealError> {
        open(sealed, &self.0, "key", bytes_max)
    }

    /// What [`SealTo::seal_hidden`] hid.
    ///
    /// # Errors
    /// When it is sealed to another key, or damaged.
    pub fn open_hidden(&self, base64: &str) -> Result<Hidden, SealError> {
        let plain = open(&from_base64(base64)?, &self.0, "key", SMALL_BYTES_MAX)?;
        serde_json::from_slice(&plain).map_err(|_| SealError::Damaged)
    }

    /// This key in base64, to be opened with a passphrase.
    ///
    /// # Errors
    /// When age cannot.
    pub fn wrap_with_passphrase(&self, passphrase: &str) -> Result<String, SealError> {
        self.wrap_with_work(passphrase, WORK_LOG2)
    }

    /// This key in base64, to be opened with any of these people's keys.
    ///
    /// # Errors
    /// When age cannot.
    pub fn wrap_for(&self, people: &[SealTo]) -> Result<String, SealError> {
        let people = people.iter().map(|one| &one.0 as &dyn age::Recipient);
        Ok(BASE64_STANDARD.encode(seal(self.0.to_string().expose_secret().as_bytes(), people)?))
    }

    /// The key that [`Self::wrap_with_passphrase`] wrapped.
    ///
    /// # Errors
    /// [`SealError::WrongKey`] for another passphrase, or when it is damaged.
    pub fn unwrap_with_passphrase(base64: &str, passphrase: &str) -> Result<Self, SealError> {
        let mut identity = scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
        identity.set_max_work_factor(WORK_LOG2_MAX);
        Self::from_text(open(&from_base64(base64)?, &identity, "passphrase", SMALL_BYTES_MAX)?)
    }

    /// The key that [`Self::wrap_for`] wrapped, opened with the text of a key file.
    ///
    /// # Errors
    /// [`SealError::WrongKey`] when none of its keys fits, or when either is damaged.
    pub fn unwrap_with_key_file(base64: &str, key_file: &str) -> Result<Self, SealError> {
        let sealed = from_base64(base64)?;
        let mut failure = SealError::NoKey { what: "secret key" };
        for key in keys(key_file)? {
            let KeyLine::Secret(identity) = key else { continue };
            match open(&sealed, &identity, "key file", SMALL_BYTES_MAX) {
                Ok(text) => return Self::from_text(text),
                Err(other) => failure = other,
            }
        }
        Err(failure)
    }

    fn wrap_with_work(&self, passphrase: &str, work_log2: u8) -> Result<String, SealError> {
        let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
        recipient.set_work_factor(work_log2);
        let sealed = seal(self.0.to_string().expose_secret().as_bytes(), iter::once(&recipient as _))?;
        Ok(BASE64_STANDARD.encode(sealed))
    }

    fn from_text(text: Vec<u8>) -> Result<Self, SealError> {
        let text = SecretString::from(String::from_utf8(text).map_err(|_| SealError::Damaged)?);
        text.expose_secret().parse().map(Self).map_err(|_| SealError::Damaged)
    }
}

impl SealTo {
    /// Seals one block.
    ///
    /// # Errors
    /// When age cannot.
    pub fn seal_block(&self, content: &[u8]) -> Result<Vec<u8>, SealError> {
        seal(content, iter::once(&self.0 as _))
    }

    /// Name, size and digest in base64, for the metadata.
    ///
    /// # Errors
    /// When age cannot.
    pub fn seal_hidden(&self, hidden: &Hidden) -> Result<String, SealError> {
        let json =
            serde_json::to_vec(hidden).map_err(|error| SealError::Sealing { why: error.to_string() })?;
        Ok(BASE64_STANDARD.encode(self.seal_block(&json)?))
    }

    /// The people of a key file: its public keys, and the public halves of its secret ones.
    ///
    /// # Errors
    /// When a line is no age key, or there is none.
    pub fn from_key_file(key_file: &str) -> Result<Vec<Self>, SealError> {
        let people: Vec<Self> = keys(key_file)?.into_iter().map(KeyLine::into_public).collect();
        if people.is_empty() { Err(SealError::NoKey { what: "key" }) } else { Ok(people) }
    }
}

impl fmt::Debug for SealTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl TryFrom<String> for SealTo {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        text.parse().map(Self)
    }
}

impl From<SealTo> for String {
    fn from(seal_to: SealTo) -> Self {
        seal_to.0.to_string()
    }
}

enum KeyLine {
    Secret(x25519::Identity),
    Public(x25519::Recipient),
}

impl KeyLine {
    fn into_public(self) -> SealTo {
        match self {
            Self::Secret(identity) => SealTo(identity.to_public()),
            Self::Public(recipient) => SealTo(recipient),
        }
    }
}

fn keys(key_file: &str) -> Result<Vec<KeyLine>, SealError> {
    let lines = key_file.lines().map(str::trim).enumerate();
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).take(KEYS_MAX);
    let parse = |(index, line): (usize, &str)| {
        let secret = line.parse().map(KeyLine::Secret);
        secret
            .or_else(|_| line.parse().map(KeyLine::Public))
            .map_err(|_| SealError::KeyFile { line: index + 1 })
    };
    lines.map(parse).collect()
}

fn seal<'a>(
    plain: &[u8],
    people: impl Iterator<Item = &'a dyn age::Recipient>,
) -> Result<Vec<u8>, SealError> {
    let failed = |why: String| SealError::Sealing { why };
    let encryptor = Encryptor::with_recipients(people).map_err(|error| failed(error.to_string()))?;
    // The header takes some hundred bytes, the tags 16 for each 64 KiB.
    let mut sealed = Vec::with_capacity(plain.len() + plain.len() / 4096 + 1024);
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(|error| failed(error.to_string()))?;
    std::io::Write::write_all(&mut writer, plain).map_err(|error| failed(error.to_string()))?;
    writer.finish().map_err(|error| failed(error.to_string()))?;
    Ok(sealed)
}

fn open(
    sealed: &[u8],
    key: &dyn Identity,
    what: &'static str,
    bytes_max: usize,
) -> Result<Vec<u8>, SealError> {
    let decryptor = Decryptor::new_buffered(sealed).map_err(|_| SealError::Damaged)?;
    let reader = decryptor.decrypt(iter::once(key)).map_err(|error| match error {
        DecryptError::NoMatchingKeys | DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
            SealError::WrongKey { what }
        }
        DecryptError::ExcessiveWork { required, .. } => SealError::TooMuchWork { required },
        _ => SealError::Damaged,
    })?;
    let mut plain = Vec::with_capacity(sealed.len().min(bytes_max));
    reader.take(bytes_max as u64 + 1).read_to_end(&mut plain).map_err(|_| SealError::Damaged)?;
    if plain.len() > bytes_max { Err(SealError::TooLong { bytes_max }) } else { Ok(plain) }
}

fn from_base64(text: &str) -> Result<Vec<u8>, SealError> {
    BASE64_STANDARD.decode(text).map_err(|_| SealError::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block() -> Vec<u8> {
        (0..200_000u32).map(|index| ((index * 7) >> 3) as u8).collect()
    }

    #[test]
    fn a_block_opens_with_its_files_key_and_with_no_other() {
        let key = FileKey::generate();
        let sealed = key.seal_to().seal_block(&block()).unwrap();
        assert_eq!(key.open_block(&sealed, block().len()).unwrap(), block());
        let other = FileKey::generate().open_block(&sealed, block().len());
        assert!(matches!(other, Err(SealError::WrongKey { what: "key" })), "{other:?}");
        assert!(matches!(key.open_block(&sealed, block().len() - 1), Err(SealError::TooLong { .. })));
    }

    #[test]
    fn a_damaged_block_never_opens() {
        let key = FileKey::generate();
        let sealed = key.seal_to().seal_block(&block()).unwrap();
        for at in (0..sealed.len()).step_by(997).chain([0, 30, 60, 100, 150, 180, sealed.len() - 1]) {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(key.open_block(&damaged, 1 << 20).is_err(), "byte {at}");
            assert!(key.open_block(&sealed[..at], 1 << 20).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn the_files_key_comes_back_with_the_passphrase_alone() {
        let key = FileKey::generate();
        let wrapped = key.wrap_with_work("correct horse", 6).unwrap();
        let sealed = key.seal_to().seal_block(b"content").unwrap();
        let back = FileKey::unwrap_with_passphrase(&wrapped, "correct horse").unwrap();
        assert_eq!(back.open_block(&sealed, 100).unwrap(), b"content");
        let wrong = FileKey::unwrap_with_passphrase(&wrapped, "battery staple").err();
        assert!(matches!(wrong, Some(SealError::WrongKey { what: "passphrase" })), "{wrong:?}");
        assert!(matches!(FileKey::unwrap_with_passphrase("no base64!", "x"), Err(SealError::Damaged)));
    }

    #[test]
    fn a_video_cannot_ask_for_unbounded_work() {
        let sealed = b"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 30\n\
            AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n0123456789abcdef";
        let asked = FileKey::unwrap_with_passphrase(&BASE64_STANDARD.encode(sealed), "x").err();
        assert!(matches!(asked, Some(SealError::TooMuchWork { required: 30 })), "{asked:?}");
    }

    #[test]
    fn a_key_file_with_secret_or_public_keys_packs_and_with_secret_ones_unpacks() {
        let person = x25519::Identity::generate();
        let secret = format!("# my key\n\n{}\n", person.to_string().expose_secret());
        let public = format!("{}\n", person.to_public());
        let key = FileKey::generate();
        let sealed = key.seal_to().seal_block(b"content").unwrap();
        for file in [&secret, &public] {
            let wrapped = key.wrap_for(&SealTo::from_key_file(file).unwrap()).unwrap();
            let back = FileKey::unwrap_with_key_file(&wrapped, &secret).unwrap();
            assert_eq!(back.open_block(&sealed, 100).unwrap(), b"content");
            let no_secret = FileKey::unwrap_with_key_file(&wrapped, &public).err();
            assert!(matches!(no_secret, Some(SealError::NoKey { .. })), "{no_secret:?}");
            let stranger = x25519::Identity::generate().to_string();
            let wrong = FileKey::unwrap_with_key_file(&wrapped, stranger.expose_secret()).err();
            assert!(matches!(wrong, Some(SealError::WrongKey { what: "key file" })), "{wrong:?}");
        }
        assert!(matches!(SealTo::from_key_file("\nhello"), Err(SealError::KeyFile { line: 2 })));
    }

    #[test]
    fn what_is_hidden_and_whom_to_seal_to_survive_being_written_down() {
        let key = FileKey::generate();
        let seal_to: SealTo = serde_json::from_str(&serde_json::to_string(&key.seal_to()).unwrap()).unwrap();
        let hidden = Hidden { name: "día 日.txt".repeat(20), size: u64::MAX, sha256: "a".repeat(64) };
        let sealed = seal_to.seal_hidden(&hidden).unwrap();
        assert_eq!(key.open_hidden(&sealed).unwrap(), hidden);
        assert!(sealed.len() < 1500, "{} bytes of base64 fit into the metadata", sealed.len());
    }

    #[test]
    #[ignore = "prints timings"]
    fn timing_of_sealing() {
        let content = vec![7; 8_192_000];
        let key = FileKey::generate();
        let seconds = |work: &dyn Fn()| {
            let begin = std::time::Instant::now();
            work();
            begin.elapsed().as_secs_f64()
        };
        let best = |work: &dyn Fn()| (0..10).map(|_| seconds(work)).fold(f64::MAX, f64::min);
        let sealed = key.seal_to().seal_block(&content).unwrap();
        println!("seal: {:.0} MB/s", 8.192 / best(&|| drop(key.seal_to().seal_block(&content))));
        println!("open: {:.0} MB/s", 8.192 / best(&|| drop(key.open_block(&sealed, content.len()))));
        println!("passphrase: {:.2} s", seconds(&|| drop(key.wrap_with_passphrase("x"))));
    }
}
