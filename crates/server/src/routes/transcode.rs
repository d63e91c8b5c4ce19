//! `POST /videos/{id}/transcode`: the short way to the commonest job.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::{jobs, videos};
use crate::extract::{JsonBody, PathOf};
use crate::idempotency::RequestName;
use crate::problem::Problem;
use crate::refusals::{Always, InState, Named, WithBody};
use crate::state::{AppState, Caller};
use crate::submit::{Accepted, JobRequest, SourceRef, submit, whole};

/// The pipeline of this route.
const PIPELINE: &str = "transcode";

/// How to transcode. Every parameter of the pipeline may stand here.
#[derive(Deserialize, ToSchema, Clone, PartialEq, Debug)]
#[schema(as = TranscodeRequest)]
pub(crate) struct TranscodeRequest {
    /// Fit into this size: `720p` or `1280x720`.
    resolution: Option<String>,
    /// A codec (`h264`, `hevc`, `av1`, `vp9`) or an encoder by its FFmpeg name. `libx264` and its like force the CPU.
    codec: Option<String>,
    /// `ultrafast` to `veryslow`; `cpu` forces the CPU.
    preset: Option<String>,
    /// Average bits a second: a number, or `5M`.
    #[schema(value_type = Option<Bitrate>)]
    bitrate: Option<Value>,
    /// Higher is sooner.
    #[serde(default, deserialize_with = "whole")]
    #[schema(minimum = -100, maximum = 100, default = 0)]
    priority: i32,
    /// Further parameters of the pipeline.
    #[serde(flatten)]
    #[schema(additional_properties, value_type = Object)]
    more: Map<String, Value>,
}

/// Bits a second.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "for the document alone")]
pub(crate) enum Bitrate {
    /// As a number.
    Number(u64),
    /// As on the command line: `800k`, `5M`.
    Text(String),
}

/// Makes a job that transcodes this file.
#[utoipa::path(
    post, operation_id = "transcodeVideo", path = "/videos/{id}/transcode", tag = "videos", 
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,255}$")),
    request_body = TranscodeRequest,
    responses(
        (status = 202, body = Accepted, headers(("Location" = String))), Named, WithBody, InState, Always
    )
)]
pub(crate) async fn transcode(
    State(state): State<AppState>,
    caller: Caller,
    PathOf(id): PathOf<String>,
    name: RequestName,
    JsonBody(request): JsonBody<TranscodeRequest>,
) -> Result<(StatusCode, HeaderMap, Json<Accepted>), Problem> {
    state.catalog.upload(&caller.tenant, &id).await?.ok_or_else(|| videos::missing(&id))?;
    let request = JobRequest {
        pipeline: PIPELINE.to_owned(),
        sources: vec![SourceRef::Upload(id)],
        priority: request.priority,
        params: params(request),
    };
    jobs::accepted(submit(&state, &caller.tenant, request, name).await?)
}

/// The words of this route in those of the pipeline.
fn params(request: TranscodeRequest) -> Map<String, Value> {
    let mut params = request.more;
    let mut set = |name: &str, value: Value| params.insert(name.to_owned(), value);
    if let Some(resolution) = request.resolution {
        set("resolution", json!(resolution));
    }
    if let Some(preset) = request.preset {
        set("preset", json!(preset));
    }
    match request.bitrate {
        Some(Value::Number(bits_per_sec)) => set("bitrate", json!(bits_per_sec.to_string())),
        Some(other) => set("bitrate", other),
        None => None,
    };
    match request.codec.as_deref() {
        Some("h265") => set("codec", json!("hevc")),
        Some(encoder) if encoder.starts_with("lib") => {
            set("device", json!("cpu"));
            set("encoder", json!(encoder))
        }
        Some(encoder) if encoder.ends_with("_nvenc") => set("encoder", json!(encoder)),
        Some(codec) => set("codec", json!(codec)),
        None => None,
    };
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: Value, expected: Value) {
        let request: TranscodeRequest = serde_json::from_value(body).unwrap();
        assert_eq!(Value::Object(params(request)), expected);
    }

    #[test]
    fn the_words_of_this_route_become_those_of_the_pipeline() {
        check(
            json!({"resolution": "1080p", "codec": "h264", "preset": "medium", "bitrate": 5_000_000}),
            json!({"resolution": "1080p", "codec": "h264", "preset": "medium", "bitrate": "5000000"}),
        );
        check(
            json!({"resolution": "1080p", "codec": "libx264", "preset": "cpu"}),
            json!({"resolution": "1080p", "encoder": "libx264", "device": "cpu", "preset": "cpu"}),
        );
        check(json!({"codec": "hevc_nvenc", "crf": 20}), json!({"encoder": "hevc_nvenc", "crf": 20}));
        check(json!({}), json!({}));
    }
}
