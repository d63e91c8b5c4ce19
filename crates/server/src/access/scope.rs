//! What a key may do.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a key may do. Each includes the one before.
#[derive(Serialize, Deserialize, ToSchema, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Look at everything of its tenant, and download it.
    Read,
    /// Upload, make, cancel and forget as well.
    Write,
    /// Make and revoke the keys of its tenant as well; of the tenant `local`, also those of all, and steer the server.
    Admin,
}

impl Scope {
    /// The word used in tables and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Read, Self::Write, Self::Admin]
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| format!("{text:?} is not read, write or admin"))
    }
}
