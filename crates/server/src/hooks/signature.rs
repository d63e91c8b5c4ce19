//! Signatures: `t=<seconds since 1970>,v1=<hex of HMAC-SHA256 over "t.body">`, one `v1` for each secret.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use super::secret::WebhookSecret;
use crate::access::hex;

/// How far the time of a signature may be from now: what was heard on the way cannot be said again later.
pub const SIGNATURE_TOLERANCE: Duration = Duration::from_secs(300);
/// Most signatures of one header that are looked at.
const SIGNATURES_MAX: usize = 8;

/// Why a message is not believed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignatureError {
    /// It is not of the form that we write.
    #[error("the signature is not of the form t=SECONDS,v1=HEX")]
    Malformed,
    /// No secret gives any of its signatures.
    #[error("the signature is not that of this body and secret")]
    Wrong,
    /// It is right, and too old or from the future.
    #[error("the signature is right, but its time is {off_secs} s from now")]
    Stale {
        /// How far.
        off_secs: u64,
    },
}

/// The header for a body, with a signature by each secret.
pub(super) fn signature(secrets: &[&WebhookSecret], at_secs: i64, body: &[u8]) -> Option<String> {
    let mut header = format!("t={at_secs}");
    for secret in secrets {
        header.push_str(",v1=");
        header.push_str(&digest(secret, at_secs, body)?);
    }
    Some(header)
}

/// Whether a message is one of ours, as whoever receives it can ask.
///
/// # Errors
/// [`SignatureError`], by what is wrong.
pub fn verify_webhook(
    secret: &WebhookSecret,
    header: &str,
    body: &[u8],
    now_secs: i64,
) -> Result<(), SignatureError> {
    let (at_secs, signatures) = parts(header).ok_or(SignatureError::Malformed)?;
    let ours = digest(secret, at_secs, body).ok_or(SignatureError::Malformed)?;
    let is_one = |given: &&str| ours.as_bytes().ct_eq(given.as_bytes());
    let found = signatures.iter().map(is_one).fold(Choice::from(0), |found, is_one| found | is_one);
    if !bool::from(found) {
        return Err(SignatureError::Wrong);
    }
    let off_secs = now_secs.abs_diff(at_secs);
    if off_secs > SIGNATURE_TOLERANCE.as_secs() { Err(SignatureError::Stale { off_secs }) } else { Ok(()) }
}

/// HMAC takes a key of any length, so there is always one.
fn digest(secret: &WebhookSecret, at_secs: i64, body: &[u8]) -> Option<String> {
    let mut mac: Hmac<Sha256> = Hmac::new_from_slice(secret.reveal().as_bytes()).ok()?;
    mac.update(format!("{at_secs}.").as_bytes());
    mac.update(body);
    Some(hex(&mac.finalize().into_bytes()))
}

/// The time and the signatures; parts of other names may come with a later version.
fn parts(header: &str) -> Option<(i64, Vec<&str>)> {
    let (mut at_secs, mut signatures) = (None, Vec::new());
    for part in header.split(',') {
        match part.trim().split_once('=')? {
            ("t", text) if at_secs.is_none() => at_secs = Some(text.parse().ok()?),
            ("t", _) => return None,
            ("v1", text) if signatures.len() < SIGNATURES_MAX => signatures.push(text),
            _ => {}
        }
    }
    Some((at_secs?, signatures)).filter(|(_, signatures)| !signatures.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> WebhookSecret {
        WebhookSecret::new(text)
    }

    fn check(header: &str, body: &str, now_secs: i64) -> Result<(), SignatureError> {
        verify_webhook(&secret("s"), header, body.as_bytes(), now_secs)
    }

    #[test]
    fn the_signature_is_that_of_the_standard() {
        // printf '%s' '100.{"a":1}' | openssl dgst -sha256 -hmac s
        let known = "656e1e4741c6d067583100deffac98bd0d681e933e84e4a7158d80f1326aa013";
        let header = signature(&[&secret("s")], 100, br#"{"a":1}"#).unwrap();
        assert_eq!(header, format!("t=100,v1={known}"));
    }

    #[test]
    fn either_secret_verifies_while_both_sign_and_no_other_does() {
        let header = signature(&[&secret("new"), &secret("s")], 100, b"body").unwrap();
        assert_eq!(header.matches("v1=").count(), 2);
        assert_eq!(check(&header, "body", 100), Ok(()));
        assert_eq!(verify_webhook(&secret("new"), &header, b"body", 100), Ok(()));
        assert_eq!(verify_webhook(&secret("other"), &header, b"body", 100), Err(SignatureError::Wrong));
        assert_eq!(check(&header, "bodY", 100), Err(SignatureError::Wrong));
        assert_eq!(check(&header.replace("t=100", "t=101"), "body", 100), Err(SignatureError::Wrong));
    }

    #[test]
    fn five_minutes_either_way_are_now() {
        let header = signature(&[&secret("s")], 1000, b"").unwrap();
        for (now_secs, off_secs) in [(1300, None), (700, None), (1301, Some(301)), (699, Some(301))] {
            let expected = off_secs.map_or(Ok(()), |off_secs| Err(SignatureError::Stale { off_secs }));
            assert_eq!(check(&header, "", now_secs), expected, "{now_secs}");
        }
        let early = signature(&[&secret("s")], i64::MIN, b"").unwrap();
        assert!(matches!(check(&early, "", i64::MAX), Err(SignatureError::Stale { .. })));
    }

    #[test]
    fn what_is_no_signature_is_none() {
        for bad in ["", "t=1", "v1=aa", "t=x,v1=aa", "t=1,t=1,v1=aa", "t=1,v1", "t=99999999999999999999,v1=a"]
        {
            assert_eq!(check(bad, "", 1), Err(SignatureError::Malformed), "{bad}");
        }
        assert_eq!(check("t=1,v1=", "", 1), Err(SignatureError::Wrong));
        assert_eq!(check("t=1,v1=\u{e4}", "", 1), Err(SignatureError::Wrong));
    }
}
