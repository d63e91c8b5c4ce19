//! All routes, in one list that is also the OpenAPI document.

mod artifacts;
mod cancel;
mod content;
mod deliveries;
mod events;
mod excerpt;
mod fetch;
mod health;
mod job_detail;
mod jobs;
mod keys;
mod links;
mod models;
mod pictures;
mod pipelines;
mod queue;
mod resumable;
mod session;
mod system;
mod transcode;
mod upload;
mod videos;
mod webhooks;
mod workers;

pub(crate) use upload::plain_mime;

use axum::Router;
use axum::http::Uri;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::with_rules;
use crate::hooks::WebhookMessage;
use crate::metrics;
use crate::page;
use crate::problem::{Problem, ProblemDocument, ProblemKind};
use crate::state::AppState;
use crate::view::{API, EventView};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "reel",
        description = "Video jobs: upload a file, say what should become of it, watch, download. Errors are RFC 9457 \
                       problem documents."
    ),
    components(schemas(ProblemDocument, EventView, WebhookMessage)),
    tags(
        (name = "videos", description = "Files that were sent here"),
        (name = "jobs", description = "What becomes of them"),
        (name = "events", description = "What happens, as it happens"),
        (name = "webhooks", description = "Being told what happens: signed requests to an address of yours"),
        (name = "access", description = "Keys and sessions"),
        (name = "system", description = "Pipelines, devices, health")
    )
)]
struct Base;

/// The routes, and the document that describes them.
fn api() -> OpenApiRouter<AppState> {
    let api = OpenApiRouter::new()
        .routes(routes!(upload::upload))
        .routes(routes!(videos::list))
        .routes(routes!(videos::show, videos::remove))
        .routes(routes!(videos::outputs))
        .routes(routes!(content::of_video))
        .routes(routes!(excerpt::excerpt))
        .merge(resumable::routes())
        .routes(routes!(fetch::fetch))
        .routes(routes!(transcode::transcode))
        .routes(routes!(jobs::list, jobs::create))
        .routes(routes!(jobs::show, jobs::change, jobs::remove))
        .routes(routes!(cancel::cancel))
        .routes(routes!(cancel::retry))
        .routes(routes!(job_detail::tasks))
        .routes(routes!(job_detail::report))
        .routes(routes!(job_detail::log))
        .routes(routes!(content::of_job))
        .routes(routes!(artifacts::artifact))
        .routes(routes!(pictures::list))
        .routes(routes!(pictures::show))
        .routes(routes!(links::create))
        .routes(routes!(events::of_job))
        .routes(routes!(events::of_all))
        .routes(routes!(pipelines::list))
        .routes(routes!(pipelines::show))
        .routes(routes!(models::list))
        .routes(routes!(system::gpu_status))
        .routes(routes!(system::doctor))
        .routes(routes!(workers::list))
        .routes(routes!(workers::drain))
        .routes(routes!(queue::show))
        .routes(routes!(queue::pause))
        .routes(routes!(queue::resume))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::rotate))
        .routes(routes!(keys::revoke))
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::show, webhooks::change, webhooks::remove))
        .routes(routes!(webhooks::rotate))
        .routes(routes!(deliveries::ping))
        .routes(routes!(deliveries::replay_dead))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::replay))
        .routes(routes!(session::show, session::open, session::end))
        .routes(routes!(health::live))
        .routes(routes!(health::ready));
    OpenApiRouter::with_openapi(Base::openapi()).nest(API, api)
}

/// The OpenAPI 3.1 document.
pub fn document() -> Document {
    tidied(api().into_openapi())
}

/// Everything this server answers, without the door.
pub(crate) fn router() -> Router<AppState> {
    let (router, document) = api().split_for_parts();
    let document = axum::Json(tidied(document));
    router
        .route(&format!("{API}/openapi.json"), get(async move || document.clone()))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(metrics::show))
        .fallback(page::page)
        .method_not_allowed_fallback(no_such_method)
}

/// Paths as OpenAPI writes them: a wildcard is a parameter like any other.
fn tidied(mut document: Document) -> Document {
    let paths = std::mem::take(&mut document.paths.paths);
    document.paths.paths = paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    with_rules(document)
}

async fn no_such_method(method: axum::http::Method, uri: Uri) -> Problem {
    Problem::new(ProblemKind::MethodNotAllowed, format!("{} does not take {method}", uri.path()))
        .with_hint("the Allow header says what it takes")
}
