//! `/uploads`: files that come in pieces, by tus 1.0.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::Response;
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response as Declared};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::upload::plain_mime;
use crate::extract::PathOf;
use crate::problem::{Problem, ProblemKind};
use crate::refusals::{Always, InState, Named, WithBody, of};
use crate::state::{AppState, Caller};
use crate::tus::{self, Metadata, New, Patch, Standing, Taken};
use crate::vault;
use crate::view::{API, PartialView};

const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
/// Not of the protocol: the id to use in a job, once the upload is whole.
const ID: HeaderName = HeaderName::from_static("upload-id");

/// The routes; every answer of theirs names the version of the protocol.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(abilities, create))
        .routes(routes!(head, show, append, instead, remove))
        .layer(map_response(with_version))
}

async fn with_version(mut response: Response) -> Response {
    let version = HeaderValue::from_static(tus::VERSION);
    if response.status() == StatusCode::PRECONDITION_FAILED {
        response.headers_mut().insert("tus-version", version.clone());
    }
    response.headers_mut().insert("tus-resumable", version);
    response
}

/// What an operation of the protocol may answer.
struct Tus;
/// What an operation that needs an upload for itself may answer.
struct Exclusive;
/// What an operation that takes bytes of an upload may answer.
struct WithBytes;

impl IntoResponses for Tus {
    fn responses() -> BTreeMap<String, RefOr<Declared>> {
        of(&[ProblemKind::PreconditionFailed])
    }
}

impl IntoResponses for Exclusive {
    fn responses() -> BTreeMap<String, RefOr<Declared>> {
        of(&[ProblemKind::Locked])
    }
}

impl IntoResponses for WithBytes {
    fn responses() -> BTreeMap<String, RefOr<Declared>> {
        of(&[ProblemKind::Conflict, ProblemKind::ChecksumMismatch, ProblemKind::InsufficientStorage])
    }
}

/// What of tus this server can do.
#[utoipa::path(
    options, operation_id = "uploadAbilities", path = "/uploads", tag = "videos",
    responses(
        (status = 204, headers(("Tus-Version" = String), ("Tus-Extension" = String), ("Tus-Max-Size" = u64))),
        Always
    )
)]
pub(crate) async fn abilities(State(state): State<AppState>) -> Result<(StatusCode, HeaderMap), Problem> {
    let mut headers = HeaderMap::new();
    headers.insert("tus-version", HeaderValue::from_static(tus::VERSION));
    headers.insert("tus-extension", HeaderValue::from_static(tus::EXTENSIONS));
    headers.insert("tus-max-size", state.options.upload_bytes_max.into());
    headers.insert("tus-checksum-algorithm", HeaderValue::from_static(tus::ALGORITHMS));
    Ok((StatusCode::NO_CONTENT, headers))
}

/// Begins a file of `Upload-Length` bytes. A body of `application/offset+octet-stream` is its first piece.
#[utoipa::path(
    post, operation_id = "createUpload", path = "/uploads", tag = "videos",
    params(
        ("Tus-Resumable" = String, Header), ("Upload-Length" = u64, Header),
        ("Upload-Metadata" = Option<String>, Header, description = "`filename BASE64,filetype BASE64`"),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha256 BASE64` of the body")
    ),
    request_body(content = Option<Vec<u8>>, content_type = "application/offset+octet-stream"),
    responses(
        (status = 201, headers(
            ("Location" = String), ("Upload-Offset" = u64), ("Upload-Expires" = String), ("Upload-Id" = String)
        )),
        Tus, WithBytes, Exclusive, WithBody, Always
    )
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<(StatusCode, HeaderMap), Problem> {
    let headers = request.headers();
    tus::check_version(headers)?;
    let has_bytes = tus::has_offset_bytes(headers);
    if headers.contains_key(header::CONTENT_TYPE) && !has_bytes {
        return Err(no_bytes());
    }
    let metadata = Metadata::read(tus::text(headers, METADATA.as_str())?.unwrap_or_default())?;
    let size_bytes = tus::number(headers, LENGTH.as_str())?.ok_or_else(|| {
        Problem::new(ProblemKind::BadRequest, "there is no header Upload-Length")
            .with_hint("a file whose length is not known can be sent to POST /api/v1/videos/upload")
    })?;
    let mime = metadata.filetype.as_deref().and_then(plain_mime);
    let partial = tus::create(&state, &caller.tenant, New { size_bytes, metadata, mime }).await?;
    let mut answer = HeaderMap::new();
    answer.insert(header::LOCATION, value(format!("{API}/uploads/{}", partial.id))?);
    let expires = value(tus::http_date(partial.expires_at))?;
    answer.insert(EXPIRES, expires);
    if has_bytes || size_bytes == 0 {
        let patch = patch(request, 0)?;
        match tus::take(&state, &caller.tenant, &partial.id, patch).await {
            Ok(taken) => tell(&mut answer, &taken)?,
            Err(problem) => {
                // The client has not heard its name, so nobody would come back for it.
                tus::terminate(&state, &partial).await?;
                return Err(problem);
            }
        }
    }
    Ok((StatusCode::CREATED, answer))
}

/// How much of a file is here, for a client that goes on with it.
#[utoipa::path(
    head, operation_id = "headUpload", path = "/uploads/{id}", tag = "videos",
    params(("id" = String, Path), ("Tus-Resumable" = String, Header)),
    responses(
        (status = 200, headers(
            ("Upload-Offset" = u64), ("Upload-Length" = u64), ("Upload-Expires" = String), ("Upload-Id" = String)
        )),
        Tus, Named, Exclusive, Always
    )
)]
pub(crate) async fn head(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
    headers: HeaderMap,
) -> Result<(StatusCode, HeaderMap), Problem> {
    tus::check_version(&headers)?;
    let mut answer = HeaderMap::new();
    match tus::standing(&state, &caller.tenant, &id).await? {
        Standing::Partial(partial) => {
            answer.insert(OFFSET, partial.offset_bytes.into());
            answer.insert(LENGTH, partial.size_bytes.into());
            answer.insert(EXPIRES, value(tus::http_date(partial.expires_at))?);
            if !partial.metadata.is_empty() {
                answer.insert(METADATA, value(partial.metadata)?);
            }
        }
        Standing::Whole(upload) => {
            answer.insert(OFFSET, upload.size_bytes.into());
            answer.insert(LENGTH, upload.size_bytes.into());
            answer.insert(ID, value(upload.id)?);
        }
    }
    Ok((StatusCode::OK, answer))
}

/// Where a file stands that comes in pieces; once whole, what is in it.
#[utoipa::path(
    get, operation_id = "getUpload", path = "/uploads/{id}", tag = "videos", params(("id" = String, Path)),
    responses((status = 200, body = PartialView), Named, Exclusive, Always)
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
) -> Result<Json<PartialView>, Problem> {
    Ok(Json(tus::standing(&state, &caller.tenant, &id).await?.into()))
}

/// The next bytes of a file. With the last ones the answer has `Upload-Id`, the name that jobs know it by.
#[utoipa::path(
    patch, operation_id = "appendUpload", path = "/uploads/{id}", tag = "videos",
    params(
        ("id" = String, Path), ("Tus-Resumable" = String, Header), ("Upload-Offset" = u64, Header),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha256 BASE64` of the body")
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, headers(("Upload-Offset" = u64), ("Upload-Expires" = String), ("Upload-Id" = String))),
        Tus, Named, WithBytes, Exclusive, WithBody, Always
    )
)]
pub(crate) async fn append(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
    request: Request,
) -> Result<(StatusCode, HeaderMap), Problem> {
    appended(&state, &caller, &id, request).await
}

/// `PATCH` or `DELETE` for clients that can only `POST`: `X-HTTP-Method-Override` names it.
#[utoipa::path(
    post, operation_id = "appendUploadByPost", path = "/uploads/{id}", tag = "videos",
    params(
        ("id" = String, Path), ("Tus-Resumable" = String, Header), ("X-HTTP-Method-Override" = String, Header),
        ("Upload-Offset" = Option<u64>, Header), ("Upload-Checksum" = Option<String>, Header)
    ),
    request_body(content = Option<Vec<u8>>, content_type = "application/offset+octet-stream"),
    responses(
        (status = 204, headers(("Upload-Offset" = u64), ("Upload-Expires" = String), ("Upload-Id" = String))),
        Tus, Named, WithBytes, Exclusive, WithBody, Always
    )
)]
pub(crate) async fn instead(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
    request: Request,
) -> Result<(StatusCode, HeaderMap), Problem> {
    tus::check_version(request.headers())?;
    match tus::text(request.headers(), "x-http-method-override")? {
        Some("PATCH") => appended(&state, &caller, &id, request).await,
        Some("DELETE") => removed(&state, &caller, &id).await.map(|status| (status, HeaderMap::new())),
        _ => Err(Problem::new(
            ProblemKind::BadRequest,
            "X-HTTP-Method-Override names neither PATCH nor DELETE",
        )),
    }
}

/// Forgets a file with its bytes, whole or not.
#[utoipa::path(
    delete, operation_id = "deleteUpload", path = "/uploads/{id}", tag = "videos",
    params(("id" = String, Path), ("Tus-Resumable" = String, Header)),
    responses((status = 204), Tus, Named, InState, Exclusive, Always)
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    tus::check_version(&headers)?;
    removed(&state, &caller, &id).await
}

async fn appended(
    state: &AppState,
    caller: &Caller,
    id: &str,
    request: Request,
) -> Result<(StatusCode, HeaderMap), Problem> {
    let headers = request.headers();
    tus::check_version(headers)?;
    if !tus::has_offset_bytes(headers) {
        return Err(no_bytes());
    }
    let offset = tus::number(headers, OFFSET.as_str())?
        .ok_or_else(|| Problem::new(ProblemKind::BadRequest, "there is no header Upload-Offset"))?;
    let taken = tus::take(state, &caller.tenant, id, patch(request, offset)?).await?;
    let mut answer = HeaderMap::new();
    tell(&mut answer, &taken)?;
    Ok((StatusCode::NO_CONTENT, answer))
}

async fn removed(state: &AppState, caller: &Caller, id: &str) -> Result<StatusCode, Problem> {
    match tus::standing(state, &caller.tenant, id).await? {
        Standing::Partial(partial) => tus::terminate(state, &partial).await?,
        Standing::Whole(upload) => vault::forget(state, &caller.tenant, &upload.id).await?,
    }
    Ok(StatusCode::NO_CONTENT)
}

fn patch(request: Request, offset_bytes: u64) -> Result<Patch, Problem> {
    let size_bytes = tus::number(request.headers(), header::CONTENT_LENGTH.as_str())?;
    let checksum = tus::text(request.headers(), "upload-checksum")?.map(str::to_owned);
    let body = if tus::has_offset_bytes(request.headers()) { request.into_body() } else { Body::empty() };
    Ok(Patch { offset_bytes, size_bytes, checksum, body })
}

fn tell(answer: &mut HeaderMap, taken: &Taken) -> Result<(), Problem> {
    answer.insert(OFFSET, taken.offset_bytes.into());
    answer.remove(EXPIRES);
    if let Some(expires_at) = taken.expires_at {
        answer.insert(EXPIRES, value(tus::http_date(expires_at))?);
    }
    if let Some(upload) = &taken.upload {
        answer.insert(ID, value(upload.id.clone())?);
    }
    Ok(())
}

fn value(text: String) -> Result<HeaderValue, Problem> {
    text.try_into().map_err(Problem::internal)
}

fn no_bytes() -> Problem {
    Problem::new(ProblemKind::UnsupportedMediaType, format!("the body is not {}", tus::OFFSET_BYTES))
        .with_hint(format!("send it with Content-Type: {}", tus::OFFSET_BYTES))
}
