//! What went wrong, as a problem document (RFC 9457).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use reel_engine::SubmitError;
use reel_queue::QueueError;
use reel_store::StoreError;
use reel_types::FailureKind;
use serde::Serialize;
use utoipa::ToSchema;

/// The status that tus has for it; HTTP has none.
const CHECKSUM_MISMATCH: u16 = 460;

/// The sort of a problem: decides the status and the `type`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ProblemKind {
    /// The request is not what HTTP or JSON says it should be.
    BadRequest,
    /// Nobody who is known: a key is missing, or is none any more.
    Unauthorized,
    /// A page of another origin or a proxy stands behind the request, or the key may less than this.
    Forbidden,
    /// There is no such thing, or it is not the caller's.
    NotFound,
    /// The route has no such method.
    MethodNotAllowed,
    /// The body stopped coming.
    Slow,
    /// It does not go with the state that the thing is in.
    Conflict,
    /// The body is larger than allowed.
    TooLarge,
    /// The body is of another media type than the route takes.
    UnsupportedMediaType,
    /// The client speaks another version of a protocol.
    PreconditionFailed,
    /// Somebody else writes it right now.
    Locked,
    /// The bytes are not those that the client says they are.
    ChecksumMismatch,
    /// No byte of the object is in the range.
    RangeNotSatisfiable,
    /// The `Host` is none of this server's names.
    Misdirected,
    /// The JSON reads well and asks for what cannot be.
    Unprocessable,
    /// The tenant asks more often than it may.
    TooManyRequests,
    /// A bug of ours, or a damaged database.
    Internal,
    /// The database does not answer, or the server is stopping.
    Unavailable,
    /// The disk has too little room.
    InsufficientStorage,
}

impl ProblemKind {
    /// Its HTTP status.
    pub fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::Locked => StatusCode::LOCKED,
            Self::ChecksumMismatch => {
                StatusCode::from_u16(CHECKSUM_MISMATCH).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY)
            }
            Self::RangeNotSatisfiable => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::InsufficientStorage => StatusCode::INSUFFICIENT_STORAGE,
        }
    }

    /// The last part of its `type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::BadRequest => "bad-request",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::Slow => "slow",
            Self::Conflict => "conflict",
            Self::TooLarge => "too-large",
            Self::UnsupportedMediaType => "unsupported-media-type",
            Self::PreconditionFailed => "precondition-failed",
            Self::Locked => "locked",
            Self::ChecksumMismatch => "checksum-mismatch",
            Self::RangeNotSatisfiable => "range-not-satisfiable",
            Self::Misdirected => "misdirected",
            Self::Unprocessable => "unprocessable",
            Self::TooManyRequests => "too-many-requests",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::InsufficientStorage => "insufficient-storage",
        }
    }

    /// The same for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "the request cannot be read",
            Self::Unauthorized => "a key is needed",
            Self::Forbidden => "refused",
            Self::NotFound => "not found",
            Self::MethodNotAllowed => "no such method here",
            Self::Slow => "the body stopped coming",
            Self::Conflict => "not in this state",
            Self::TooLarge => "too large",
            Self::UnsupportedMediaType => "another media type is needed",
            Self::PreconditionFailed => "another version of the protocol is needed",
            Self::Locked => "somebody else writes it",
            Self::ChecksumMismatch => "other bytes than were promised",
            Self::RangeNotSatisfiable => "no byte is in that range",
            Self::Misdirected => "not a name of this server",
            Self::Unprocessable => "asks for what cannot be",
            Self::TooManyRequests => "too often",
            Self::Internal => "something broke",
            Self::Unavailable => "not now",
            Self::InsufficientStorage => "the disk is full",
        }
    }
}

/// One problem. The answer of every route that could not do what was asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    kind: ProblemKind,
    detail: String,
    hint: Option<String>,
    field: Option<String>,
}

impl Problem {
    /// A problem of this sort; `detail` is a lowercase fragment without a full stop.
    pub fn new(kind: ProblemKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), hint: None, field: None }
    }

    /// There is no such thing.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(ProblemKind::NotFound, format!("there is no {what}"))
    }

    /// A value that cannot be; `field` is its place in the body, for example `params.resolution`.
    pub fn unprocessable(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let field = Some(field.into()).filter(|field| !field.is_empty());
        Self { field, ..Self::new(ProblemKind::Unprocessable, detail) }
    }

    /// A bug of ours: logged here, and told without what it says.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "a request broke");
        Self::new(ProblemKind::Internal, "the server could not do this; its log says why")
    }

    /// The body stopped coming.
    pub fn slow(patience: std::time::Duration) -> Self {
        Self::new(ProblemKind::Slow, format!("no byte of the body came for {} s", patience.as_secs_f64()))
    }

    /// The same with what to do about it.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Its sort.
    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// What is told.
    pub fn document(&self) -> ProblemDocument {
        ProblemDocument {
            r#type: format!("/problems/{}", self.kind.name()),
            title: self.kind.title().to_owned(),
            status: self.kind.status().as_u16(),
            detail: self.detail.clone(),
            hint: self.hint.clone(),
            field: self.field.clone(),
        }
    }
}

/// A problem as it is sent, `application/problem+json`.
#[derive(Serialize, ToSchema, Clone, PartialEq, Eq, Debug)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// Names the sort of the problem: `/problems/` and a word that stays.
    pub r#type: String,
    /// The sort in a few words.
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// What can be done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Which field of the body is meant, for example `params.resolution`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.kind.status(), Json(self.document())).into_response();
        let json = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        if self.kind == ProblemKind::Unauthorized {
            let scheme = HeaderValue::from_static("Bearer realm=\"reel\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        if self.kind == ProblemKind::Unavailable {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}

impl From<QueueError> for Problem {
    fn from(error: QueueError) -> Self {
        if let QueueError::IdempotencyMismatch { key } = &error {
            return Self::new(ProblemKind::Conflict, format!("{key:?} was the name of another request"))
                .with_hint("give each request an Idempotency-Key of its own");
        }
        if error.may_be_repeated() {
            tracing::warn!(%error, "the queue did not answer a request");
            return Self::new(ProblemKind::Unavailable, "the database did not answer in time")
                .with_hint("ask again");
        }
        if error.is_full() {
            tracing::error!(%error, "the disk of the state folder is full");
            return Self::new(ProblemKind::InsufficientStorage, "the disk of the server is full");
        }
        Self::internal(error)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::NotFound { .. } => Self::not_found("such object any more"),
            other if other.failure().kind == FailureKind::Storage => {
                tracing::error!(%error, "cannot store");
                Self::new(ProblemKind::InsufficientStorage, "the bytes could not be stored")
            }
            _ => Self::internal(error),
        }
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::UnknownPipeline(name) => Self::unknown_pipeline(&name),
            SubmitError::Queue(error) => error.into(),
        }
    }
}

impl Problem {
    /// This binary has no such verb.
    pub fn unknown_pipeline(name: &str) -> Self {
        Self::unprocessable("pipeline", format!("there is no pipeline {name:?}"))
            .with_hint("GET /api/v1/pipelines lists them")
    }
}
