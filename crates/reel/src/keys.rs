//! `reel keys`: who may use the server of this state folder.

use std::time::Duration;

use clap::{Args, Subcommand};
use reel_server::{Key, KeyError, Keys, MadeKey, NewKey, Scope};
use reel_types::{FailureKind, Millis, TenantId};
use serde::Serialize;

use crate::console::Console;
use crate::exit;
use crate::problem::{Problem, ProblemKind};
use crate::settings::Settings;
use crate::table;
use crate::units::parse_time;
use crate::wiring::open_archive;

/// `reel keys …`.
#[derive(Subcommand, Clone, Debug)]
pub enum KeysVerb {
    /// Make a key and print it, this once
    ///
    /// From the first key on nobody uses the server without one, on this machine neither.
    Create(CreateArgs),
    /// List keys, newest first, without their secrets
    List {
        /// Only keys of this tenant
        #[arg(long, value_name = "TENANT")]
        tenant: Option<TenantId>,
    },
    /// Revoke keys; a running server lets nobody in with them from then on
    Revoke {
        /// The keys, by the id that `reel keys list` shows
        #[arg(required = true, value_name = "KEY")]
        keys: Vec<String>,
    },
    /// Make a key in the place of another; for a while both are good
    Rotate {
        /// The key, by the id that `reel keys list` shows
        #[arg(value_name = "KEY")]
        key: String,
        /// How long the old one stays good, like 30m, 12h or 7d
        #[arg(long, value_name = "TIME", default_value = "1d", value_parser = parse_time)]
        overlap: Duration,
    },
}

/// `reel keys create`.
#[derive(Args, Clone, Debug)]
pub struct CreateArgs {
    /// What you call it, for example the program that will use it
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Whose uploads and jobs it sees; `local` is whoever runs the server, and the jobs of this command line
    #[arg(long, value_name = "TENANT", default_value = "local")]
    pub tenant: TenantId,
    /// What it may do: read, write or admin; each includes the one before
    #[arg(long, value_name = "SCOPE", default_value = "write")]
    pub scope: Scope,
    /// How long it is good, like 30m, 12h or 90d [default: until it is revoked]
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub expires: Option<Duration>,
}

/// A line of type `key`.
#[derive(Serialize)]
struct KeyRecord<'a> {
    r#type: &'static str,
    id: &'a str,
    /// All of it; only where it was just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    name: &'a str,
    tenant: &'a str,
    scope: Scope,
    /// It opens something now.
    live: bool,
    created_at_millis: Millis,
    expires_at_millis: Option<Millis>,
    revoked_at_millis: Option<Millis>,
    last_used_at_millis: Option<Millis>,
}

/// Does one of the verbs, and answers with the exit code.
///
/// # Errors
/// A usage problem for a key that cannot be or is not there; a storage problem when the state folder cannot be used.
pub async fn run(console: &Console, settings: &Settings, verb: KeysVerb) -> Result<u8, Problem> {
    let keys = open(settings).await?;
    match verb {
        KeysVerb::Create(args) => {
            let CreateArgs { name, tenant, scope, expires } = args;
            let made = keys.create(NewKey { name, tenant, scope, lives: expires }).await.map_err(refused)?;
            tell_made(console, settings, &made);
        }
        KeysVerb::Rotate { key, overlap } => {
            let made = keys.rotate(&key, None, overlap).await.map_err(refused)?;
            tell_made(console, settings, &made);
        }
        KeysVerb::Revoke { keys: ids } => {
            for id in ids {
                keys.revoke(&id, None).await.map_err(refused)?;
                if !settings.quiet && !settings.json {
                    console.data(&format!("{id}  revoked"));
                }
            }
        }
        KeysVerb::List { tenant } => {
            list(console, settings, &keys.list(tenant.as_ref()).await.map_err(refused)?);
        }
    }
    Ok(exit::DONE)
}

/// Opens the keys of the state folder.
///
/// # Errors
/// A storage problem when it cannot be used.
pub async fn open(settings: &Settings) -> Result<Keys, Problem> {
    let archive = open_archive(settings).await?;
    Keys::open(&archive.state.database()).await.map_err(|error| refused(error.into()))
}

/// What went wrong, as a person sees it.
pub fn refused(error: KeyError) -> Problem {
    match &error {
        KeyError::Catalog(_) | KeyError::Random(_) => {
            Problem::new(ProblemKind::Failure(FailureKind::Storage), "cannot use the keys").caused_by(&error)
        }
        KeyError::NotFound { .. } => {
            Problem::usage(error.to_string()).with_hint("reel keys list shows those that are there")
        }
        KeyError::Ended { .. } => {
            Problem::usage(error.to_string()).with_hint("make a new one: reel keys create")
        }
        KeyError::Name | KeyError::Life | KeyError::TooMany { .. } => Problem::usage(error.to_string()),
    }
}

/// The key alone is data, so that a script can keep it; what to know about it is for people.
fn tell_made(console: &Console, settings: &Settings, made: &MadeKey) {
    if settings.json {
        console.data(&line(&made.key, Some(made.text.reveal())));
        return;
    }
    console.data(&made.text.reveal());
    if !settings.quiet {
        let Key { id, tenant, scope, .. } = &made.key;
        console.say(&format!(
            "key {id} of tenant {tenant}, scope {}; it is shown this once, so keep it now",
            scope.as_str()
        ));
    }
}

fn list(console: &Console, settings: &Settings, keys: &[Key]) {
    if settings.json {
        keys.iter().for_each(|key| console.data(&line(key, None)));
        return;
    }
    let heads = ["KEY", "TENANT", "SCOPE", "STATE", "LAST USED", "NAME"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for key in keys {
        let state = match (key.is_live, key.revoked_at) {
            (true, _) => "live",
            (false, Some(_)) => "revoked",
            (false, None) => "over",
        };
        let used = key.last_used_at.map_or_else(|| "never".to_owned(), crate::jobs::ago);
        rows.push(vec![
            key.id.clone(),
            key.tenant.to_string(),
            key.scope.as_str().to_owned(),
            state.to_owned(),
            used,
            key.name.clone(),
        ]);
    }
    table::lines(&rows).iter().for_each(|line| console.data(line));
}

fn line(key: &Key, text: Option<String>) -> String {
    let record = KeyRecord {
        r#type: "key",
        id: &key.id,
        key: text,
        name: &key.name,
        tenant: key.tenant.as_str(),
        scope: key.scope,
        live: key.is_live,
        created_at_millis: key.created_at,
        expires_at_millis: key.expires_at,
        revoked_at_millis: key.revoked_at,
        last_used_at_millis: key.last_used_at,
    };
    // A record of texts and numbers always has a JSON form.
    serde_json::to_string(&record).unwrap_or_default()
}
