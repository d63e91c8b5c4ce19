//! What nobody can guess, and what is kept of it.

use sha2::{Digest, Sha256};

/// 256 bits from the system's generator, as 64 hex digits.
///
/// # Errors
/// When the system has no random numbers to give.
pub(crate) fn random_hex() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

/// What is stored of a secret: one of 256 random bits needs no slow digest.
pub(crate) fn sha256_hex(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Two lower-case digits a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
