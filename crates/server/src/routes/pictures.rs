//! `/jobs/{id}/pictures`: a result picture by picture, where no browser plays it.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use reel_types::Artifact;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::{IntoParams, ToSchema};

use crate::extract::{PathOf, QueryOf};
use crate::inspect::{Inspect, Picture, Pictures, Unseen};
use crate::problem::{Problem, ProblemKind};
use crate::refusals::{Always, Named};
use crate::send::{POLICY, names};
use crate::state::{AppState, Caller};

/// Most pictures of one list.
const LISTED_MAX: u32 = 200;
/// Files that are looked into at once; others wait.
const AT_ONCE: usize = 4;
static LOOKING: Semaphore = Semaphore::const_new(AT_ONCE);

/// Which result, and which of its pictures.
#[derive(Deserialize, IntoParams, Clone, Debug)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PicturesQuery {
    /// The name of the result.
    name: String,
    /// The first picture that is listed.
    #[serde(default)]
    #[param(required = false, minimum = 0)]
    first: u64,
    /// How many are listed.
    #[serde(default = "listed")]
    #[param(required = false, minimum = 0, maximum = 200, default = 50)]
    count: u32,
}

fn listed() -> u32 {
    50
}

/// Which result.
#[derive(Deserialize, IntoParams, Clone, Debug)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct PictureQuery {
    /// The name of the result.
    name: String,
}

/// The pictures of a result.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = Pictures)]
pub(crate) struct PicturesView {
    /// How many there are in all.
    count: u64,
    /// Pixels across.
    width: Option<u32>,
    /// Pixels down.
    height: Option<u32>,
    /// How many are shown in a second.
    per_sec: Option<f64>,
    /// Those that were asked for.
    listed: Vec<PictureView>,
}

/// One picture of a result.
#[derive(Serialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = Picture)]
pub(crate) struct PictureView {
    /// Its number, from 0 on.
    number: u64,
    /// Its size in bytes.
    size: u64,
    /// What it is for: `title`, `calibration`, `sync` or `data`; null where it does not say.
    kind: Option<&'static str>,
    /// What it says of itself.
    told: Option<String>,
}

/// The pictures of a result whose pictures stand by themselves, as those of a packed AVI do.
#[utoipa::path(
    get, operation_id = "listPictures", path = "/jobs/{id}/pictures", tag = "jobs",
    params(("id" = String, Path), PicturesQuery),
    responses((status = 200, body = PicturesView), Named, Always)
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
    QueryOf(query): QueryOf<PicturesQuery>,
) -> Result<Json<PicturesView>, Problem> {
    let artifact = artifact(&state, &caller, &id, &query.name).await?;
    if query.count > LISTED_MAX {
        let detail = format!("count is {}, and must be at most {LISTED_MAX}", query.count);
        return Err(Problem::new(ProblemKind::BadRequest, detail));
    }
    let seen =
        look(&state, &artifact, move |inspect, path| inspect.pictures(&path, query.first, query.count));
    Ok(Json(seen.await?.into()))
}

/// One picture of a result, as a JPEG.
#[utoipa::path(
    get, operation_id = "getPicture", path = "/jobs/{id}/pictures/{index}", tag = "jobs",
    params(("id" = String, Path), ("index" = u64, Path), PictureQuery),
    responses(
        (status = 200, body = serde_json::Value, content_type = "image/jpeg"),
        (status = 304, description = "as the client knows it"),
        Named, Always
    )
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    PathOf((id, number)): PathOf<(String, u64)>,
    QueryOf(query): QueryOf<PictureQuery>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let artifact = artifact(&state, &caller, &id, &query.name).await?;
    let etag = format!("\"{}-{number}\"", artifact.sha256);
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let common = [
        (header::ETAG, etag.as_str()),
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    if known.is_some_and(|list| names(list, &etag)) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let jpeg = look(&state, &artifact, move |inspect, path| inspect.picture(&path, number)).await?;
    Ok((common, [(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response())
}

async fn artifact(state: &AppState, caller: &Caller, id: &str, name: &str) -> Result<Artifact, Problem> {
    let job = state.job(&caller.tenant, id).await?;
    let missing = || Problem::not_found(format!("result {name} of job {id}"));
    job.outputs.into_iter().find(|output| output.name == name).ok_or_else(missing)
}

/// Asks about a result's file, on a thread that may wait for the disk.
async fn look<T: Send + 'static>(
    state: &AppState,
    artifact: &Artifact,
    ask: impl FnOnce(&dyn Inspect, PathBuf) -> Result<T, Unseen> + Send + 'static,
) -> Result<T, Problem> {
    let _turn = LOOKING.acquire().await.map_err(Problem::internal)?;
    let path = state.engine.store.local_path(&artifact.key, state.incoming.folder()).await?.to_path_buf();
    let inspect = Arc::clone(&state.inspect);
    let seen = tokio::task::spawn_blocking(move || ask(&*inspect, path)).await.map_err(Problem::internal)?;
    seen.map_err(|why| {
        let name = &artifact.name;
        match why {
            Unseen::NotThis => Problem::not_found(format!("any picture in {name} that stands by itself")),
            Unseen::NoPicture { count } => {
                Problem::not_found(format!("that picture of {name}, which has {count}"))
            }
            Unseen::Failed(detail) => Problem::internal(detail),
        }
    })
}

impl From<Pictures> for PicturesView {
    fn from(pictures: Pictures) -> Self {
        Self {
            count: pictures.count,
            width: pictures.width,
            height: pictures.height,
            per_sec: pictures.per_sec,
            listed: pictures.listed.into_iter().map(PictureView::from).collect(),
        }
    }
}

impl From<Picture> for PictureView {
    fn from(picture: Picture) -> Self {
        Self { number: picture.number, size: picture.bytes, kind: picture.kind, told: picture.told }
    }
}
