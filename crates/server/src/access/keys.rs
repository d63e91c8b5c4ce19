//! Keys: made, listed, revoked, replaced. The command line and the API do it through here.

use std::path::Path;
use std::time::Duration;

use reel_types::{Millis, TenantId};

use super::clock::Clock;
use super::key_text::KeyText;
use super::scope::Scope;
use crate::catalog::{Catalog, CatalogError, KeyRow};

/// Longest name of a key, in bytes.
const NAME_BYTES_MAX: usize = 100;
/// Most keys of one tenant that are live at once.
const LIVE_MAX: i64 = 1000;
/// Longest life of a key that ends at all: 100 years. Beyond it a date is a slip.
const LIFE_MAX: Duration = Duration::from_secs(100 * 366 * 86_400);

/// The keys of a state folder.
pub struct Keys {
    catalog: Catalog,
    clock: Clock,
}

/// A key to be made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewKey {
    /// What people call it.
    pub name: String,
    /// Whose it is.
    pub tenant: TenantId,
    /// What it may do.
    pub scope: Scope,
    /// How long it lives; nothing: until it is revoked.
    pub lives: Option<Duration>,
}

/// What is known of a key. Its secret is known to its owner alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// Its name in commands and the API.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Whose it is.
    pub tenant: TenantId,
    /// What it may do.
    pub scope: Scope,
    /// When it was made.
    pub created_at: Millis,
    /// When it ends; nothing: never by itself.
    pub expires_at: Option<Millis>,
    /// When it was revoked.
    pub revoked_at: Option<Millis>,
    /// When it was last used, up to a minute older than it was.
    pub last_used_at: Option<Millis>,
    /// Whether it opens anything now.
    pub is_live: bool,
}

/// A new key with all of its text, which is nowhere else.
#[derive(Clone, Debug)]
pub struct MadeKey {
    /// What will be known of it.
    pub key: Key,
    /// All of it.
    pub text: KeyText,
}

/// Why a key was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The tables did not answer.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The system has no random numbers to give.
    #[error("the system gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    /// The name is empty, too long or holds control characters.
    #[error("the name of a key is 1 to {NAME_BYTES_MAX} bytes of plain text")]
    Name,
    /// Nothing, or longer than anybody means.
    #[error("a key lives from one second to a hundred years")]
    Life,
    /// A tenant has very many already.
    #[error("{tenant} has {LIVE_MAX} keys that are live")]
    TooMany {
        /// Whose.
        tenant: TenantId,
    },
    /// There is no such key.
    #[error("there is no key {id}")]
    NotFound {
        /// What was asked for.
        id: String,
    },
    /// It opens nothing any more, so nothing can take its place.
    #[error("key {id} is revoked or has ended")]
    Ended {
        /// Which.
        id: String,
    },
}

impl Keys {
    /// Opens the keys in the queue's database, which is there already.
    ///
    /// # Errors
    /// When the tables cannot be used.
    pub async fn open(database: &Path) -> Result<Self, CatalogError> {
        Ok(Self::of(&Catalog::open(database).await?, &Clock::default()))
    }

    pub(crate) fn of(catalog: &Catalog, clock: &Clock) -> Self {
        Self { catalog: catalog.clone(), clock: clock.clone() }
    }

    /// Whether any key was ever made: then nobody comes in without.
    ///
    /// # Errors
    /// When the tables did not answer.
    pub async fn are_needed(&self) -> Result<bool, KeyError> {
        Ok(self.catalog.has_keys().await?)
    }

    /// Makes one.
    ///
    /// # Errors
    /// [`KeyError`], by what of it cannot be.
    pub async fn create(&self, new: NewKey) -> Result<MadeKey, KeyError> {
        self.add(new, None).await
    }

    /// Those of one tenant or of all, newest first.
    ///
    /// # Errors
    /// When the tables did not answer.
    pub async fn list(&self, tenant: Option<&TenantId>) -> Result<Vec<Key>, KeyError> {
        let now = self.clock.now();
        Ok(self.catalog.keys(tenant).await?.into_iter().map(|row| Key::of(row, now)).collect())
    }

    /// Revokes one, of this tenant or of any: it opens nothing from this answer on, nor do its sessions.
    ///
    /// # Errors
    /// When there is no such key.
    pub async fn revoke(&self, id: &str, tenant: Option<&TenantId>) -> Result<(), KeyError> {
        if self.catalog.revoke_key(id, tenant, self.clock.now()).await? {
            return Ok(());
        }
        Err(KeyError::NotFound { id: id.to_owned() })
    }

    /// Makes a key that may what this one may; both are live for `overlap`, then only the new one.
    ///
    /// # Errors
    /// When there is no such key, or it has ended.
    pub async fn rotate(
        &self,
        id: &str,
        tenant: Option<&TenantId>,
        overlap: Duration,
    ) -> Result<MadeKey, KeyError> {
        let missing = || KeyError::NotFound { id: id.to_owned() };
        let old = self.catalog.key(id).await?.ok_or_else(missing)?;
        if tenant.is_some_and(|tenant| old.tenant != *tenant) {
            return Err(missing());
        }
        let now = self.clock.now();
        if !old.is_live(now) {
            return Err(KeyError::Ended { id: id.to_owned() });
        }
        let life = |end: Millis| Duration::from_millis((end - old.created_at).max(1000) as u64);
        let new = NewKey {
            name: old.name.clone(),
            tenant: old.tenant.clone(),
            scope: old.scope,
            lives: old.expires_at.map(life),
        };
        let end = now.saturating_add(millis(overlap.min(LIFE_MAX)));
        self.add(new, Some((&old.id, end))).await
    }

    async fn add(&self, new: NewKey, replaces: Option<(&str, Millis)>) -> Result<MadeKey, KeyError> {
        let is_plain = !new.name.trim().is_empty() && !new.name.chars().any(char::is_control);
        if !is_plain || new.name.len() > NAME_BYTES_MAX {
            return Err(KeyError::Name);
        }
        if new.lives.is_some_and(|life| life < Duration::from_secs(1) || life > LIFE_MAX) {
            return Err(KeyError::Life);
        }
        let now = self.clock.now();
        if self.catalog.live_keys(&new.tenant, now).await? >= LIVE_MAX {
            return Err(KeyError::TooMany { tenant: new.tenant });
        }
        let text = KeyText::make(now)?;
        let row = KeyRow {
            id: text.id().to_owned(),
            secret_sha256: text.secret_sha256(),
            name: new.name,
            tenant: new.tenant,
            scope: new.scope,
            created_at: now,
            expires_at: new.lives.map(|life| now.saturating_add(millis(life))),
            revoked_at: None,
            last_used_at: None,
        };
        self.catalog.add_key(&row, replaces).await?;
        Ok(MadeKey { key: Key::of(row, now), text })
    }
}

impl Key {
    fn of(row: KeyRow, now: Millis) -> Self {
        Self {
            is_live: row.is_live(now),
            id: row.id,
            name: row.name,
            tenant: row.tenant,
            scope: row.scope,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
        }
    }
}

fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX)
}
