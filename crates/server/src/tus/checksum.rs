//! `Upload-Checksum`: what the bytes of one request must come to.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::problem::{Problem, ProblemKind};

/// The algorithms, as the protocol lists them.
pub(crate) const ALGORITHMS: &str = "sha256,sha1";

/// What the bytes of one request must come to, and what they have come to so far.
#[derive(Clone, Debug)]
pub(crate) struct Checksum {
    expected: Vec<u8>,
    running: Running,
}

#[derive(Clone, Debug)]
enum Running {
    Sha256(Sha256),
    Sha1(Sha1),
}

impl Checksum {
    /// Reads `sha256 BASE64`.
    pub(crate) fn read(header: &str) -> Result<Self, Problem> {
        let (algorithm, digest) = header.split_once(' ').unwrap_or((header, ""));
        let (running, digest_bytes) = match algorithm {
            "sha256" => (Running::Sha256(Sha256::new()), 32),
            "sha1" => (Running::Sha1(Sha1::new()), 20),
            _ => return Err(refused(&format!("{algorithm:?} is not one of {ALGORITHMS}"))),
        };
        let expected = STANDARD.decode(digest.trim()).unwrap_or_default();
        if expected.len() != digest_bytes {
            return Err(refused(&format!("the digest is not {digest_bytes} bytes in base64")));
        }
        Ok(Self { expected, running })
    }

    /// The next bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match &mut self.running {
            Running::Sha256(digest) => digest.update(bytes),
            Running::Sha1(digest) => digest.update(bytes),
        }
    }

    /// Whether they have come to what was expected.
    pub(crate) fn holds(self) -> bool {
        match self.running {
            Running::Sha256(digest) => digest.finalize().as_slice() == self.expected,
            Running::Sha1(digest) => digest.finalize().as_slice() == self.expected,
        }
    }
}

fn refused(detail: &str) -> Problem {
    Problem::new(ProblemKind::BadRequest, format!("Upload-Checksum cannot be read: {detail}"))
        .with_hint("send it as: sha256 BASE64")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_algorithms_tell_right_from_wrong() {
        for header in
            ["sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0="]
        {
            let check = |bytes: &[u8]| {
                let mut checksum = Checksum::read(header).unwrap();
                checksum.update(bytes);
                checksum.holds()
            };
            assert!(check(b"abc"), "{header}");
            assert!(!check(b"abd") && !check(b""), "{header}");
        }
    }

    #[test]
    fn what_is_no_checksum_is_refused() {
        for bad in ["", "sha256", "sha256 YWJj", "sha256 *", "md5 kAFQmDzST7DWlj99KOF/cg==", "SHA256 YWJj"] {
            assert!(Checksum::read(bad).is_err(), "{bad:?}");
        }
    }
}
