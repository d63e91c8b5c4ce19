//! Links that open one result without a key, for a while.

use hmac::{Hmac, KeyInit, Mac};
use reel_types::Millis;
use sha2::Sha256;

use super::token::hex;

/// Signs the paths of results, and knows its own signatures again.
pub(crate) struct Signer(Hmac<Sha256>);

/// What a signed link carries after the `?`.
struct Claim {
    expires_secs: i64,
    signature: Vec<u8>,
}

impl Signer {
    /// One that signs with this secret. HMAC takes a key of any length.
    pub(crate) fn new(secret: &[u8]) -> Option<Self> {
        Hmac::new_from_slice(secret).ok().map(Self)
    }

    /// The query that opens this path until then.
    pub(crate) fn query(&self, path: &str, expires_secs: i64) -> String {
        let signature = hex(&self.over(path, expires_secs).finalize().into_bytes());
        format!("expires={expires_secs}&signature={signature}")
    }

    /// Whether a query opens this path at this time; nothing when it does not try to.
    pub(crate) fn opens(&self, path: &str, query: &str, now: Millis) -> Option<bool> {
        query.split('&').any(|pair| pair.starts_with("signature=")).then(|| {
            claim(query).is_some_and(|claim| {
                let is_ours = self.over(path, claim.expires_secs).verify_slice(&claim.signature).is_ok();
                is_ours && now < claim.expires_secs.saturating_mul(1000)
            })
        })
    }

    fn over(&self, path: &str, expires_secs: i64) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        // A path has no line break, so the three cannot be read in another way.
        mac.update(format!("link\n{expires_secs}\n{path}").as_bytes());
        mac
    }
}

/// Nothing when a part is missing, is there twice or does not read.
fn claim(query: &str) -> Option<Claim> {
    let (mut expires, mut signature) = (None, None);
    for pair in query.split('&') {
        let place = match pair.split_once('=') {
            Some(("expires", _)) => &mut expires,
            Some(("signature", _)) => &mut signature,
            _ => continue,
        };
        if place.replace(pair.split_once('=')?.1).is_some() {
            return None;
        }
    }
    Some(Claim { expires_secs: expires?.parse().ok()?, signature: unhex(signature?)? })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|digit| Some(digit.to_digit(16)? as u8)).collect::<Option<_>>()?;
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => Some(high << 4 | low),
        _ => None,
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/api/v1/jobs/j1/artifacts/out.mp4";

    #[test]
    fn a_link_opens_its_own_path_until_its_end() {
        let signer = Signer::new(b"secret").unwrap();
        let query = signer.query(PATH, 100);
        assert_eq!(signer.opens(PATH, &query, 99_999), Some(true));
        assert_eq!(signer.opens(PATH, &format!("download=true&{query}"), 0), Some(true));
        assert_eq!(signer.opens(PATH, &query, 100_000), Some(false));
        assert_eq!(signer.opens("/api/v1/jobs/j1/artifacts/out.mp3", &query, 0), Some(false));
        assert_eq!(Signer::new(b"other").unwrap().opens(PATH, &query, 0), Some(false));
        assert_eq!(signer.opens(PATH, "download=true", 0), None);
    }

    #[test]
    fn a_changed_link_opens_nothing() {
        let signer = Signer::new(b"secret").unwrap();
        let query = signer.query(PATH, 100);
        let changed = [
            query.replace("expires=100", "expires=101"),
            query.replace("expires=100", "expires=x"),
            query.replace("expires=100&", ""),
            format!("{query}00"),
            format!("{query}0"),
            format!("{query}&expires=100"),
            format!("expires=999&{query}"),
            query[..query.len() - 2].to_owned(),
            "expires=100&signature=".to_owned(),
            "expires=100&signature=\u{e4}\u{e4}".to_owned(),
        ];
        for changed in changed {
            assert_eq!(signer.opens(PATH, &changed, 0), Some(false), "{changed}");
        }
    }
}
