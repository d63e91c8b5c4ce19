//! What messages of one endpoint are signed with.

use std::fmt;

use crate::access::random_hex;

/// A secret, shared with whoever receives. Shows nothing unless somebody asks for it.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(String);

impl WebhookSecret {
    /// A new one: 256 random bits.
    ///
    /// # Errors
    /// When the system has no random numbers to give.
    pub(crate) fn make() -> Result<Self, getrandom::Error> {
        Ok(Self(format!("whsec_{}", random_hex()?)))
    }

    /// One that is written somewhere.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// All of it. Its bytes as they are written are the key of the HMAC.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whsec_…")
    }
}
