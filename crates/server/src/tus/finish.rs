//! An upload that has all its bytes becomes one like any other.

use std::fs;
use std::path::PathBuf;

use reel_types::TenantId;
use sha2::{Digest, Sha256};

use super::append::not_written;
use super::part::Part;
use super::take::{hold, missing};
use crate::catalog::{Partial, Upload};
use crate::problem::Problem;
use crate::state::AppState;
use crate::vault::{self, Whole};

/// Where an upload stands.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Standing {
    /// Bytes are missing.
    Partial(Partial),
    /// It is whole.
    Whole(Upload),
}

/// Where an upload stands. One whose last step was cut off takes it now.
pub(crate) async fn standing(state: &AppState, tenant: &TenantId, id: &str) -> Result<Standing, Problem> {
    let partial = state.catalog.partial(tenant, id).await?;
    if let Some(upload) = state.catalog.upload(tenant, id).await? {
        return Ok(Standing::Whole(upload));
    }
    match partial {
        None => Err(missing(id)),
        Some(partial) if partial.offset_bytes < partial.size_bytes => Ok(Standing::Partial(partial)),
        Some(_) => {
            let (partial, part) = hold(state, tenant, id).await?;
            finish(state, &partial, part, None).await.map(Standing::Whole)
        }
    }
}

/// Stores the bytes and gives them their row. Killed at any moment, it can be done again.
pub(super) async fn finish(
    state: &AppState,
    partial: &Partial,
    part: Part,
    digest: Option<Sha256>,
) -> Result<Upload, Problem> {
    let upload = match state.catalog.upload(&partial.tenant, &partial.id).await? {
        Some(upload) => upload,
        None => keep(state, partial, &part, digest).await?,
    };
    state.catalog.remove_partial(&partial.id).await?;
    state.tus.forget_digest(&partial.id);
    part.remove().map_err(Problem::internal)?;
    Ok(upload)
}

async fn keep(
    state: &AppState,
    partial: &Partial,
    part: &Part,
    digest: Option<Sha256>,
) -> Result<Upload, Problem> {
    let path = part.path().to_owned();
    let digest = match digest {
        Some(digest) => hex(digest),
        None => tokio::task::spawn_blocking(move || digest_of(path))
            .await
            .map_err(Problem::internal)?
            .map_err(not_written)?,
    };
    // The store takes a file away. The part stays until the upload has its row, so a second name goes in its place.
    let second = part.path().with_extension("whole");
    let _ = fs::remove_file(&second);
    let path = if fs::hard_link(part.path(), &second).is_ok() { second } else { part.path().to_owned() };
    let whole = Whole { id: &partial.id, path, size_bytes: partial.size_bytes, sha256: digest };
    vault::keep_whole(state, &partial.tenant, &whole, &partial.filename, partial.mime.clone()).await
}

fn digest_of(path: PathBuf) -> std::io::Result<String> {
    let (_, sha256) = reel_store::sha256_of_file(&path).map_err(std::io::Error::other)?;
    Ok(sha256)
}

fn hex(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
