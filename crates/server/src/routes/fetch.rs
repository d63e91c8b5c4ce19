//! `POST /uploads/fetch`: a file from an address.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::JsonBody;
use crate::fetch;
use crate::problem::Problem;
use crate::refusals::{Always, InState, WithBody};
use crate::state::{AppState, Caller};
use crate::view::{API, UploadView};

/// A file at an address.
#[derive(Deserialize, ToSchema, Clone, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
#[schema(as = FetchRequest)]
pub(crate) struct FetchRequest {
    /// Where it is: `http` or `https`, on the open network.
    url: String,
    /// What it is called; left out, what its server says.
    #[serde(default)]
    filename: Option<String>,
}

/// Fetches a file and stores it; answers once it is here. Leaving before that ends the fetch.
#[utoipa::path(
    post, operation_id = "fetchUpload", path = "/uploads/fetch", tag = "videos", request_body = FetchRequest,
    responses(
        (status = 201, body = UploadView, headers(("Location" = String))),
        (status = 507, description = "the disk is full", body = crate::problem::ProblemDocument,
         content_type = "application/problem+json"),
        WithBody, InState, Always
    )
)]
pub(crate) async fn fetch(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(request): JsonBody<FetchRequest>,
) -> Result<(StatusCode, HeaderMap, Json<UploadView>), Problem> {
    let fetched = fetch::fetch(&state, &caller.tenant, &request.url, request.filename.as_deref()).await;
    let upload = UploadView::from(fetched.map_err(|error| error.into_problem("url"))?);
    let mut headers = HeaderMap::new();
    let location = format!("{API}/videos/{}", upload.id);
    headers.insert(header::LOCATION, location.parse().map_err(Problem::internal)?);
    Ok((StatusCode::CREATED, headers, Json(upload)))
}
