//! A fetched file becomes an upload like any other.

use futures_util::StreamExt as _;
use reel_types::TenantId;
use tokio::time::timeout;

use super::request::{FetchError, Opened};
use crate::catalog::Upload;
use crate::filename::cleaned;
use crate::incoming::{Incoming, Received};
use crate::room;
use crate::routes::plain_mime;
use crate::state::AppState;
use crate::vault;

/// Fetches a file and stores it. `filename` is what it is called, whatever its server says.
pub(crate) async fn fetch(
    state: &AppState,
    tenant: &TenantId,
    url: &str,
    filename: Option<&str>,
) -> Result<Upload, FetchError> {
    let time_max = state.fetcher.time_max;
    let received = tokio::select! {
        received = timeout(time_max, received(state, tenant, url)) => received,
        () = state.live.closed() => return Err(FetchError::stopping()),
    };
    let too_long = |_| FetchError::source(format!("it was not here after {} s", time_max.as_secs()));
    let Fetched { received, filename: said, mime } = received.map_err(too_long)??;
    let filename = filename.map_or(said, cleaned);
    Ok(vault::keep(state, tenant, received, &filename, mime).await?)
}

struct Fetched {
    received: Received,
    filename: String,
    mime: Option<String>,
}

async fn received(state: &AppState, tenant: &TenantId, url: &str) -> Result<Fetched, FetchError> {
    // Waited for in the time that the fetch has.
    let _permit = state.fetcher.permits.acquire().await.map_err(|_| FetchError::stopping())?;
    let opened = state.fetcher.open(url).await?;
    let (filename, mime) = (opened.filename.clone(), opened.mime.as_deref().and_then(plain_mime));
    room::check(state, tenant, opened.size_bytes.unwrap_or(0)).await?;
    let mut incoming = Incoming::begin(&state.incoming, state.options.upload_bytes_max)?;
    let filled = fill(state, &mut incoming, opened).await;
    let received = incoming.finish().await;
    filled?;
    Ok(Fetched { received: received?, filename, mime })
}

async fn fill(state: &AppState, incoming: &mut Incoming, opened: Opened) -> Result<(), FetchError> {
    let patience = state.options.body_patience;
    let mut body = opened.body.into_data_stream();
    while let Some(piece) = timeout(patience, body.next()).await.map_err(|_| FetchError::slow(patience))? {
        let piece = piece.map_err(|error| FetchError::source(format!("the connection broke: {error}")))?;
        incoming.push(piece).await?;
    }
    Ok(())
}
