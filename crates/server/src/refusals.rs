//! Which problems an operation may answer with, for the OpenAPI document.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{ContentBuilder, Object, Ref, RefOr, Response, ResponseBuilder};

use crate::problem::ProblemKind;

/// What every operation may answer.
pub(crate) struct Always;
/// What an operation on something named may answer.
pub(crate) struct Named;
/// What an operation with a JSON body may answer.
pub(crate) struct WithBody;
/// What an operation that depends on a state may answer.
pub(crate) struct InState;
/// What an operation that serves a file in ranges answers.
pub(crate) struct FileBytes;

impl IntoResponses for Always {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        of(&[
            ProblemKind::BadRequest,
            ProblemKind::Unauthorized,
            ProblemKind::Forbidden,
            ProblemKind::MethodNotAllowed,
            ProblemKind::Misdirected,
            ProblemKind::TooManyRequests,
            ProblemKind::Internal,
            ProblemKind::Unavailable,
        ])
    }
}

impl IntoResponses for Named {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        of(&[ProblemKind::NotFound])
    }
}

impl IntoResponses for WithBody {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        of(&[
            ProblemKind::Slow,
            ProblemKind::TooLarge,
            ProblemKind::UnsupportedMediaType,
            ProblemKind::Unprocessable,
        ])
    }
}

impl IntoResponses for InState {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        of(&[ProblemKind::Conflict])
    }
}

impl IntoResponses for FileBytes {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let any = || ContentBuilder::new().schema(Some(Object::with_type(SchemaType::AnyValue))).build();
        let bytes = |told: &str| ResponseBuilder::new().description(told).content("*/*", any()).build();
        let mut responses = of(&[ProblemKind::RangeNotSatisfiable]);
        responses.insert("200".to_owned(), bytes("all of it").into());
        responses.insert("206".to_owned(), bytes("the ranges that were asked for").into());
        let known = ResponseBuilder::new().description("as the client knows it").build();
        responses.insert("304".to_owned(), known.into());
        responses
    }
}

pub(crate) fn of(kinds: &[ProblemKind]) -> BTreeMap<String, RefOr<Response>> {
    kinds.iter().map(|kind| (kind.status().as_str().to_owned(), response(*kind).into())).collect()
}

/// A problem document with this status.
fn response(kind: ProblemKind) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(kind.title()).content("application/problem+json", content).build()
}
