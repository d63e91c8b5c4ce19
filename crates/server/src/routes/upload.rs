//! `POST /videos/upload`: a form with the file, and what should become of it if that is known already.

use std::future::Future;
use std::time::Duration;

use axum::Json;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use reel_types::TenantId;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::extract::{JSON_BYTES_MAX, json};
use crate::filename::cleaned;
use crate::idempotency::RequestName;
use crate::incoming::{Incoming, Received};
use crate::problem::{Problem, ProblemKind};
use crate::refusals::{Always, WithBody};
use crate::room;
use crate::state::{AppState, Caller};
use crate::submit::{Accepted, JobRequest, SourceRef, check, submit};
use crate::vault;
use crate::view::{API, UploadView};

/// What the form holds.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read part by part as it comes; this is for the document alone")]
pub(crate) struct UploadForm {
    /// The file.
    #[schema(value_type = String, content_media_type = "application/octet-stream")]
    video: Vec<u8>,
    /// What should become of it: the JSON of a new job without `sources`.
    #[schema(required = false)]
    job: String,
}

/// The stored file, and its job if one was asked for.
#[derive(Serialize, ToSchema, Clone, Debug)]
pub(crate) struct Uploaded {
    #[serde(flatten)]
    upload: UploadView,
    /// The job, where the form asked for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<Accepted>,
}

/// Stores a file, and makes a job of it if the field `job` says so.
#[utoipa::path(
    post, operation_id = "uploadVideo", path = "/videos/upload", tag = "videos",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = Uploaded, headers(("Location" = String))),
        (status = 507, description = "the disk is full", body = crate::problem::ProblemDocument,
         content_type = "application/problem+json"),
        WithBody, Always
    )
)]
pub(crate) async fn upload(
    State(state): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<(StatusCode, HeaderMap, Json<Uploaded>), Problem> {
    let bytes_max = bytes_max(&state, &caller.tenant).await?;
    refuse_too_large(&state, bytes_max, request.headers()).await?;
    let form = Multipart::from_request(request, &()).await.map_err(|error| {
        Problem::new(ProblemKind::UnsupportedMediaType, error.body_text())
            .with_hint("send multipart/form-data: curl -F video=@FILE")
    })?;
    let form = read(&state, bytes_max, form).await?;
    let stored = vault::keep(&state, &caller.tenant, form.received, &form.filename, form.mime).await?;
    let upload = UploadView::from(stored);
    let job = match form.job {
        None => None,
        Some(mut job) => {
            job.sources = vec![SourceRef::Upload(upload.id.clone())];
            Some(submit(&state, &caller.tenant, job, RequestName::none()).await?)
        }
    };
    let mut headers = HeaderMap::new();
    let location = format!("{API}/videos/{}", upload.id);
    headers.insert(header::LOCATION, location.parse().map_err(Problem::internal)?);
    Ok((StatusCode::CREATED, headers, Json(Uploaded { upload, job })))
}

struct Form {
    received: Received,
    filename: String,
    mime: Option<String>,
    job: Option<JobRequest>,
}

/// Reads the parts in whichever order they come; what is asked of the file is checked before anything is stored.
async fn read(state: &AppState, bytes_max: u64, mut form: Multipart) -> Result<Form, Problem> {
    let mut file = None;
    let mut job = None;
    let patience = state.options.body_patience;
    while let Some(field) = unless_slow(patience, form.next_field()).await? {
        match field.name().unwrap_or_default() {
            "video" if file.is_none() => file = Some(receive(state, bytes_max, field).await?),
            "job" if job.is_none() => job = Some(asked(state, field).await?),
            name @ ("video" | "job") => {
                return Err(Problem::unprocessable(name, format!("there are two fields {name}")));
            }
            name => {
                return Err(Problem::unprocessable(name, "the form has the fields video and job"));
            }
        }
    }
    let missing = || Problem::unprocessable("video", "the form has no file in a field video");
    let (received, filename, mime) = file.ok_or_else(missing)?;
    Ok(Form { received, filename, mime, job })
}

async fn receive(
    state: &AppState,
    bytes_max: u64,
    mut field: Field<'_>,
) -> Result<(Received, String, Option<String>), Problem> {
    let filename = cleaned(field.file_name().unwrap_or_default());
    let mime = field.content_type().and_then(plain_mime);
    let mut incoming = Incoming::begin(&state.incoming, bytes_max)?;
    let filled = fill(&mut incoming, &mut field, state.options.body_patience).await;
    // Waited for in any case: what is refused has left nothing behind once that is answered.
    let received = incoming.finish().await;
    filled?;
    Ok((received?, filename, mime))
}

async fn fill(incoming: &mut Incoming, field: &mut Field<'_>, patience: Duration) -> Result<(), Problem> {
    while let Some(piece) = unless_slow(patience, field.chunk()).await? {
        incoming.push(piece).await?;
    }
    Ok(())
}

async fn asked(state: &AppState, mut field: Field<'_>) -> Result<JobRequest, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = unless_slow(state.options.body_patience, field.chunk()).await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > JSON_BYTES_MAX {
            let detail = format!("the field job has more than {JSON_BYTES_MAX} bytes");
            return Err(Problem::new(ProblemKind::TooLarge, detail));
        }
    }
    let request: JobRequest = json(&bytes, "job")?;
    if !request.sources.is_empty() {
        return Err(Problem::unprocessable("job.sources", "the file of this form is the source"));
    }
    check(state, &request, 1)?;
    Ok(request)
}

/// What a client says about its file is passed on only where it can do no harm.
pub(crate) fn plain_mime(said: &str) -> Option<String> {
    let essence = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_media = essence.starts_with("video/") || essence.starts_with("audio/");
    let is_plain = essence.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.+-".contains(&byte));
    (is_media && is_plain).then_some(essence)
}

/// Most bytes that a file of this tenant may have now.
async fn bytes_max(state: &AppState, tenant: &TenantId) -> Result<u64, Problem> {
    Ok(room::left(state, tenant).await?.min(state.options.upload_bytes_max))
}

/// Says no before a byte is sent, where the client says how many there are.
async fn refuse_too_large(state: &AppState, bytes_max: u64, headers: &HeaderMap) -> Result<(), Problem> {
    let said = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    // The form around the file adds a few hundred bytes.
    let max = bytes_max.saturating_add(JSON_BYTES_MAX as u64 + 4096);
    if said.is_some_and(|said| said > max) {
        let detail = format!("the file has more than {bytes_max} bytes");
        return Err(Problem::new(ProblemKind::TooLarge, detail));
    }
    let needed = said.unwrap_or(0).saturating_add(state.options.disk_reserve_bytes);
    match state.engine.store.free_bytes().await? {
        Some(free) if free < needed => Err(Problem::new(
            ProblemKind::InsufficientStorage,
            format!("{free} bytes are free on the disk, and this needs {needed}"),
        )),
        _ => Ok(()),
    }
}

/// What comes next, unless nothing comes for too long.
async fn unless_slow<T>(
    patience: Duration,
    next: impl Future<Output = Result<T, MultipartError>>,
) -> Result<T, Problem> {
    timeout(patience, next).await.map_err(|_| Problem::slow(patience))?.map_err(broken)
}

fn broken(error: MultipartError) -> Problem {
    let kind = match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ProblemKind::TooLarge,
        _ => ProblemKind::BadRequest,
    };
    Problem::new(kind, format!("the form cannot be read: {}", error.body_text()))
}
