//! One request to an upload that is not whole: bytes for it, or its end.

use axum::body::Body;
use reel_types::TenantId;

use super::append::{append, not_written};
use super::checksum::Checksum;
use super::finish::finish;
use super::part::Part;
use crate::catalog::{Partial, Upload};
use crate::problem::{Problem, ProblemKind};
use crate::state::AppState;

/// Bytes for an upload.
pub(crate) struct Patch {
    /// Where they begin.
    pub(crate) offset_bytes: u64,
    /// How many they are, where the client says.
    pub(crate) size_bytes: Option<u64>,
    /// `Upload-Checksum` as it came.
    pub(crate) checksum: Option<String>,
    /// Themselves.
    pub(crate) body: Body,
}

/// Where the upload stands after it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Taken {
    /// So many of its bytes are on the disk.
    pub(crate) offset_bytes: u64,
    /// When it goes unless more come; nothing when it is whole.
    pub(crate) expires_at: Option<i64>,
    /// It, once it is whole.
    pub(crate) upload: Option<Upload>,
}

/// Takes the bytes. A client that goes away does not end this: what came is written and counted.
pub(crate) async fn take(
    state: &AppState,
    tenant: &TenantId,
    id: &str,
    patch: Patch,
) -> Result<Taken, Problem> {
    let (state, tenant, id) = (state.clone(), tenant.clone(), id.to_owned());
    let taking = tokio::spawn(async move { taken(&state, &tenant, &id, patch).await });
    taking.await.map_err(Problem::internal)?
}

async fn taken(state: &AppState, tenant: &TenantId, id: &str, patch: Patch) -> Result<Taken, Problem> {
    let checksum = patch.checksum.as_deref().map(Checksum::read).transpose()?;
    if let Some(upload) = state.catalog.upload(tenant, id).await? {
        return repeated(upload, &patch);
    }
    // The server waits for this before it ends.
    let _held = state.incoming.enter()?;
    let (partial, mut part) = hold(state, tenant, id).await?;
    check_place(&partial, &patch)?;
    if !part.cut_to(partial.offset_bytes).map_err(not_written)? {
        tracing::error!(upload = id, "the file of an upload that is not whole is too short");
        state.catalog.remove_partial(id).await?;
        return Err(missing(id));
    }
    let digest = state.tus.take_digest(id, partial.offset_bytes);
    let appended = append(state, &partial, &part, digest, checksum, patch.body).await?;
    if appended.offset_bytes == partial.size_bytes {
        let upload = finish(state, &partial, part, appended.digest).await?;
        appended.ended?;
        return Ok(Taken { offset_bytes: appended.offset_bytes, expires_at: None, upload: Some(upload) });
    }
    if let Some(digest) = appended.digest {
        state.tus.keep_digest(id, appended.offset_bytes, digest);
    }
    appended.ended?;
    let expires_at = Some(appended.expires_at);
    Ok(Taken { offset_bytes: appended.offset_bytes, expires_at, upload: None })
}

/// Forgets an upload that is not whole, with its bytes.
pub(crate) async fn terminate(state: &AppState, partial: &Partial) -> Result<(), Problem> {
    let (partial, part) = hold(state, &partial.tenant, &partial.id).await?;
    state.catalog.remove_partial(&partial.id).await?;
    state.tus.forget_digest(&partial.id);
    part.remove().map_err(Problem::internal)
}

/// The row and the file of an upload, for one writer alone. The row is read once nobody else can change it.
pub(super) async fn hold(state: &AppState, tenant: &TenantId, id: &str) -> Result<(Partial, Part), Problem> {
    state.catalog.partial(tenant, id).await?.ok_or_else(|| missing(id))?;
    let part = state.tus.folder.lock(id).map_err(not_written)?.ok_or_else(|| {
        Problem::new(ProblemKind::Locked, format!("another request writes upload {id}"))
            .with_hint("wait for it, then ask for the offset with HEAD")
    })?;
    match state.catalog.partial(tenant, id).await? {
        Some(partial) => Ok((partial, part)),
        None => {
            // It went between the two looks, and the lock has made its file again.
            if !state.catalog.knows_partial(id).await? {
                part.remove().map_err(Problem::internal)?;
            }
            Err(missing(id))
        }
    }
}

fn check_place(partial: &Partial, patch: &Patch) -> Result<(), Problem> {
    if patch.offset_bytes != partial.offset_bytes {
        return Err(other_offset(patch.offset_bytes, partial.offset_bytes));
    }
    let left = partial.size_bytes.saturating_sub(partial.offset_bytes);
    match patch.size_bytes {
        Some(size) if size > left => {
            let detail = format!("{size} bytes are to come, and {left} are missing");
            Err(Problem::new(ProblemKind::TooLarge, detail))
        }
        _ => Ok(()),
    }
}

/// The last bytes again, because their answer was lost.
fn repeated(upload: Upload, patch: &Patch) -> Result<Taken, Problem> {
    if patch.offset_bytes != upload.size_bytes || patch.size_bytes.is_some_and(|size| size > 0) {
        return Err(other_offset(patch.offset_bytes, upload.size_bytes));
    }
    Ok(Taken { offset_bytes: upload.size_bytes, expires_at: None, upload: Some(upload) })
}

fn other_offset(said: u64, found: u64) -> Problem {
    Problem::new(ProblemKind::Conflict, format!("Upload-Offset is {said}, and {found} bytes are here"))
        .with_hint("ask for the offset with HEAD and send the rest")
}

pub(crate) fn missing(id: &str) -> Problem {
    Problem::not_found(format!("upload {id}"))
}
