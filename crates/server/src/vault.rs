//! Uploads as objects: the same bytes are stored once, and go with the last upload that names them.

use std::path::PathBuf;
use std::sync::Arc;

use reel_types::{JobId, TenantId};
use serde_json::Value;

use crate::catalog::{NewUpload, Upload};
use crate::incoming::Received;
use crate::problem::{Problem, ProblemKind};
use crate::state::AppState;

/// A file of which every byte is on the disk.
#[derive(Clone, Debug)]
pub(crate) struct Whole<'a> {
    /// What the upload is called.
    pub(crate) id: &'a str,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Its size.
    pub(crate) size_bytes: u64,
    /// SHA-256 of its bytes, hex.
    pub(crate) sha256: String,
}

/// Stores a received file under a new name.
pub(crate) async fn keep(
    state: &AppState,
    tenant: &TenantId,
    received: Received,
    filename: &str,
    mime_said: Option<String>,
) -> Result<Upload, Problem> {
    let id = JobId::from_parts(wall_clock_millis(), fastrand::u64(..));
    let whole = Whole {
        id: id.as_str(),
        path: received.path().to_owned(),
        size_bytes: received.size_bytes,
        sha256: received.sha256.clone(),
    };
    keep_whole(state, tenant, &whole, filename, mime_said).await
}

/// Looks into a file, takes it away into the store and gives it a row.
pub(crate) async fn keep_whole(
    state: &AppState,
    tenant: &TenantId,
    whole: &Whole<'_>,
    filename: &str,
    mime_said: Option<String>,
) -> Result<Upload, Problem> {
    let inspected = {
        let (inspect, path) = (Arc::clone(&state.inspect), whole.path.clone());
        let looked = tokio::task::spawn_blocking(move || inspect.inspect(&path));
        looked.await.map_err(Problem::internal)?
    };
    let key = format!("uploads/{}", whole.sha256);
    let mime = inspected.mime.or(mime_said).unwrap_or_else(|| "application/octet-stream".to_owned());
    let _guard = state.uploads.lock().await;
    put(state, &key, whole).await?;
    let row = NewUpload {
        id: whole.id,
        tenant,
        filename,
        size_bytes: whole.size_bytes,
        sha256: &whole.sha256,
        mime: &mime,
        key: &key,
        metadata: if inspected.metadata.is_object() { &inspected.metadata } else { &Value::Null },
    };
    Ok(state.catalog.add_upload(&row).await?)
}

/// Forgets an upload that no open job reads; its object goes with the last upload that names it.
pub(crate) async fn forget(state: &AppState, tenant: &TenantId, id: &str) -> Result<(), Problem> {
    let missing = || Problem::not_found(format!("upload {id}"));
    let _guard = state.uploads.lock().await;
    let upload = state.catalog.upload(tenant, id).await?.ok_or_else(missing)?;
    for job in state.catalog.jobs_of_object(tenant, &upload.key).await? {
        let is_open = state.engine.queue.job(&job).await?.is_some_and(|job| !job.state.is_terminal());
        if is_open {
            return Err(Problem::new(ProblemKind::Conflict, format!("job {job} still reads these bytes"))
                .with_hint(format!("wait for it, or cancel it: POST /api/v1/jobs/{job}/cancel")));
        }
    }
    if !state.catalog.remove_upload(tenant, id).await? {
        return Err(missing());
    }
    state.cache.video_changed(id);
    if state.catalog.uploads_naming(&upload.key).await? == 0 {
        state.engine.store.remove(&upload.key).await?;
    }
    Ok(())
}

/// Moves the file to its object. The folder's store does that with blocking calls.
async fn put(state: &AppState, key: &str, whole: &Whole<'_>) -> Result<(), Problem> {
    let store = Arc::clone(&state.engine.store);
    let (key, path, sha256) = (key.to_owned(), whole.path.clone(), whole.sha256.clone());
    let runtime = tokio::runtime::Handle::current();
    let put = tokio::task::spawn_blocking(move || {
        runtime.block_on(async { store.put_file(&key, &path, Some(sha256)).await })
    });
    put.await.map_err(Problem::internal)?.map(|_| ()).map_err(Problem::from)
}

/// Used for the name of an upload only; nothing is compared with it.
pub(crate) fn wall_clock_millis() -> i64 {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since_1970.map_or(0, |duration| duration.as_millis() as i64)
}
